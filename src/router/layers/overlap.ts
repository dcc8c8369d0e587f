/** How a text is continued: from its own last token, or by a model that was shown the text and asked to continue it. */
export type ContinuationMode = 'prefill' | 'prompt'

/** Removes words at the beginning of a continuation that repeat the end of the text before it. */
export interface OverlapStripper {
  /** The new part of the text so far. Holds text back while it may still be a repeat. */
  push(piece: string): string
  /** The new part of the held text, when no more comes. */
  flush(): string
}

/**
 * A model that continues a text often repeats its end first: the last word, the last line, all of it. The longest end of
 * `sent` with which the continuation begins is removed, where it is long enough not to be chance:
 *
 * - `prefill`: 24 characters. The model continues from the last token, so a shorter repeat is intended. White space at the
 *   end of `sent` is removed too, because the wire does not send it.
 * - `prompt`: 8 characters; or 4 letters that begin the word in which `sent` ends (`lighth` + `lighthouse`); or all of
 *   `sent`, if it is 4 characters or an unfinished word (`O` + `Once`, but `-` + `--`).
 *
 * Everything else stays as it is, to the character.
 */
export function createOverlapStripper(sent: string, mode: ContinuationMode): OverlapStripper {
  let head: string | undefined = ''
  const stripHead = (): string => {
    const text = head ?? ''
    head = undefined
    return text.slice(overlapLength(sent, text, mode))
  }
  return {
    push(piece) {
      if (head === undefined) return piece
      head += piece
      // While the head is somewhere in the sent text, its repeat may still reach the end.
      return sent.includes(head) ? '' : stripHead()
    },
    flush: stripHead,
  }
}

const MIN_OVERLAP: Readonly<Record<ContinuationMode, number>> = { prefill: 24, prompt: 8 }
/** More than the three letters that `murmur` and `bonbon` repeat. */
const MIN_WORD_OVERLAP = 4

/** How many characters of `head` repeat the end of `sent`. Linear in both (Knuth-Morris-Pratt). */
function overlapLength(sent: string, head: string, mode: ContinuationMode): number {
  const borders = borderLengths(head)
  let length = 0
  for (let at = Math.max(0, sent.length - head.length); at < sent.length; at++) {
    if (length === head.length) length = borders[length - 1] ?? 0
    while (length > 0 && sent[at] !== head[length]) length = borders[length - 1] ?? 0
    if (sent[at] === head[length]) length++
  }
  while (length > 0 && !isRepeat(sent, length, mode)) length = borders[length - 1] ?? 0
  return length
}

/** For each beginning of `text`, the longest shorter beginning that is also its end. */
function borderLengths(text: string): readonly number[] {
  const lengths = new Array<number>(text.length).fill(0)
  for (let at = 1, length = 0; at < text.length; at++) {
    while (length > 0 && text[at] !== text[length]) length = lengths[length - 1] ?? 0
    if (text[at] === text[length]) length++
    lengths[at] = length
  }
  return lengths
}

function isRepeat(sent: string, length: number, mode: ContinuationMode): boolean {
  if (length >= MIN_OVERLAP[mode]) return true
  const end = sent.slice(-length)
  if (mode === 'prefill') return end.trim() === ''
  const word = /^\p{L}+$/u.test(end)
  if (length === sent.length && word) return true
  if (length < MIN_WORD_OVERLAP) return false
  return length === sent.length || (word && !/\p{L}/u.test(sent.at(-length - 1) ?? ''))
}
