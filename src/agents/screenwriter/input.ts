import { z } from 'zod'
import { WAIT_SECONDS } from '../shared/wait.ts'

export const SCRIPT_FORMATS = ['scene', 'short', 'commercial', 'tv_pilot', 'feature'] as const
export type Format = (typeof SCRIPT_FORMATS)[number]

export const SCRIPT_STAGES = ['logline', 'characters', 'beats', 'outline', 'script'] as const
export type Stage = (typeof SCRIPT_STAGES)[number]

/**
 * What `develop_script` takes, and the tool's own schema. Without `script_id` a `concept` or a `source` begins a new
 * script; with it the saved script is continued.
 */
export const developScriptInput = z.object({
  concept: z
    .string()
    .min(1)
    .max(20_000)
    .optional()
    .describe('What the film is about. Needed unless script_id or source is given.'),
  title: z.string().max(200).optional(),
  format: z.enum(SCRIPT_FORMATS).optional().describe('Default: short.'),
  genre: z.string().max(200).optional(),
  tone: z.string().max(200).optional(),
  setting: z.string().max(500).optional(),
  characters: z.array(z.string().max(500)).max(40).optional(),
  language: z.string().max(60).optional(),
  target_pages: z.number().min(0.5).max(200).optional().describe('One page is about one minute.'),
  stop_after: z.enum(SCRIPT_STAGES).optional(),
  redo: z.enum(SCRIPT_STAGES).optional().describe('Regenerate this stage and everything after it.'),
  script_id: z.string().max(64).optional().describe('Continue, or wait for, an earlier one.'),
  source: z.string().max(2_000_000).optional().describe('Your own script, as Fountain or FDX.'),
  notes: z.string().max(20_000).optional().describe('What to change in the existing script.'),
  model: z.string().optional(),
  max_cost_usd: z.number().min(0).optional().describe('The job stops there with what it has.'),
  wait_seconds: z.number().min(0).max(3600).default(WAIT_SECONDS),
  scene: z.int().min(1).optional().describe('With script_id: only read this scene.'),
})

/** Of the tool or of the library: what has a default may be left out. */
export type ScriptInput = z.input<typeof developScriptInput>

/** How a format is usually built: pages, pages a scene, and how many parts it has. */
export interface Shape {
  readonly pages: number
  /** A feature of 110 pages has some 50 scenes. */
  readonly pagesAScene: number
  readonly cast: readonly [least: number, most: number]
  readonly beats: readonly [least: number, most: number]
  /** Places at most, as the bible names them; the outline may add some. */
  readonly sets: number
  readonly is: string
}

export const SHAPES: Readonly<Record<Format, Shape>> = {
  scene: {
    pages: 2,
    pagesAScene: Number.POSITIVE_INFINITY,
    cast: [2, 4],
    beats: [3, 4],
    sets: 1,
    is: 'a single scene',
  },
  commercial: { pages: 1, pagesAScene: 0.5, cast: [1, 4], beats: [3, 4], sets: 3, is: 'a commercial' },
  short: { pages: 8, pagesAScene: 1.25, cast: [2, 6], beats: [5, 7], sets: 5, is: 'a short film' },
  // Half an hour: the commonest order for a first script. Ask for 55 to 60 pages for an hour.
  tv_pilot: { pages: 30, pagesAScene: 1.75, cast: [4, 9], beats: [9, 12], sets: 10, is: 'a television pilot' },
  feature: { pages: 100, pagesAScene: 2.2, cast: [5, 12], beats: [12, 16], sets: 24, is: 'a feature film' },
}
