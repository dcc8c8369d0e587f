import type { Price } from '../contract/price.ts'
import type { Candidate, RoutingPolicy } from '../contract/roster.ts'
import { nameOf } from './words.ts'

/** What the strategies go by, besides the candidates themselves. */
export interface Sight {
  /** Milliseconds to the first token; undefined: not known. */
  paceMs(model: string): number | undefined
  /** Held back by a limit or a rest just now. */
  busy(model: string): boolean
  random(): number
}

export type Strategy = RoutingPolicy['strategy']

/** Orders an alias's models, or what `auto` found. Pure but for its `random`. */
export function ordered(strategy: Strategy, list: readonly Candidate[], sight: Sight): readonly Candidate[] {
  return ORDERS[strategy](list, sight)
}

const ORDERS = {
  /** As written, or as ranked. */
  order: (list) => list,
  /** By the expected price; unknown prices last. */
  cheapest: (list) => sortedBy(list, ({ facts }) => blended(facts.price) ?? Number.POSITIVE_INFINITY),
  /** By the observed time to the first token. One not seen lately goes first, in order, so that it is seen. */
  fastest: (list, sight) => sortedBy(list, (one) => sight.paceMs(nameOf(one)) ?? -1),
  /**
   * By a weighted draw without return, so that load spreads: a model's weight is the product of its price and its pace,
   * each as `1 / (1 + it / the mean of all)`, and a tenth of that while it is held back. What is not known of a model
   * counts as the mean.
   */
  balanced: (list, sight) => {
    const cheap = share(list, ({ facts }) => blended(facts.price))
    const quick = share(list, (one) => sight.paceMs(nameOf(one)))
    const weight = (one: Candidate): number => cheap(one) * quick(one) * (sight.busy(nameOf(one)) ? 0.1 : 1)
    const draws = new Map(list.map((one) => [one, -Math.log(1 - sight.random()) / weight(one)]))
    return sortedBy(list, (one) => draws.get(one) ?? 0)
  },
} as const satisfies Record<Strategy, (list: readonly Candidate[], sight: Sight) => readonly Candidate[]>

/** The expected price of a token, in micro-dollars a million: three of input for one of output. */
export function blended(price: Price | undefined): number | undefined {
  return price && (3 * price.input + price.output) / 4
}

function share(list: readonly Candidate[], of: (one: Candidate) => number | undefined): (one: Candidate) => number {
  const known = list.map(of).filter((value) => value !== undefined)
  const mean = known.reduce((sum, value) => sum + value, 0) / Math.max(1, known.length)
  return (one) => (mean === 0 ? 1 : 1 / (1 + (of(one) ?? mean) / mean))
}

/** Stable: equals keep their order. */
function sortedBy(list: readonly Candidate[], key: (one: Candidate) => number): readonly Candidate[] {
  return list
    .map((one) => ({ one, at: key(one) }))
    .sort((a, b) => (a.at === b.at ? 0 : a.at - b.at))
    .map(({ one }) => one)
}
