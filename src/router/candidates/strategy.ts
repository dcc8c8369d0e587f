import type { Price } from '../../contract/price.ts'
import type { Candidate, RoutingPolicy } from '../../contract/registry.ts'
import { candidateName } from '../format.ts'

/** The facts that strategies use besides the candidates. */
export interface StrategyInputs {
  /** Milliseconds to the first token; undefined: not known. */
  firstTokenMs(model: string): number | undefined
  /** Held back by a limit or a cooldown now. */
  isBusy(model: string): boolean
  random(): number
}

export type Strategy = RoutingPolicy['strategy']

/** Orders an alias's models, or those that `auto` found. Pure but for its `random`. */
export function orderCandidates(
  strategy: Strategy,
  list: readonly Candidate[],
  inputs: StrategyInputs,
): readonly Candidate[] {
  return STRATEGIES[strategy](list, inputs)
}

const STRATEGIES = {
  /** As written, or as ranked. */
  order: (list) => list,
  /** By the expected price; unknown prices last. */
  cheapest: (list) => sortBy(list, ({ facts }) => blendedPrice(facts.price) ?? Number.POSITIVE_INFINITY),
  /** By the observed time to the first token. Models without a recent observation come first, so that they get one. */
  fastest: (list, inputs) => sortBy(list, (one) => inputs.firstTokenMs(candidateName(one)) ?? -1),
  /**
   * By a weighted draw without return, so that load spreads: a model's weight is the product of its price and its pace,
   * each as `1 / (1 + it / the mean of all)`, and a tenth of that while it is held back. An unknown price or pace counts as the mean.
   */
  balanced: (list, inputs) => {
    const cheap = relativeWeight(list, ({ facts }) => blendedPrice(facts.price))
    const quick = relativeWeight(list, (one) => inputs.firstTokenMs(candidateName(one)))
    const weight = (one: Candidate): number => cheap(one) * quick(one) * (inputs.isBusy(candidateName(one)) ? 0.1 : 1)
    const draws = new Map(list.map((one) => [one, -Math.log(1 - inputs.random()) / weight(one)]))
    return sortBy(list, (one) => draws.get(one) ?? 0)
  },
} as const satisfies Record<Strategy, (list: readonly Candidate[], inputs: StrategyInputs) => readonly Candidate[]>

/** The expected price of a token, in micro-dollars a million: three of input for one of output. */
export function blendedPrice(price: Price | undefined): number | undefined {
  return price && (3 * price.input + price.output) / 4
}

function relativeWeight(
  list: readonly Candidate[],
  measure: (one: Candidate) => number | undefined,
): (one: Candidate) => number {
  const known = list.map(measure).filter((value) => value !== undefined)
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length)
  return (one) => (mean === 0 ? 1 : 1 / (1 + (measure(one) ?? mean) / mean))
}

/** Stable: equals keep their order. */
function sortBy(list: readonly Candidate[], key: (one: Candidate) => number): readonly Candidate[] {
  return list
    .map((one) => ({ one, at: key(one) }))
    .sort((a, b) => (a.at === b.at ? 0 : a.at - b.at))
    .map(({ one }) => one)
}
