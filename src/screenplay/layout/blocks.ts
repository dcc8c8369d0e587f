import { toPlainText } from '../emphasis.ts'
import { continuesSpeech } from '../speech.ts'
import type { Character, SceneHeading, Script, ScriptElement } from '../types.ts'
import { isContinuedExtension, speakerKey } from './cue.ts'
import { type BlockLine, type Flow, type FlowPart, layOutFlow, splitFlow, splitFlowAtRow } from './flow.ts'
import { type Measure, type Measures, SCENE_NUMBER_COLUMNS } from './measures.ts'
import { printedText } from './printed-text.ts'
import { countCells, wrapLines } from './wrap.ts'

/** Lines that stay together on a page or split by their own rule. Rows count from the top of the block. */
export interface Block {
  readonly kind: 'heading' | 'action' | 'speech' | 'dual' | 'transition' | 'blank' | 'page_break'
  /** Blank lines above, unless it begins a page. */
  readonly spaceBefore: number
  readonly rows: number
  readonly lines: readonly BlockLine[]
  /** Splits it so that its first part has at most `rows` rows; absent or undefined: it cannot be split there. */
  readonly split?: (rows: number) => readonly [Block, Block] | undefined
  /** Splits it at a row, wherever that is: for one that is taller than a page and has no better place. */
  readonly cut?: (rows: number) => readonly [Block, Block]
}

/** The blocks of a script in order. Elements that are not printed (notes, sections, synopses) have none. */
export function buildBlocks(script: Script, measures: Measures): Block[] {
  const blocks: Block[] = []
  const { elements } = script
  let speaker: string | undefined
  let single: Flow | undefined
  for (let at = 0; at < elements.length; at++) {
    const element = elements[at] as ScriptElement
    if (element.type === 'scene_heading') speaker = undefined
    if (element.type === 'character') {
      const flow = readSpeech(elements, element, at, speaker)
      speaker = speakerKey(element.name)
      if (element.dual && single && blocks.at(-1)?.kind === 'speech') {
        blocks.splice(-1, 1, dualBlock([single, flow], measures))
        single = undefined
      } else {
        blocks.push(speechBlock(flow, measures))
        single = flow
      }
      at = flow.parts.at(-1)?.element ?? at
      continue
    }
    blocks.push(...blocksOf(element, at, measures))
  }
  return blocks
}

function blocksOf(element: ScriptElement, at: number, measures: Measures): readonly Block[] {
  const { action, transition } = measures
  switch (element.type) {
    case 'scene_heading':
      return [headingBlock(element, at, measures)]
    case 'transition':
      return [
        fixedBlock('transition', measures.above.transition, element, at, transition, (line) => {
          return transition.column + transition.width - countCells(line)
        }),
      ]
    case 'centered':
      return [
        fixedBlock('action', measures.above.action, element, at, action, (line) => {
          return action.column + Math.floor((action.width - countCells(line)) / 2)
        }),
      ]
    case 'page_break':
      return [{ kind: 'page_break', spaceBefore: 0, rows: 0, lines: [] }]
    case 'action':
    case 'dialogue':
    case 'parenthetical':
    case 'lyrics':
      return actionBlocks(element, at, measures)
    default:
      return []
  }
}

/** Scene numbers are in both margins. */
function headingBlock(heading: SceneHeading, at: number, { heading: measure, above }: Measures): Block {
  const block = fixedBlock('heading', above.heading, heading, at, measure, () => measure.column)
  const { number } = heading
  if (number === undefined) return block
  const place = (column: number): BlockLine => ({ row: 0, column, text: number, element: at })
  return {
    ...block,
    lines: [place(SCENE_NUMBER_COLUMNS.left), ...block.lines, place(SCENE_NUMBER_COLUMNS.right - countCells(number))],
  }
}

/** An empty paragraph takes its own line besides the one above it, even at the top of a page. */
function actionBlocks(
  element: Extract<ScriptElement, { readonly text: string }>,
  at: number,
  measures: Measures,
): readonly Block[] {
  if (element.text === '') return [{ kind: 'blank', spaceBefore: 1, rows: 1, lines: [] }]
  const text = toPlainText(element.text)
  if (text.trim() === '') return []
  const parts: readonly FlowPart[] = [{ type: 'action', text, element: at }]
  return [actionBlock({ parts, first: 0, offset: 0, continued: false, more: false }, measures)]
}

/** A block that does not split by a rule of its own. */
function fixedBlock(
  kind: Block['kind'],
  spaceBefore: number,
  element: ScriptElement,
  at: number,
  { width }: Measure,
  columnOf: (line: string) => number,
): Block {
  const text = printedText(element)
  const lines = wrapLines(text, width).map(({ from, to }, row): BlockLine => {
    const line = text.slice(from, to)
    return { row, column: columnOf(line), text: line, element: at, from, to }
  })
  return linesBlock({ kind, spaceBefore, rows: lines.length, lines })
}

