import { findProvider, type ModelInfo, type ModelPrice } from '@pydantic/genai-prices'
import type { PriceRow, RateRow } from '../../src/catalog/rows.ts'
import { type DevCost, type DevRates, type RouterModel, type RouterRates, SOURCE_INDEX } from './inputs.ts'

/** Our vendors that genai-prices knows, by its own ids. Fireworks and Z.ai are in it under ids that their APIs do not take. */
const GENAI_ID: Readonly<Record<string, string>> = {
  anthropic: 'anthropic',
  azure: 'azure',
  baseten: 'baseten',
  cerebras: 'cerebras',
  'cloudflare-workers-ai': 'cloudflare',
  cohere: 'cohere',
  deepseek: 'deepseek',
  'github-copilot': 'github-copilot',
  google: 'google',
  groq: 'groq',
  minimax: 'minimax',
  mistral: 'mistral',
  moonshotai: 'moonshotai',
  'novita-ai': 'novita',
  openai: 'openai',
  openrouter: 'openrouter',
  ovhcloud: 'ovhcloud',
  perplexity: 'perplexity',
  togetherai: 'together',
  xai: 'x-ai',
}

/** The prices of a vendor in genai-prices by exact model id, because its own matching by pattern may give another model's price. */
export function indexGenaiModels(vendor: string): ReadonlyMap<string, ModelInfo> {
  const id = GENAI_ID[vendor]
  if (!id) return new Map()
  const provider = findProvider({ providerId: id })
  if (provider?.id !== id) throw new Error(`genai-prices has no provider "${id}": correct GENAI_ID`)
  return new Map(provider.models.map((model) => [model.id, model]))
}

/**
 * The prices that genai-prices has for a model, one for each day from which they changed. Where a price depends on the
 * hour, the dearest of the day: a hold must cover the call whenever it ends. Undefined where a part of the price cannot
 * be computed from token counts.
 */
export function genaiPrices({ prices }: ModelInfo): readonly PriceRow[] | undefined {
  const all = Array.isArray(prices) ? prices : [{ prices }]
  const days = all.flatMap(({ constraint }) => (constraint?.type === 'start_date' ? [constraint.start_date] : []))
  const rows: PriceRow[] = []
  for (const day of ['', ...new Set(days)].toSorted()) {
    const row = genaiRow(dearestPrice(all, day))
    if (!row) return undefined
    const { d: _, ...before } = rows.at(-1) ?? { r: [0, 0] }
    if (JSON.stringify(before) !== JSON.stringify(row)) rows.push(day ? { d: day, ...row } : row)
  }
  return rows
}

type Conditional = Extract<ModelInfo['prices'], readonly unknown[]>[number]

/** The last that holds on that day wins, as in the package; those of an hour compete with what holds in the others. */
function dearestPrice(all: readonly Conditional[], day: string): ModelPrice {
  const candidates: ModelPrice[] = []
  for (const { constraint, prices } of all.toReversed()) {
    if (constraint?.type === 'start_date' && constraint.start_date > day) continue
    candidates.push(prices)
    if (constraint?.type !== 'time_of_date') break
  }
  const dear = (price: ModelPrice): number => priceAt(price['input_mtok'], 0) + priceAt(price['output_mtok'], 0)
  return candidates.toSorted((a, b) => dear(b) - dear(a))[0] ?? all[0]?.prices ?? {}
}

const TOKENS = ['input_mtok', 'output_mtok', 'cache_read_mtok', 'cache_write_mtok', 'output_reasoning_mtok'] as const
/** Parts that a text call never has: long-lived cache writes, tools on the vendor's side, sounds and pictures. */
const UNUSED_PRICE_PARTS =
  /^(cache_write_1h_|web_searches_|storage_searches_)|_(audio|image|video|document|text_messages)_/

