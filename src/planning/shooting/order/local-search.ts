import { seededRandom } from '../../../lib/random.ts'

/** A run of scenes that is taken out and put back elsewhere, in positions. */
interface Move {
  readonly from: number
  readonly length: number
  readonly to: number
}

/** The share of the evaluations that the annealing takes; the rest goes to descents from the best order. */
const ANNEALING_SHARE = 0.85
/** The temperature falls from this share of a typical change of cost to this share of it. */
const FIRST_TEMPERATURE = 1
const LAST_TEMPERATURE = 0.004
const MAX_RUN = 6

/**
 * The order made cheaper by simulated annealing over moves of short runs of scenes, then by descent until nothing helps
 * or `maxEvaluations` are used up. Never dearer than the given order. The order that `cost` is called with is used again,
 * so it must not be kept. The same input and seed give the same order.
 *
 * Method: Kirkpatrick, Gelatt and Vecchi, "Optimization by simulated annealing" (1983).
 */
export function improveOrder(
  order: readonly number[],
  {
    cost: costOf,
    maxEvaluations,
    seed,
  }: { readonly cost: (order: readonly number[]) => number; readonly maxEvaluations: number; readonly seed: number },
): readonly number[] {
  if (order.length < 2) return order
  const random = seededRandom(seed)
  const current = [...order]
  let cost = costOf(current)
  let best = { order: [...order], cost }
  let left = Math.floor(maxEvaluations)
  const annealing = Math.floor(left * ANNEALING_SHARE)
  const scale = typicalChange(current, costOf, { random, samples: Math.min(200, annealing / 20) })
  for (let step = 0; step < annealing && best.cost > 0; step++, left--) {
    const temperature = scale * FIRST_TEMPERATURE * (LAST_TEMPERATURE / FIRST_TEMPERATURE) ** (step / annealing)
    const move = randomMove(current.length, random)
    applyMove(current, move)
    const next = costOf(current)
    if (next <= cost || random() < Math.exp((cost - next) / temperature)) {
      cost = next
      if (next < best.cost) best = { order: [...current], cost: next }
    } else applyMove(current, inverseOf(move))
  }
  current.splice(0, current.length, ...best.order)
  for (let failed = 0; left > 0 && failed < order.length ** 2 * 2 && best.cost > 0; left--) {
    const move = randomMove(current.length, random)
    applyMove(current, move)
    const next = costOf(current)
    failed = next < best.cost ? 0 : failed + 1
    if (next <= best.cost) best = { order: [...current], cost: next }
    else applyMove(current, inverseOf(move))
  }
  return best.order
}

/** The mean of the changes for the worse of some random moves; changes to an impossible order are left out. */
function typicalChange(
  order: number[],
  costOf: (order: readonly number[]) => number,
  { random, samples }: { readonly random: () => number; readonly samples: number },
): number {
  const before = costOf(order)
  const changes: number[] = []
  for (let tried = 0; tried < samples; tried++) {
    const move = randomMove(order.length, random)
    applyMove(order, move)
    const change = costOf(order) - before
    applyMove(order, inverseOf(move))
    if (change > 0 && change < Number.MAX_VALUE / 2) changes.push(change)
  }
  return changes.length === 0 ? 1e-9 : changes.reduce((sum, one) => sum + one, 0) / changes.length
}

function randomMove(count: number, random: () => number): Move {
  const length = 1 + Math.floor(random() * Math.min(MAX_RUN, count - 1) * random())
  const from = Math.floor(random() * (count - length + 1))
  return { from, length, to: Math.floor(random() * (count - length + 1)) }
}

/** Moves the run in place, so that it begins at `to` afterwards. */
function applyMove(order: number[], { from, length, to }: Move): void {
  if (from === to) return
  const run = order.slice(from, from + length)
  if (from < to) order.copyWithin(from, from + length, to + length)
  else order.copyWithin(to + length, to, from)
  for (let at = 0; at < length; at++) order[to + at] = run[at] ?? 0
}

function inverseOf({ from, length, to }: Move): Move {
  return { from: to, length, to: from }
}
