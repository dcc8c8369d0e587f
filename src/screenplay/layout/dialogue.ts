import { wrapText } from './wrap.ts'

/** Of dialogue: `double` as in comedy shot with several cameras. */
export type Spacing = 'single' | 'double'

/** A cue and what is said under it, or a part of that after a page break. */
export interface Speech {
  readonly name: string
  readonly extensions: readonly string[]
  /** Index of the cue's element. */
  readonly cue: number
  readonly spacing: Spacing
  readonly parts: readonly Part[]
  /** It goes on from the page before: the cue is repeated above the first row. */
  readonly continued: boolean
  /** It goes on overleaf: `(MORE)` stands below the last row. */
  readonly more: boolean
}

interface Part {
  readonly type: 'dialogue' | 'parenthetical' | 'lyrics'
  readonly text: string
  readonly element: number
}

interface Line {
  readonly row: number
  readonly column: number
  readonly text: string
  readonly element: number
}

/** In characters, ten an inch. The opening bracket of a parenthetical hangs one cell left of its column. */
const COLUMNS = {
  // Final Draft's own settings for it: 2.25 to 6 inches, and the half cell at the end may be used.
  double: { cue: 35, cueWidth: 38, dialogue: 22.5, width: 38, parenthetical: 27.5, parentheticalWidth: 28 },
  single: { cue: 35, cueWidth: 38, dialogue: 25, width: 35, parenthetical: 30, parentheticalWidth: 26 },
  left: { cue: 25, cueWidth: 19, dialogue: 15, width: 29, parenthetical: 17, parentheticalWidth: 26 },
  right: { cue: 56, cueWidth: 19, dialogue: 46, width: 29, parenthetical: 48, parentheticalWidth: 26 },
} as const

/** Its lines from its own top, and how many rows they take. */
export function layOutSpeech(
  speech: Speech,
  side: keyof typeof COLUMNS = speech.spacing,
): { rows: number; lines: readonly Line[] } {
  const columns = COLUMNS[side]
  const lines: Line[] = []
  let row = 0
  const cue = wrapText(formatCue(speech), columns.cueWidth)
  row = speech.continued ? -cue.length : 0
  for (const text of cue) lines.push({ row: row++, column: columns.cue, text, element: speech.cue })
  for (const part of speech.parts) {
    const column = part.type === 'parenthetical' ? columns.parenthetical : columns.dialogue
    for (const [index, text] of partLines(part, columns).entries()) {
      const hangingIndent = part.type === 'parenthetical' && index === 0 ? 1 : 0
      if (part.type !== 'parenthetical' && speech.spacing === 'double') row += 1
      lines.push({ row: row++, column: column - hangingIndent, text, element: part.element })
    }
  }
  if (speech.more) lines.push({ row, column: columns.cue, text: '(MORE)', element: speech.cue })
  return { rows: row, lines }
}

function formatCue({ name, extensions, continued }: Speech): string {
  const plain = extensions.filter((extension) => !continued || !/^cont['’]?d\.?$/i.test(extension))
  return [name, ...[...plain, ...(continued ? ["CONT'D"] : [])].map((extension) => `(${extension})`)].join(' ')
}

function partLines(
  part: Part,
  columns: { readonly width: number; readonly parentheticalWidth: number },
): readonly string[] {
  if (part.type !== 'parenthetical') return wrapText(part.text, columns.width)
  // The hanging bracket gives the first line one cell more, so the text is wrapped without it.
  return wrapText(`${part.text})`, columns.parentheticalWidth).map((line, index) => (index === 0 ? `(${line}` : line))
}

/**
 * Splits a speech so that its first part, cue included, has at most `rows` rows: at the end of a sentence or before a
 * parenthetical, as far down as it goes, with at least two lines of content on each side.
 */
export function splitSpeech(speech: Speech, rows: number): readonly [Speech, Speech] | undefined {
  const cueRows = speech.continued ? 0 : wrapText(formatCue(speech), COLUMNS[speech.spacing].cueWidth).length
  for (let index = speech.parts.length - 1; index >= 0; index--) {
    const part = speech.parts[index] as Part
    const [before, after] = [speech.parts.slice(0, index), speech.parts.slice(index + 1)]
    for (const end of findSplitPoints(part, index)) {
      const [head, tail] = [part.text.slice(0, end).trim(), part.text.slice(end).trim()]
      const above = [...before, ...(head === '' ? [] : [{ ...part, text: head }])]
      const below = [...(tail === '' ? [] : [{ ...part, text: tail }]), ...after]
      if (countContentRows(above, speech) < 2 || countContentRows(below, speech) < 2) continue
      if (cueRows + countRows(above, speech) > rows) continue
      if (above.at(-1)?.type === 'parenthetical') continue
      return [
        { ...speech, parts: above, more: true },
        { ...speech, parts: below, continued: true },
      ]
    }
  }
  return undefined
}

/** Where a part may be split, the last place first; 0 is before it. */
function findSplitPoints(part: Part, index: number): readonly number[] {
  const before = index > 0 ? [0] : []
  if (part.type === 'parenthetical') return before
  return [...findSentenceEnds(part.text), ...before]
}

/** Where a sentence or a line of the writer's ends inside a text, the last place first. */
export function findSentenceEnds(text: string): readonly number[] {
  const ends = text.matchAll(/(?:[.!?…]|--|—)["'”’)\]]*(?=\s)|[。！？][”’」』）]*(?!$)|\n/g)
  return [...ends].map((match) => match.index + match[0].length).reverse()
}

function countContentRows(parts: readonly Part[], { spacing }: Speech): number {
  return parts.reduce((sum, part) => sum + partLines(part, COLUMNS[spacing]).length, 0)
}

function countRows(parts: readonly Part[], speech: Speech): number {
  const spoken = parts.filter((part) => part.type !== 'parenthetical')
  return countContentRows(parts, speech) + (speech.spacing === 'double' ? countContentRows(spoken, speech) : 0)
}
