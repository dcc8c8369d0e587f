import { cueText } from './cue.ts'
import type { Measures, SpeechMeasures } from './measures.ts'
import { wrapLines, wrapText } from './wrap.ts'

/** Text that may go on overleaf: an action, or a speech with its cue. The position says from where it is laid out. */
export interface Flow {
  /** Absent in an action. */
  readonly cue?: { readonly name: string; readonly extensions: readonly string[]; readonly element: number }
  readonly parts: readonly FlowPart[]
  /** The first part that is laid out, and the offset in its text. */
  readonly first: number
  readonly offset: number
  /** The part before which it ends; absent: after its last. */
  readonly end?: { readonly part: number; readonly offset: number }
  /** It continues from the page before: the cue is repeated above the first row. */
  readonly continued: boolean
  /** It continues overleaf: `(MORE)` stands below the last row. */
  readonly more: boolean
}

export interface FlowPart {
  readonly type: 'action' | 'dialogue' | 'parenthetical' | 'lyrics'
  /** As printed: what the offsets of lines count. */
  readonly text: string
  readonly element: number
}

/** A line at a row of its block. Lines of an element's own text have its offsets. */
export interface BlockLine {
  readonly row: number
  readonly column: number
  readonly text: string
  readonly element: number
  readonly from?: number
  readonly to?: number
}

/** A content line with the part it is cut from. */
interface ContentLine extends BlockLine {
  readonly part: number
  readonly from: number
  readonly to: number
}

export interface LaidOutFlow {
  readonly rows: number
  readonly lines: readonly BlockLine[]
  readonly content: readonly ContentLine[]
}

/** Rows after which laying out stops, because a block that tall is split and its rest laid out again. */
const MAX_ROWS = 130

/** Lays a flow out from its own top; a taller one only as far as about `maxRows`. */
export function layOutFlow(flow: Flow, measures: Measures, side?: 0 | 1, maxRows = MAX_ROWS): LaidOutFlow {
  const speech = side === undefined ? measures.speech : measures.dual[side]
  const lines: BlockLine[] = []
  const content: ContentLine[] = []
  let row = 0
  if (flow.cue) {
    const { element } = flow.cue
    const cue = wrapText(cueText(flow.cue.name, flow.cue.extensions, flow.continued), speech.cue.width)
    row = flow.continued ? -cue.length : 0
    for (const text of cue) lines.push({ row: row++, column: speech.cue.column, text, element })
  }
  const isDouble = measures.spacing === 'double' && side === undefined && flow.cue !== undefined
  const last = flow.end?.part ?? flow.parts.length - 1
  for (let part = flow.first; part <= last && row < maxRows; part++) {
    const { type, text, element } = flow.parts[part] as FlowPart
    const from = part === flow.first ? flow.offset : 0
    const to = part === flow.end?.part ? flow.end.offset : text.length
    if (from > 0 && from >= to) continue
    const shown = to < text.length ? text.slice(0, to).trimEnd() : text
    for (const line of wrapPart(type, shown, from, flow.cue ? speech : undefined, measures, maxRows)) {
      if (isDouble && type !== 'parenthetical') row += 1
      const placed = { ...line, row: row++, text: shown.slice(line.from, line.to), element, part }
      lines.push(placed)
      content.push(placed)
    }
  }
  if (flow.more && flow.cue) lines.push({ row, column: speech.cue.column, text: '(MORE)', element: flow.cue.element })
  return { rows: row, lines: lines.map(withoutPart), content }
}

function withoutPart(line: BlockLine & { readonly part?: number }): BlockLine {
  const { part: _, ...rest } = line
  return rest
}

/** The lines of a part with their columns. The bracket of a parenthetical hangs, so its text is wrapped without it. */
function wrapPart(
  type: FlowPart['type'],
  text: string,
  from: number,
  speech: SpeechMeasures | undefined,
  measures: Measures,
  maxLines: number,
): readonly { readonly from: number; readonly to: number; readonly column: number }[] {
  if (!speech) {
    const { column, width } = measures.action
    return wrapLines(text, width, from, maxLines).map((line) => ({ ...line, column }))
  }
  if (type !== 'parenthetical') {
    const { column, width } = speech.dialogue
    return wrapLines(text, width, from, maxLines).map((line) => ({ ...line, column }))
  }
  const { column, width } = speech.parenthetical
  const hangs = from === 0
  return wrapLines(text, width, hangs ? 1 : from, maxLines).map((line, index) =>
    hangs && index === 0 ? { from: 0, to: line.to, column: column - 1 } : { ...line, column },
  )
}