function linesBlock(block: Omit<Block, 'split' | 'cut'>): Block {
  return {
    ...block,
    cut: (rows) => {
      const index = block.lines.findIndex((line) => line.row >= rows)
      const at = index < 0 ? block.lines.length : index
      const below = block.lines.slice(at).map((line) => ({ ...line, row: line.row - rows }))
      return [
        linesBlock({ ...block, rows, lines: block.lines.slice(0, at) }),
        linesBlock({ ...block, rows: block.rows - rows, lines: below }),
      ]
    },
  }
}

/** An action splits at the end of a sentence, as a speech does, and only from four lines on. */
function actionBlock(flow: Flow, measures: Measures): Block {
  const laidOut = layOutFlow(flow, measures)
  const { rows, lines } = laidOut
  const build = ([head, tail]: readonly [Flow, Flow]) =>
    [actionBlock(head, measures), actionBlock(tail, measures)] as const
  return {
    kind: 'action',
    spaceBefore: measures.above.action,
    rows,
    lines,
    split: (most) => {
      const parts = splitFlow(flow, laidOut, most)
      return parts && build(parts)
    },
    cut: (most) => build(splitFlowAtRow(flow, laidOut, most)),
  }
}

function speechBlock(flow: Flow, measures: Measures): Block {
  const laidOut = layOutFlow(flow, measures)
  const { rows, lines } = laidOut
  const build = ([head, tail]: readonly [Flow, Flow]) =>
    [speechBlock(head, measures), speechBlock(tail, measures)] as const
  const block = { kind: 'speech', spaceBefore: measures.above.speech, rows, lines } as const
  // A cue that fills half a page is no cue; it is cut like any other text.
  const cueRows = laidOut.content[0]?.row ?? 0
  if (laidOut.content.length < 2 || cueRows > TALLEST_CUE) {
    const whole = layOutFlow(flow, measures, undefined, Number.POSITIVE_INFINITY)
    return linesBlock({ ...block, rows: whole.rows, lines: whole.lines })
  }
  return {
    ...block,
    split: (most) => {
      const parts = splitFlow(flow, laidOut, most)
      return parts && build(parts)
    },
    cut: (most) => build(splitFlowAtRow(flow, laidOut, most)),
  }
}

/** Rows. */
const TALLEST_CUE = 20

/** Two speeches side by side, each in its own column; they stay together unless they are taller than a page. */
function dualBlock(flows: readonly [Flow, Flow], measures: Measures): Block {
  const sides = [layOutFlow(flows[0], measures, 0), layOutFlow(flows[1], measures, 1)] as const
  const lines = [...sides[0].lines, ...sides[1].lines]
  const rows = Math.max(sides[0].rows, sides[1].rows)
  return {
    kind: 'dual',
    spaceBefore: measures.above.speech,
    rows,
    lines,
    cut: (most) => {
      const parts = flows.map((flow, side): readonly [Flow, Flow] => {
        const laidOut = sides[side === 0 ? 0 : 1]
        if (laidOut.rows <= most) return [flow, { ...flow, first: flow.parts.length }]
        return splitFlow(flow, laidOut, most) ?? splitFlowAtRow(flow, laidOut, most)
      })
      const [left, right] = parts
      if (!left || !right) throw new TypeError('dual dialogue has two sides')
      return [dualBlock([left[0], right[0]], measures), restBlock([left[1], right[1]], measures)]
    },
  }
}

/** The rest of dual dialogue; one of the two speeches may be at its end. */
function restBlock(flows: readonly [Flow, Flow], measures: Measures): Block {
  const empty = (flow: Flow): Flow => {
    const { cue: _, ...rest } = flow
    return flow.first >= flow.parts.length ? rest : flow
  }
  return dualBlock([empty(flows[0]), empty(flows[1])], measures)
}

type SpeechElement = Extract<ScriptElement, { readonly type: FlowPart['type'] }>

function isPartOfSpeech(element: ScriptElement, before: ScriptElement | undefined): element is SpeechElement {
  return element.type !== 'character' && continuesSpeech(element, true, before)
}

/** A speaker who continues after action, in the same scene, gets `(CONT'D)`, as Final Draft adds by itself. */
function readSpeech(elements: readonly ScriptElement[], cue: Character, at: number, speaker: string | undefined): Flow {
  const continues = speakerKey(cue.name) === speaker && !cue.extensions.some(isContinuedExtension)
  const extensions = continues ? [...cue.extensions, "CONT'D"] : cue.extensions
  const parts: FlowPart[] = []
  for (let index = at + 1; index < elements.length; index++) {
    const next = elements[index] as ScriptElement
    if (!isPartOfSpeech(next, elements[index - 1])) break
    parts.push({ type: next.type, text: printedText(next), element: index })
  }
  return {
    cue: { name: cue.name, extensions, element: at },
    parts,
    first: 0,
    offset: 0,
    continued: false,
    more: false,
  }
}
