import type { GenerateError } from '../../contract/errors.ts'
import type { LedgerEntry } from '../../contract/ledger.ts'
import { costOf, maxCostOf, type Price } from '../../contract/price.ts'
import type { Candidate } from '../../contract/registry.ts'
import type { InputEstimate } from './estimate-tokens.ts'
import type { UsageMeter } from './usage-meter.ts'

/** The cost of one attempt, as far as it is known. All amounts are whole micro-dollars. */
export interface AttemptCost
  extends Required<Pick<LedgerEntry, 'usage' | 'microUsd' | 'estimated' | 'inDoubtMicroUsd'>> {
  /** The provider claims more than the attempt can cost: its hold, and the claim. */
  readonly excess:
    | { readonly holdMicroUsd: number; readonly claimedMicroUsd: number; readonly isPlausible: boolean }
    | undefined
}

export interface AttemptFacts {
  readonly candidate: Candidate
  readonly meter: UsageMeter
  readonly error: GenerateError | undefined
  readonly estimate: InputEstimate
  readonly maxOutputTokens: number
  readonly elapsedMs: number
  /** The most that the attempt can cost; undefined: the price is not known. */
  readonly holdMicroUsd: number | undefined
}

/**
 * The cost of an attempt that has ended: the vendor's bill where it reports one, else its counts at the price of the
 * day, else an estimate. `inDoubtMicroUsd` is what the vendor may bill beyond that.
 */
export function attemptCost(facts: AttemptFacts): AttemptCost {
  const { candidate, meter, error, holdMicroUsd } = facts
  const { price } = candidate.facts
  const { usage, estimated, isFinal, billed } = meter.measure(error)
  if (!billed) return { usage, estimated, microUsd: 0, inDoubtMicroUsd: 0, excess: undefined }
  const counted = price && costOf(usage, price)
  const isDearTier = usage.serviceTier !== undefined && !usage.billedMicroUsd
  // A bill of zero beside a price is taken for no bill, because what is unknown is not free.
  const microUsd = usage.billedMicroUsd || (counted && (isDearTier ? DEAR_TIER_FACTOR * counted : counted))
  if (holdMicroUsd !== undefined && microUsd !== undefined && microUsd > holdMicroUsd) {
    const excess = { holdMicroUsd, claimedMicroUsd: microUsd, isPlausible: isPlausible(facts) }
    return { usage, microUsd, estimated: true, inDoubtMicroUsd: 0, excess }
  }
  const boundMicroUsd =
    isFinal || !price || holdMicroUsd === undefined ? 0 : Math.min(holdMicroUsd, maxBill(facts, price))
  return {
    usage,
    microUsd,
    estimated: estimated || isDearTier,
    inDoubtMicroUsd: Math.max(0, boundMicroUsd - (microUsd ?? 0)),
    excess: undefined,
  }
}

/** The counts of a claim that is not believed, cut to what the request can have taken. */
export function boundUsage({ meter, error, estimate, maxOutputTokens }: AttemptFacts): AttemptCost['usage'] {
  const { inputTokens = 0, outputTokens = 0 } = meter.measure(error).usage
  return {
    inputTokens: Math.min(inputTokens, estimate.max),
    outputTokens: Math.min(outputTokens, Math.max(maxOutputTokens, meter.outputBytes)),
  }
}

/** OpenAI's priority tier costs up to twice the usual price: https://platform.openai.com/docs/pricing?latest-pricing=priority */
const DEAR_TIER_FACTOR = 2

/** Above what any model writes in a second, reasoning included. */
const MAX_TOKENS_PER_SECOND = 1_000

/** A window that no model of the catalog exceeds. */
const MAX_WINDOW_TOKENS = 20_000_000

/** The most that the vendor may bill for an attempt whose end it did not count. */
function maxBill({ candidate, meter, estimate, maxOutputTokens, elapsedMs }: AttemptFacts, price: Price): number {
  return maxCostOf(estimate.max, Math.min(maxOutputTokens, maxTokens()), price)

  function maxTokens(): number {
    // A whole answer was seen, and no text has more tokens than bytes. Reasoning is not always shown.
    const isWhole = meter.finish !== undefined && !candidate.facts.abilities.includes('thinking')
    if (isWhole) return meter.outputBytes
    if (!candidate.provider.stopsWhenClosed) return Number.POSITIVE_INFINITY
    return Math.ceil((elapsedMs / 1_000) * MAX_TOKENS_PER_SECOND)
  }
}

/** False for counts beyond the model's window: no gateway's own prompt explains them. */
function isPlausible({ candidate, meter, error }: AttemptFacts): boolean {
  const { inputTokens = 0, outputTokens = 0 } = meter.measure(error).usage
  return inputTokens + outputTokens <= (candidate.facts.contextTokens ?? MAX_WINDOW_TOKENS)
}