/** A place where a flow may be parted: after so many content lines, and where the rest begins. */
export interface FlowBreak {
  readonly lines: number
  readonly part: number
  readonly offset: number
}

/**
 * Splits a flow so that its first part has at most `rows` rows, cue included: at the end of a sentence or before a
 * parenthetical, as far down as it goes, with at least two lines of content on each side. Only the lines that fit are
 * looked at, so time does not grow with the length of the flow. Undefined: it cannot be split there.
 */
export function splitFlow(flow: Flow, laidOut: LaidOutFlow, rows: number): readonly [Flow, Flow] | undefined {
  const { content } = laidOut
  const fitting = content.findIndex((line) => line.row >= rows)
  const most = Math.min(fitting < 0 ? content.length : fitting, content.length - MIN_LINES)
  for (const allowed of [isBeforeText, isAnywhere]) {
    for (let count = most; count >= MIN_LINES; count--) {
      const found = breaksOnLine(flow, content, count - 1).find((place) => allowed(flow, place))
      if (found) return splitAt(flow, found)
    }
  }
  return undefined
}

/** Splits a flow after the last line that fits, wherever that is. */
export function splitFlowAtRow(flow: Flow, laidOut: LaidOutFlow, rows: number): readonly [Flow, Flow] {
  const { content } = laidOut
  const fitting = content.findIndex((line) => line.row >= rows)
  const next = content[Math.max(1, fitting < 0 ? content.length - 1 : fitting)] ?? content.at(-1)
  return splitAt(flow, { lines: 0, part: next?.part ?? flow.parts.length - 1, offset: next?.from ?? 0 })
}

const MIN_LINES = 2

/** The places of a content line where the flow may be parted, the last first. */
function breaksOnLine(flow: Flow, content: readonly ContentLine[], index: number): readonly FlowBreak[] {
  const line = content[index]
  if (!line) return []
  const lines = index + 1
  const next = content[index + 1]
  const breaks: FlowBreak[] = []
  if (next && next.part !== line.part) breaks.push({ lines, part: next.part, offset: 0 })
  const { type, text } = flow.parts[line.part] as FlowPart
  if (type === 'parenthetical') return breaks
  if (next?.part === line.part && text.slice(line.to, next.from).includes('\n'))
    breaks.push({ lines, part: line.part, offset: next.from })
  for (const end of findSentenceEnds(text.slice(line.from, line.to + 1), line.to - line.from)) {
    breaks.push({ lines, part: line.part, offset: line.from + end })
  }
  return breaks
}

/** The rest of a speech does not begin after a parenthetical, unless there is no other place. */
function isBeforeText(flow: Flow, { part, offset }: FlowBreak): boolean {
  return offset > 0 || flow.parts[part - 1]?.type !== 'parenthetical'
}

function isAnywhere(): boolean {
  return true
}

/** Where a sentence ends inside a line, the last place first; `length` is the line without the character after it. */
function findSentenceEnds(text: string, length: number): readonly number[] {
  const ends = text.matchAll(/(?:[.!?…]|--|—)["'”’)\]]*(?=\s)|[。！？][”’」』）]*(?!$)/g)
  return [...ends]
    .map((match) => match.index + match[0].length)
    .filter((end) => end <= length)
    .reverse()
}

function splitAt(flow: Flow, { part, offset }: FlowBreak): readonly [Flow, Flow] {
  const { text } = flow.parts[part] as FlowPart
  let from = offset
  while (from > 0 && from < text.length && /\s/.test(text[from] ?? '')) from += 1
  const end = offset === 0 ? { part: part - 1, offset: flow.parts[part - 1]?.text.length ?? 0 } : { part, offset }
  return [
    { ...flow, end, more: true },
    { ...flow, first: part, offset: from, continued: true },
  ]
}
