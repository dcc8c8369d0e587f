import type { Setting } from '../contract/generate.ts'
import type { Price, Rates } from '../contract/price.ts'
import type { Ability, ModelFacts, Vendor } from '../contract/provider.ts'

/** `catalog.json`: one line a vendor and one a model, so that a change reads as a change. `npm run catalog` writes it. */
export interface CatalogData {
  /** Where facts and prices come from, with their date; rows name them by their place in this list. */
  readonly sources: readonly string[]
  readonly vendors: readonly Vendor[]
  /** By vendor id. */
  readonly models: Readonly<Record<string, readonly ModelRow[]>>
}

/** A model in short keys: there are five thousand of them. An absent key is not known. */
export interface ModelRow {
  /** The vendor's own id. */
  readonly i: string
  /** Name, where it differs from the id. */
  readonly n?: string
  /** Context window and output ceiling, in tokens. */
  readonly c?: number
  readonly o?: number
  /** Abilities besides text, a letter each: `ABILITIES`. */
  readonly a?: string
  /** Prices, oldest first. */
  readonly p?: readonly PriceRow[]
  /** 1: refuses temperature and top_p. */
  readonly x?: 1
  /** Words of its effort setting, weakest first, joined by commas. */
  readonly e?: string
  /** Thinking budget in tokens: least and most. */
  readonly b?: readonly [min: number | null, max: number | null]
  /** 1: thinking can only be switched on and off. */
  readonly g?: 1
  /** 0: the last message may not be the assistant's. */
  readonly f?: 0
  /** Released, `YYYY-MM-DD`. */
  readonly r?: string
  /** Status: `STATUSES`. */
  readonly s?: 'a' | 'b' | 'd'
  /** Places in `sources`, where it is not the first alone. */
  readonly w?: readonly number[]
}

/** Whole micro-dollars for a million tokens. */
export interface PriceRow {
  /** Holds from this UTC day on, `YYYY-MM-DD`. Absent: from the beginning. */
  readonly d?: string
  readonly r: RateRow
  /** Tiers for long prompts, lowest first: `[aboveInputTokens, ...rates]`. */
  readonly t?: readonly (readonly [above: number, ...rates: RateRow])[]
  /** Micro-dollars a call. */
  readonly q?: number
  /** Place in `sources`, where it is not the first. */
  readonly s?: number
}

/** Input, output, and as far as known cached input, cache write and reasoning; null is not known. */
export type RateRow = readonly [input: number, output: number, ...parts: (number | null)[]]

export const ABILITIES: Readonly<Record<string, Ability>> = { i: 'images', t: 'tools', j: 'json', h: 'thinking' }
export const STATUSES = { a: 'alpha', b: 'beta', d: 'deprecated' } as const
const SAMPLING_SETTINGS: readonly Setting[] = ['temperature', 'topP']

/** A model's facts with the price of the day of `at` (ms since the epoch). */
export function decodeModel(row: ModelRow, sources: readonly string[], at: number): ModelFacts {
  const price = row.p && priceAt(row.p, sources, at)
  const [min, max] = row.b ?? []
  return {
    id: row.i,
    name: row.n ?? row.i,
    ...(row.c !== undefined && { contextTokens: row.c }),
    ...(row.o !== undefined && { maxOutputTokens: row.o }),
    abilities: ['text', ...[...(row.a ?? '')].flatMap((letter) => ABILITIES[letter] ?? [])],
    ...(price && { price }),
    ...(row.x && { refuses: SAMPLING_SETTINGS }),
    ...(row.e !== undefined && { efforts: row.e.split(',') }),
    ...(row.b && {
      thinkingBudget: { ...(typeof min === 'number' && { min }), ...(typeof max === 'number' && { max }) },
    }),
    ...(row.g && { thinkingToggle: true }),
    ...(row.f === 0 && { prefill: false }),
    ...(row.r !== undefined && { released: row.r }),
    ...(row.s && { status: STATUSES[row.s] }),
    source: (row.w ?? [0]).map((place) => sources[place]).join(', '),
  }
}

/** The last price that had begun by `at`; undefined before the first. */
export function priceAt(rows: readonly PriceRow[], sources: readonly string[], at: number): Price | undefined {
  const row = rows.findLast(({ d }) => d === undefined || Date.parse(d) <= at)
  if (!row) return undefined
  return {
    ...decodeRates(row.r),
    ...(row.t && { tiers: row.t.map(([aboveInputTokens, ...tier]) => ({ aboveInputTokens, ...decodeRates(tier) })) }),
    ...(row.q !== undefined && { perCall: row.q }),
    source: sources[row.s ?? 0] ?? '',
  }
}

function decodeRates([input, output, cachedInput, cacheWrite, reasoning]: RateRow): Rates {
  return {
    input,
    output,
    ...(typeof cachedInput === 'number' && { cachedInput }),
    ...(typeof cacheWrite === 'number' && { cacheWrite }),
    ...(typeof reasoning === 'number' && { reasoning }),
  }
}
