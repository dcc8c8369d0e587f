import type { PageSetup, ParagraphSetup, Script } from '../types.ts'

/** The line spacing of dialogue: `double` as in comedy shot with several cameras. */
export type Spacing = 'single' | 'double'

/** Where a kind of paragraph begins, in cells of a tenth of an inch from the left edge of the paper, and its width. */
export interface Measure {
  readonly column: number
  readonly width: number
}

/** The measures of every kind of paragraph on the pages of one script. */
export interface Measures {
  readonly heading: Measure
  readonly action: Measure
  readonly transition: Measure
  readonly speech: SpeechMeasures
  /** The two columns of dual dialogue. */
  readonly dual: readonly [SpeechMeasures, SpeechMeasures]
  /** Blank lines above a kind of paragraph, unless it begins a page. */
  readonly above: {
    readonly heading: number
    readonly action: number
    readonly speech: number
    readonly transition: number
  }
  readonly spacing: Spacing
}

export interface SpeechMeasures {
  readonly cue: Measure
  readonly dialogue: Measure
  /** The opening bracket of a parenthetical hangs one cell left of its column. */
  readonly parenthetical: Measure
}

/** Scene numbers: 0.75 inch from the left edge, and ending 7.375 inches from it. */
export const SCENE_NUMBER_COLUMNS = { left: 7.5, right: 73.75 }

/** The measures of a script: those of a new Final Draft screenplay, changed by what its own file says. */
export function resolveMeasures(script: Script, options: { readonly spacing?: Spacing }): Measures {
  const setup: PageSetup = script.setup ?? {}
  const spacing = options.spacing ?? setup.spacing ?? 'single'
  const paragraphs = setup.paragraphs ?? {}
  const base = spacing === 'double' ? DOUBLE_SPEECH : SINGLE_SPEECH
  return {
    heading: applySetup(ACTION, paragraphs.scene_heading, 1),
    action: applySetup(ACTION, paragraphs.action, 1),
    transition: applySetup(TRANSITION, paragraphs.transition, 0),
    speech: {
      cue: applySetup(base.cue, paragraphs.character, 0),
      dialogue: applySetup(base.dialogue, paragraphs.dialogue, 0),
      parenthetical: applySetup(base.parenthetical, paragraphs.parenthetical, 1),
    },
    dual: DUAL_SPEECH,
    above: {
      heading: paragraphs.scene_heading?.linesAbove ?? (spacing === 'double' ? 1 : 2),
      action: paragraphs.action?.linesAbove ?? 1,
      speech: paragraphs.character?.linesAbove ?? 1,
      transition: paragraphs.transition?.linesAbove ?? 1,
    },
    spacing,
  }
}

/** `extra`: the cells beyond the right edge that Final Draft fills in this kind of paragraph, measured on its layouts. */
function applySetup(base: Measure, setup: ParagraphSetup | undefined, extra: number): Measure {
  if (setup?.left === undefined || setup.right === undefined) return base
  return { column: setup.left * 10, width: Math.max(8, Math.round((setup.right - setup.left) * 10 + 1e-6) + extra) }
}

/** Measured on Final Draft's own layouts: 1.5 to 7.5 inches, and one cell more. */
const ACTION: Measure = { column: 15, width: 61 }
const TRANSITION: Measure = { column: 55, width: 16 }
const CUE: Measure = { column: 35, width: 38 }

const SINGLE_SPEECH: SpeechMeasures = {
  cue: CUE,
  dialogue: { column: 25, width: 35 },
  parenthetical: { column: 30, width: 26 },
}

/** Final Draft's own settings for comedy with several cameras: 2.25 to 6 inches, and the half cell at the end. */
const DOUBLE_SPEECH: SpeechMeasures = {
  cue: CUE,
  dialogue: { column: 22.5, width: 38 },
  parenthetical: { column: 27.5, width: 28 },
}

const DUAL_SPEECH: readonly [SpeechMeasures, SpeechMeasures] = [
  {
    cue: { column: 25, width: 19 },
    dialogue: { column: 15, width: 29 },
    parenthetical: { column: 17, width: 26 },
  },
  {
    cue: { column: 56, width: 19 },
    dialogue: { column: 46, width: 29 },
    parenthetical: { column: 48, width: 26 },
  },
]
