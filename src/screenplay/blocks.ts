import { visible } from './inline.ts'
import { type Speech, speechLines, splitSpeech } from './speech.ts'
import type { Element, Script } from './types.ts'
import { wrap } from './wrap.ts'

/** What stays together on a page, or splits by its own rule. Rows count from the block's own top. */
export interface Block {
  readonly kind: 'heading' | 'action' | 'speech' | 'dual' | 'transition' | 'blank' | 'page_break'
  /** Blank lines above, unless it begins a page. */
  readonly gap: number
  readonly rows: number
  readonly lines: readonly BlockLine[]
  readonly speech?: Speech
}

interface BlockLine {
  readonly row: number
  readonly column: number
  readonly text: string
  readonly element: number
}

/** Columns of ten an inch: where each kind begins and how wide it is. Measured on Final Draft's own layouts. */
const ACTION = { column: 15, width: 61 }
const TRANSITION = { column: 55, width: 16 }

/** Splits a block so that its first part has at most `rows` rows; undefined: it cannot be split there. */
export function split(block: Block, rows: number): readonly [Block, Block] | undefined {
  if (block.kind === 'speech' && block.speech) {
    const parts = splitSpeech(block.speech, rows)
    return parts && [speechBlock(parts[0]), speechBlock(parts[1])]
  }
  const above = Math.min(rows, block.rows - 2)
  if (block.kind !== 'action' || above < 2) return undefined
  const below = block.lines.filter((line) => line.row >= above).map((line) => ({ ...line, row: line.row - above }))
  return [
    { ...block, rows: above, lines: block.lines.filter((line) => line.row < above) },
    { ...block, rows: block.rows - above, lines: below },
  ]
}

/** The blocks of a script in order. What is not printed (notes, sections, synopses) has none. */
export function blocksOf(script: Script): readonly Block[] {
  const blocks: Block[] = []
  let speaker: string | undefined
  for (let at = 0; at < script.elements.length; at++) {
    const element = script.elements[at] as Element
    switch (element.type) {
      case 'scene_heading':
        speaker = undefined
        blocks.push(plain('heading', 2, wrap(visible(element.text).toUpperCase(), ACTION.width), ACTION.column, at))
        break
      case 'character': {
        const speech = readSpeech(script.elements, at, speaker)
        speaker = element.name
        const before = blocks.at(-1)
        if (element.dual && before?.kind === 'speech' && before.speech) {
          blocks.splice(-1, 1, dualBlock(before.speech, speech))
        } else {
          blocks.push(speechBlock(speech))
        }
        at = speech.last
        break
      }
      case 'transition': {
        const lines = wrap(visible(element.text).toUpperCase(), TRANSITION.width)
        blocks.push(plain('transition', 1, lines, (line) => TRANSITION.column + TRANSITION.width - line.length, at))
        break
      }
      case 'centered': {
        const lines = wrap(visible(element.text), ACTION.width)
        blocks.push(
          plain('action', 1, lines, (line) => ACTION.column + Math.floor((ACTION.width - line.length) / 2), at),
        )
        break
      }
      case 'page_break':
        blocks.push({ kind: 'page_break', gap: 0, rows: 0, lines: [] })
        break
      case 'action':
      case 'dialogue':
      case 'parenthetical':
      case 'lyrics':
        blocks.push(...actionBlock(element.text, at))
        break
      case 'note':
      case 'boneyard':
      case 'synopsis':
      case 'section':
        break
    }
  }
  return blocks
}

function actionBlock(text: string, at: number): readonly Block[] {
  if (text === '') return [{ kind: 'blank', gap: 1, rows: 0, lines: [] }]
  const seen = visible(text)
  return seen.trim() === '' ? [] : [plain('action', 1, wrap(seen, ACTION.width), ACTION.column, at)]
}

function plain(
  kind: Block['kind'],
  gap: number,
  lines: readonly string[],
  column: number | ((line: string) => number),
  element: number,
): Block {
  const place = (text: string, row: number): BlockLine => ({
    row,
    column: typeof column === 'number' ? column : column(text),
    text,
    element,
  })
  return { kind, gap, rows: lines.length, lines: lines.map(place) }
}

function speechBlock(speech: Speech): Block {
  const { rows, lines } = speechLines(speech, 'single')
  return { kind: 'speech', gap: 1, rows, lines, speech }
}

/** Two speeches side by side, each in its own column; they stay together. */
function dualBlock(left: Speech, right: Speech): Block {
  const [one, two] = [speechLines(left, 'left'), speechLines(right, 'right')]
  return { kind: 'dual', gap: 1, rows: Math.max(one.rows, two.rows), lines: [...one.lines, ...two.lines] }
}

/** A speaker who goes on after action, in the same scene, gets `(CONT'D)`, as Final Draft adds by itself. */
function readSpeech(elements: readonly Element[], at: number, speaker: string | undefined): Speech & { last: number } {
  const cue = elements[at]
  if (cue?.type !== 'character') throw new TypeError('a speech begins with its cue')
  const says = cue.extensions.some((extension) => /^cont['’]?d\.?$/i.test(extension))
  const extensions = cue.name === speaker && !says ? [...cue.extensions, "CONT'D"] : cue.extensions
  const parts: Speech['parts'][number][] = []
  let last = at
  for (let next = elements[last + 1]; next; next = elements[last + 1]) {
    if (next.type !== 'dialogue' && next.type !== 'parenthetical' && next.type !== 'lyrics') break
    last += 1
    parts.push({ type: next.type, text: visible(next.text), element: last })
  }
  return { name: cue.name, extensions, cue: at, continued: false, more: false, parts, last }
}
