import type { TalentProblem } from './problem.ts'

/** Members in a block: one table gives the summed rates of any subset of a block. */
const MEMBERS_PER_BLOCK = 12

/**
 * The least hold cost and an order that has it, by dynamic programming over all sets of scenes already shot: the
 * rest of the cost depends on that set alone. 2^scenes steps and twice as many bytes: for some twenty scenes at most.
 */
export function solveExactly(problem: TalentProblem): { readonly cost: number; readonly order: readonly number[] } {
  const count = problem.days.length
  const cost = new Float64Array(2 ** count)
  const waitingRatesAfter = createWaitingRates(problem)
  const bestNextScene = new Int8Array(2 ** count)
  const { days } = problem
  for (let shot = cost.length - 2; shot >= 0; shot--) {
    const rate = waitingRatesAfter(shot)
    let least = Number.POSITIVE_INFINITY
    let choice = 0
    for (let scene = 0; scene < count; scene++) {
      if (shot & (1 << scene)) continue
      const sum = (cost[shot | (1 << scene)] ?? 0) + (days[scene] ?? 0) * rate(scene)
      if (sum < least) {
        least = sum
        choice = scene
      }
    }
    cost[shot] = least
    bestNextScene[shot] = choice
  }
  const order: number[] = []
  for (let shot = 0; order.length < count; shot |= 1 << (order.at(-1) ?? 0)) order.push(bestNextScene[shot] ?? 0)
  return { cost: cost[0] ?? 0, order }
}

/** The daily rate of the open members (between their first and last scene) after a set of scenes. */
function createWaitingRates({ casts, rates }: TalentProblem): (shot: number) => (scene: number) => number {
  const blocks = Array.from({ length: Math.ceil(rates.length / MEMBERS_PER_BLOCK) }, (_, block) => {
    const from = block * MEMBERS_PER_BLOCK
    const castMasks = casts.map((cast) =>
      cast.reduce(
        (mask, member) => (member >= from && member < from + MEMBERS_PER_BLOCK ? mask | (1 << (member - from)) : mask),
        0,
      ),
    )
    const total = new Float64Array(1 << MEMBERS_PER_BLOCK)
    for (let mask = 1; mask < total.length; mask++) {
      const low = 31 - Math.clz32(mask & -mask)
      total[mask] = (total[mask & (mask - 1)] ?? 0) + (rates[from + low] ?? 0)
    }
    const seen = new Uint16Array(2 ** casts.length)
    for (let mask = 1; mask < seen.length; mask++) {
      seen[mask] = (seen[mask & (mask - 1)] ?? 0) | (castMasks[31 - Math.clz32(mask & -mask)] ?? 0)
    }
    return { castMasks: Uint16Array.from(castMasks), total, seen }
  })
  const all = 2 ** casts.length - 1
  const [only, ...others] = blocks
  if (only === undefined) return () => () => 0
  let open = 0
  if (others.length === 0) {
    const rate = (scene: number): number => only.total[open & ~(only.castMasks[scene] ?? 0)] ?? 0
    return (shot) => {
      open = (only.seen[shot] ?? 0) & (only.seen[all ^ shot] ?? 0)
      return rate
    }
  }
  const opens = new Uint16Array(blocks.length)
  const rate = (scene: number): number => {
    let sum = 0
    for (let at = 0; at < blocks.length; at++) {
      const block = blocks[at]
      sum += block?.total[(opens[at] ?? 0) & ~(block.castMasks[scene] ?? 0)] ?? 0
    }
    return sum
  }
  return (shot) => {
    for (const [at, { seen }] of blocks.entries()) opens[at] = (seen[shot] ?? 0) & (seen[all ^ shot] ?? 0)
    return rate
  }
}
