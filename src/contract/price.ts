import type { Usage } from './generate.ts'

/**
 * The rates of a model: whole micro-dollars for a million tokens, so $3.00 is 3_000_000. An absent rate of a part is
 * charged like the whole it belongs to (cached input like input, reasoning like output).
 */
export interface Rates {
  readonly input: number
  readonly cachedInput?: number
  readonly cacheWrite?: number
  readonly output: number
  readonly reasoning?: number
}

export interface Price extends Rates {
  /** A fee for each call besides its tokens (Perplexity's searches): micro-dollars. */
  readonly perCall?: number
  /** Dearer rates for long prompts: those of the last tier whose `aboveInputTokens` the input exceeds hold for the whole call. */
  readonly tiers?: readonly (Rates & { readonly aboveInputTokens: number })[]
  /** Where the price comes from, with its date: `genai-prices 0.1.8`, `models.dev 2026-07-02`, `config`. */
  readonly source: string
}

/** A local engine, or the understudy: known to cost nothing, which is not the same as having no known price. */
export const FREE: Price = { input: 0, output: 0, source: 'local' }

/**
 * The cost of a call in whole micro-dollars, rounded half up once, at the end. Undefined when the count of the input or
 * the output is not known, because unknown is not zero.
 */
export function costOf(usage: Usage, price: Price): number | undefined {
  const { inputTokens, outputTokens } = usage
  if (inputTokens === undefined || outputTokens === undefined) return undefined
  const rates = ratesAt(price, inputTokens)
  const cached = Math.min(usage.cachedInputTokens ?? 0, inputTokens)
  const written = Math.min(usage.cacheWriteTokens ?? 0, inputTokens - cached)
  const writtenForHour = Math.min(usage.cacheWriteHourTokens ?? 0, written)
  const reasoned = Math.min(usage.reasoningTokens ?? 0, outputTokens)
  const scaled =
    (inputTokens - cached - written) * rates.input +
    cached * (rates.cachedInput ?? rates.input) +
    (written - writtenForHour) * (rates.cacheWrite ?? rates.input) +
    writtenForHour * HOUR_CACHE_WRITE_FACTOR * rates.input +
    (outputTokens - reasoned) * rates.output +
    reasoned * (rates.reasoning ?? rates.output)
  return Math.round(scaled / 1_000_000) + (price.perCall ?? 0)
}

/** The most that a call can cost, in whole micro-dollars: every token at the dearest rate of any tier or part. */
export function maxCostOf(inputTokens: number, outputTokens: number, price: Price): number {
  const sets: readonly Rates[] = [price, ...(price.tiers ?? [])]
  const input = Math.max(
    ...sets.flatMap((r) => [
      r.input,
      r.cachedInput ?? 0,
      r.cacheWrite ?? 0,
      // A vendor that charges for cache writes may charge for one of an hour, which a gateway asks for unasked.
      r.cacheWrite === undefined ? 0 : HOUR_CACHE_WRITE_FACTOR * r.input,
    ]),
  )
  const output = Math.max(...sets.flatMap((r) => [r.output, r.reasoning ?? 0]))
  return Math.ceil((inputTokens * input + outputTokens * output) / 1_000_000) + (price.perCall ?? 0)
}

/** A cache write of an hour, in prices of input: https://docs.claude.com/en/docs/build-with-claude/prompt-caching#pricing */
const HOUR_CACHE_WRITE_FACTOR = 2

function ratesAt(price: Price, inputTokens: number): Rates {
  return price.tiers?.findLast((tier) => inputTokens > tier.aboveInputTokens) ?? price
}
