// A note is `[[…]]`; a boneyard is a comment in the marks of C.
/** A note or a boneyard: the characters from `from` to before `to`. */
export interface HiddenSpan {
  readonly from: number
  readonly to: number
}

/**
 * The notes and boneyards of a text, in order. A note holds no `[[`, and no blank line where `ends` says so. Time is
 * linear, because every mark is looked for once.
 */
export function findHiddenSpans(text: string, ends: 'at a blank line' | 'at its mark' = 'at its mark'): HiddenSpan[] {
  const spans: HiddenSpan[] = []
  const boneyard = createMarkFinder(text, '/*')
  const boneyardEnd = createMarkFinder(text, '*/')
  const note = createMarkFinder(text, '[[')
  const nextNote = createMarkFinder(text, '[[')
  const noteEnd = createMarkFinder(text, ']]')
  const blank = ends === 'at a blank line' ? createMarkFinder(text, '\n\n') : () => Number.POSITIVE_INFINITY
  for (let at = 0; ; ) {
    const from = Math.min(note(at), boneyard(at))
    if (from === Number.POSITIVE_INFINITY) return spans
    const isNote = text[from] === '['
    const close = isNote ? noteEnd(from + 2) : boneyardEnd(from + 2)
    if (close < (isNote ? Math.min(nextNote(from + 2), blank(from + 2)) : Number.POSITIVE_INFINITY)) {
      spans.push({ from, to: close + 2 })
      at = close + 2
    } else at = from + 1
  }
}

/** Finds the next place of a mark; places asked for must rise. */
function createMarkFinder(text: string, mark: string): (from: number) => number {
  let found = -1
  return (from) => {
    if (found < from) {
      const index = text.indexOf(mark, from)
      found = index < 0 ? Number.POSITIVE_INFINITY : index
    }
    return found
  }
}

/** A text without its notes and boneyards. */
export function removeHidden(text: string): string {
  if (!/\[\[|\/\*/.test(text)) return text
  let shown = ''
  let at = 0
  for (const { from, to } of findHiddenSpans(text)) {
    shown += text.slice(at, from)
    at = to
  }
  return shown + text.slice(at)
}
