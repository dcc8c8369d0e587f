/** What a person asks for. Without `script_id` a `concept` begins a new script; with it the saved script goes on. */
export interface ScriptInput {
  readonly concept?: string | undefined
  readonly title?: string | undefined
  readonly format?: Format | undefined
  readonly genre?: string | undefined
  readonly tone?: string | undefined
  readonly setting?: string | undefined
  /** Names, each with what is known of the person: `MARA, a lighthouse keeper`. */
  readonly characters?: readonly string[] | undefined
  readonly language?: string | undefined
  /** One page is about one minute. */
  readonly target_pages?: number | undefined
  readonly stop_after?: Stage | undefined
  readonly script_id?: string | undefined
  readonly notes?: string | undefined
  /** A stage to be made anew, with what follows from it. */
  readonly redo?: Stage | undefined
  /** A person's own script, as Fountain or FDX: begins a script that can be revised. */
  readonly source?: string | undefined
  readonly model?: string | undefined
  /** For everything this script costs, earlier calls included. */
  readonly max_cost_usd?: number | undefined
  readonly wait_seconds?: number | undefined
}

export const SCRIPT_FORMATS = ['scene', 'short', 'commercial', 'tv_pilot', 'feature'] as const
export type Format = (typeof SCRIPT_FORMATS)[number]

export const SCRIPT_STAGES = ['logline', 'characters', 'beats', 'outline', 'script'] as const
export type Stage = (typeof SCRIPT_STAGES)[number]

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
