import { z } from 'zod'
import { WAIT_SECONDS } from '../shared/wait.ts'

export const SCRIPT_FORMATS = ['scene', 'short', 'commercial', 'tv_pilot', 'feature'] as const
export type Format = (typeof SCRIPT_FORMATS)[number]

/** The stages in the order of the work. */
export const SCRIPT_STAGES = ['logline', 'beats', 'characters', 'outline', 'script'] as const
export type Stage = (typeof SCRIPT_STAGES)[number]

/**
 * The input of `develop_script`, which is also the tool's schema. Without `script_id` a `concept` or a `source` begins a
 * new script; with it the saved script is continued.
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
  redo: z
    .string()
    .regex(/^(?:logline|beats|characters|outline|script|scene [1-9]\d{0,3})$/)
    .optional()
    .describe('Write again: a stage with all after it, or `scene 4`.'),
  script_id: z.string().max(64).optional().describe('Continue, or wait for, an earlier one.'),
  source: z.string().max(2_000_000).optional().describe('Your own script, as Fountain or FDX.'),
  notes: z.string().max(20_000).optional().describe('What to change in the existing script.'),
  polish: z.int().min(0).max(2).optional().describe('Passes of a reader and a rewrite. Default: 1.'),
  model: z.string().optional(),
  reasoning_effort: z.enum(['none', 'low', 'medium', 'high']).optional(),
  max_cost_usd: z.number().min(0).optional().describe('The job stops there with what it has.'),
  wait_seconds: z.number().min(0).max(3600).default(WAIT_SECONDS),
  scene: z.int().min(1).optional().describe('With script_id: only read this scene.'),
})

/** The input before parsing, where a field with a default may be absent. */
export type ScriptInput = z.input<typeof developScriptInput>

/** The usual proportions of a format. */
export interface Shape {
  /** The default length. */
  readonly pages: number
  /** A feature of 110 pages has some 50 scenes. */
  readonly pagesPerScene: number
  readonly beats: readonly [least: number, most: number]
  /** The number of plants that a first reader can remember over this length. */
  readonly plants: string
  /** The longest piece that is written in one answer. */
  readonly blockPages: number
  readonly name: string
}

export const SHAPES: Readonly<Record<Format, Shape>> = {
  scene: {
    pages: 2,
    pagesPerScene: Number.POSITIVE_INFINITY,
    beats: [3, 5],
    plants: 'two',
    blockPages: 12,
    name: 'a single scene',
  },
  commercial: { pages: 1, pagesPerScene: 0.5, beats: [3, 4], plants: 'one', blockPages: 12, name: 'a commercial' },
  short: { pages: 8, pagesPerScene: 1.6, beats: [5, 7], plants: 'three', blockPages: 12, name: 'a short film' },
  // Half an hour is the commonest order for a first script. An hour is 55 to 60 pages.
  tv_pilot: {
    pages: 30,
    pagesPerScene: 1.75,
    beats: [9, 14],
    plants: 'five',
    blockPages: 10,
    name: 'a television pilot',
  },
  feature: { pages: 100, pagesPerScene: 2.2, beats: [12, 16], plants: 'seven', blockPages: 10, name: 'a feature film' },
}
