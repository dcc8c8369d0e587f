import { seededRandom } from '../../../lib/random.ts'

/**
 * The order made cheaper by moving runs of one to three scenes elsewhere until nothing helps, then shaken and improved
 * again, while `looks` evaluations last. Never dearer than what it was given.
 */
export function improveOrder(
  order: readonly number[],
  {
    cost: costOf,
    maxEvaluations,
    seed,
  }: { readonly cost: (order: readonly number[]) => number; readonly maxEvaluations: number; readonly seed: number },
): readonly number[] {
  const random = seededRandom(seed)
  let evaluationsLeft = maxEvaluations
  const descend = (from: readonly number[]): readonly number[] => {
    let best = from
    let cost = costOf(best)
    for (let better = true; better && evaluationsLeft > 0; ) {
      better = false
      for (const other of randomMoves(best.length, random)) {
        if (evaluationsLeft-- <= 0) break
        const moved = applyMove(best, other)
        const now = costOf(moved)
        if (now >= cost) continue
        best = moved
        cost = now
        better = true
      }
    }
    return best
  }
  let best = descend(order)
  while (evaluationsLeft > 0 && costOf(best) > 0 && best.length > 2) {
    let perturbed = best
    for (let times = 0; times < 3; times++) perturbed = applyMove(perturbed, randomMove(best.length, random, 8))
    const other = descend(perturbed)
    if (costOf(other) <= costOf(best)) best = other
  }
  return best
}

interface Move {
  readonly from: number
  readonly length: number
  readonly to: number
}

/** A look at each place for each run would be a full turn: these are as many, drawn by chance. */
function* randomMoves(count: number, random: () => number): Generator<Move> {
  for (let left = count * count * 2; left > 0; left--) yield randomMove(count, random, 3)
}

function randomMove(count: number, random: () => number, maxLength: number): Move {
  const length = 1 + Math.floor(random() * Math.min(maxLength, count - 1))
  const from = Math.floor(random() * (count - length + 1))
  return { from, length, to: Math.floor(random() * (count - length + 1)) }
}

function applyMove(order: readonly number[], { from, length, to }: Move): readonly number[] {
  const run = order.slice(from, from + length)
  const rest = [...order.slice(0, from), ...order.slice(from + length)]
  return [...rest.slice(0, to), ...run, ...rest.slice(to)]
}
