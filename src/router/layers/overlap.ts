/** How a text is gone on with: from its own last token, or by a model that was shown it and told to go on. */
export type ContinuationMode = 'prefill' | 'told'

/** Joins what comes to what was sent. */
export interface OverlapStripper {
  /** What of the text so far is new. Holds back what may yet turn out to be a repeat. */
  push(piece: string): string
  /** What was held back, when no more comes. */
  flush(): string
}

/**
 * A model that goes on from a text often says the end of it once more: the last word, the last line, all of it. The
 * longest end of `sent` that what comes begins with is taken off, where it is long enough to be no chance:
 *
 * - `prefill`: 24 characters. The model goes on from the very last token, so a shorter likeness is its own doing. But
 *   white space at the end of `sent`, which the wire takes off, is not said twice.
 * - `told`: 8 characters; or 4 letters that are the beginning of the word in which `sent` ends (`lighth` + `lighthouse`);
 *   or all of `sent`, if it is 4 characters or a word that was only begun (`O` + `Once`, but `-` + `--`).
 *
 * Nothing else is changed: what is no repeat of the very end stays, to the character.
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
      // As long as it stands in what was sent it may be on the way to the end of it.
      return sent.includes(head) ? '' : stripHead()
    },
    flush: stripHead,
  }
}

const MIN_OVERLAP: Readonly<Record<ContinuationMode, number>> = { prefill: 24, told: 8 }
/** Above the three of `murmur` and `bonbon`, which no break should mend. */
const MIN_WORD_OVERLAP = 4

/** How many characters of `head` say the end of `sent` again. */
function overlapLength(sent: string, head: string, mode: ContinuationMode): number {
  for (let length = Math.min(sent.length, head.length); length > 0; length--) {
    if (sent.endsWith(head.slice(0, length)) && isRepeat(sent, length, mode)) return length
  }
  return 0
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
