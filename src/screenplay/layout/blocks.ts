import { toPlainText } from '../emphasis.ts'
import type { SceneHeading, Script, ScriptElement } from '../types.ts'
import { findSentenceEnds, layOutSpeech, type Spacing, type Speech, splitSpeech } from './dialogue.ts'
import { wrapText } from './wrap.ts'

/** What stays together on a page, or splits by its own rule. Rows count from the block's own top. */
export interface Block {
  readonly kind: 'heading' | 'action' | 'speech' | 'dual' | 'transition' | 'blank' | 'page_break'
  /** Blank lines above, unless it begins a page. */
  readonly spaceBefore: number
  readonly rows: number
  readonly lines: readonly BlockLine[]
  readonly speech?: Speech
  /** Of an action: what its lines were made of, so that it can be split. */
  readonly text?: string
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
/** 0.75 inch from the left edge, and ending 7.375 inches from it. */
const SCENE_NUMBER_COLUMNS = { left: 7.5, right: 73.75 }

/**
 * Splits a block so that its first part has at most `rows` rows; undefined: it cannot be split there. Like a speech, an
 * action splits only at the end of a sentence, with two lines on each side.
 */
export function splitBlock(block: Block, rows: number): readonly [Block, Block] | undefined {
  if (block.speech) {
    const parts = splitSpeech(block.speech, rows)
    return parts && [speechBlock(parts[0]), speechBlock(parts[1])]
  }
  if (block.kind !== 'action' || block.text === undefined || block.rows < 4) return undefined
  for (const end of findSentenceEnds(block.text)) {
    const [above, below] = [block.text.slice(0, end).trimEnd(), block.text.slice(end).trimStart()]
    const parts = [actionPart(above, block), actionPart(below, block)] as const
    if (parts[0].rows <= rows && parts[0].rows >= 2 && parts[1].rows >= 2) return parts
  }
  return undefined
}

/** Cuts a block at a row, wherever that is: for one that is taller than a page and has no better place. */
export function splitBlockAtRow(block: Block, rows: number): readonly [Block, Block] {
  const { speech: _speech, text: _text, ...rest } = block
  const below = block.lines.filter((line) => line.row >= rows).map((line) => ({ ...line, row: line.row - rows }))
  return [
    { ...rest, rows, lines: block.lines.filter((line) => line.row < rows) },
    { ...rest, rows: block.rows - rows, lines: below },
  ]
}

/** The blocks of a script in order. What is not printed (notes, sections, synopses) has none. */
export function buildBlocks(script: Script, spacing: Spacing = 'single'): readonly Block[] {
  const blocks: Block[] = []
  let speaker: string | undefined
  for (let at = 0; at < script.elements.length; at++) {
    const element = script.elements[at] as ScriptElement
    switch (element.type) {
      case 'scene_heading':
        speaker = undefined
        blocks.push(headingBlock(element, at, spacing))
        break
      case 'character': {
        const speech = readSpeech(script.elements, at, speaker, spacing)
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
        const lines = wrapText(toPlainText(element.text).toUpperCase(), TRANSITION.width)
        blocks.push(
          buildBlock('transition', 1, lines, (line) => TRANSITION.column + TRANSITION.width - line.length, at),
        )
        break
      }
      case 'centered': {
        const lines = wrapText(toPlainText(element.text), ACTION.width)
        blocks.push(
          buildBlock('action', 1, lines, (line) => ACTION.column + Math.floor((ACTION.width - line.length) / 2), at),
        )
        break
      }
      case 'page_break':
        blocks.push({ kind: 'page_break', spaceBefore: 0, rows: 0, lines: [] })
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

/** Scene numbers stand in both margins. A new scene has two blank lines above, one where dialogue is double-spaced. */
function headingBlock({ text, number }: SceneHeading, at: number, spacing: Spacing): Block {
  const lines = wrapText(toPlainText(text).toUpperCase(), ACTION.width)
  const block = buildBlock('heading', spacing === 'double' ? 1 : 2, lines, ACTION.column, at)
  if (number === undefined) return block
  const place = (column: number): BlockLine => ({ row: 0, column, text: number, element: at })
  return {
    ...block,
    lines: [place(SCENE_NUMBER_COLUMNS.left), ...block.lines, place(SCENE_NUMBER_COLUMNS.right - [...number].length)],
  }
}

/** An empty paragraph takes its own line besides the one above it, even at the top of a page. */
function actionBlock(text: string, at: number): readonly Block[] {
  if (text === '') return [{ kind: 'blank', spaceBefore: 1, rows: 1, lines: [] }]
  const seen = toPlainText(text)
  if (seen.trim() === '') return []
  return [{ ...buildBlock('action', 1, wrapText(seen, ACTION.width), ACTION.column, at), text: seen }]
}

function actionPart(text: string, { lines, spaceBefore }: Block): Block {
  const part = buildBlock('action', spaceBefore, wrapText(text, ACTION.width), ACTION.column, lines[0]?.element ?? 0)
  return { ...part, text }
}

function buildBlock(
  kind: Block['kind'],
  spaceBefore: number,
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
  return { kind, spaceBefore, rows: lines.length, lines: lines.map(place) }
}

function speechBlock(speech: Speech): Block {
  const { rows, lines } = layOutSpeech(speech)
  return { kind: 'speech', spaceBefore: 1, rows, lines, speech }
}

/** Two speeches side by side, each in its own column; they stay together. */
function dualBlock(left: Speech, right: Speech): Block {
  const [one, two] = [layOutSpeech(left, 'left'), layOutSpeech(right, 'right')]
  return { kind: 'dual', spaceBefore: 1, rows: Math.max(one.rows, two.rows), lines: [...one.lines, ...two.lines] }
}

/** A speaker who goes on after action, in the same scene, gets `(CONT'D)`, as Final Draft adds by itself. */
function readSpeech(
  elements: readonly ScriptElement[],
  at: number,
  speaker: string | undefined,
  spacing: Spacing,
): Speech & { last: number } {
  const cue = elements[at]
  if (cue?.type !== 'character') throw new TypeError('a speech begins with its cue')
  const alreadyContinued = cue.extensions.some((extension) => /^cont['’]?d\.?$/i.test(extension))
  const extensions = cue.name === speaker && !alreadyContinued ? [...cue.extensions, "CONT'D"] : cue.extensions
  const parts: Speech['parts'][number][] = []
  let last = at
  for (let next = elements[last + 1]; next; next = elements[last + 1]) {
    if (next.type !== 'dialogue' && next.type !== 'parenthetical' && next.type !== 'lyrics') break
    last += 1
    parts.push({ type: next.type, text: toPlainText(next.text), element: last })
  }
  return { name: cue.name, extensions, cue: at, spacing, continued: false, more: false, parts, last }
}