function genaiRow(price: ModelPrice): PriceRow | undefined {
  const known = (key: string): boolean => TOKENS.some((token) => token === key) || key === 'requests_kcount'
  if (!Object.keys(price).every((key) => known(key) || UNUSED_PRICE_PARTS.test(key))) return undefined
  const at = (inputTokens: number): RateRow | undefined => {
    const [input, output, read, write, reasoning] = TOKENS.map((key) => {
      const value = price[key]
      return value === undefined ? undefined : priceAt(value, inputTokens)
    })
    return rateRow({ input, output, read, write, reasoning })
  }
  const base = at(0)
  if (!base) return undefined
  const starts = TOKENS.flatMap((key) => {
    const value = price[key]
    return typeof value === 'object' ? value.tiers.map(({ start }) => start) : []
  })
  const tiers = [...new Set(starts)]
    .toSorted((a, b) => a - b)
    .flatMap((start) => {
      const rates = at(start + 1)
      return rates ? [[start, ...rates] as const] : []
    })
  const fee = priceAt(price['requests_kcount'], 0)
  return {
    r: base,
    ...(tiers.length > 0 && { t: tiers }),
    ...(fee > 0 && { q: toMicroUsd(fee / 1000) }),
    s: SOURCE_INDEX.genaiPrices,
  }
}

function priceAt(value: ModelPrice[string], inputTokens: number): number {
  if (typeof value !== 'object') return value ?? 0
  return value.tiers.findLast(({ start }) => inputTokens > start)?.price ?? value.base
}

/**
 * The price that models.dev has. A cost of 0 and 0 is kept: the source says free (a free tier, a plan). Undefined where
 * a fee cannot be computed from token counts, or one side only is 0.
 */
export function devPrices(cost: DevCost | undefined): readonly PriceRow[] | undefined {
  if (!cost || cost.citation || cost.request) return undefined
  const base = devRow(cost)
  if (!base || (base[0] === 0) !== (base[1] === 0)) return undefined
  const tiers = (cost.tiers ?? [])
    .toSorted((a, b) => a.tier.size - b.tier.size)
    .flatMap((tier) => {
      const rates = devRow(tier)
      return rates ? [[tier.tier.size, ...rates] as const] : []
    })
  return [{ r: base, ...(tiers.length > 0 && { t: tiers }) }]
}

function devRow(cost: DevRates): RateRow | undefined {
  return rateRow({
    input: cost.input,
    output: cost.output,
    // A part at 0 beside an input that costs is a blank, not a gift.
    read: (cost.cache_read ?? cost.cache_input ?? cost.cached_input) || undefined,
    write: (cost.cache_write ?? cost.cached_write) || undefined,
    reasoning: cost.reasoning || undefined,
  })
}

/** OpenRouter's own price of a model. */
export function routerPrices({ pricing }: RouterModel): readonly PriceRow[] | undefined {
  const base = routerRow(pricing)
  if (!base) return undefined
  const tiers = (pricing.overrides ?? [])
    .toSorted((a, b) => a.min_prompt_tokens - b.min_prompt_tokens)
    .flatMap((tier) => {
      const rates = routerRow(tier)
      return rates ? [[tier.min_prompt_tokens - 1, ...rates] as const] : []
    })
  return [{ r: base, ...(tiers.length > 0 && { t: tiers }), s: SOURCE_INDEX.openRouter }]
}

function routerRow(rates: RouterRates): RateRow | undefined {
  const perMillion = (perToken: string | undefined): number | undefined =>
    perToken === undefined ? undefined : Number(perToken) * 1_000_000
  return rateRow({
    input: perMillion(rates.prompt),
    output: perMillion(rates.completion),
    read: perMillion(rates.input_cache_read) || undefined,
    write: perMillion(rates.input_cache_write) || undefined,
    reasoning: perMillion(rates.internal_reasoning) || undefined,
  })
}

const toMicroUsd = (dollars: number): number => Math.round(dollars * 1_000_000)

interface UsdRates {
  readonly input: number | undefined
  readonly output: number | undefined
  readonly read: number | undefined
  readonly write: number | undefined
  readonly reasoning: number | undefined
}

/** USD into micro-dollars, with nothing at the end that is not known. Undefined without a price for both input and output. */
function rateRow({ input, output, read, write, reasoning }: UsdRates): RateRow | undefined {
  if (input === undefined || output === undefined || input < 0 || output < 0) return undefined
  const parts = [read, write, reasoning].map((part) => (part === undefined ? null : toMicroUsd(part)))
  return [toMicroUsd(input), toMicroUsd(output), ...parts.slice(0, parts.findLastIndex((part) => part !== null) + 1)]
}
