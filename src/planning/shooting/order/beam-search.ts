import { type CastGroup, createDepartureBound } from './bounds.ts'
import type { TalentProblem } from './problem.ts'

export interface SearchResult {
  /** An order cheaper than `upperBound`, or undefined where none was found. */
  readonly order: readonly number[] | undefined
  /** No order costs less than this or `upperBound`, whichever is less: the least cost that a discarded set may reach. */
  readonly bound: number
}

/** The kept sets of one size. Parallel lists; `words` holds `wordsPerSet` numbers a set. */
interface BeamLevel {
  readonly words: number[]
  readonly costs: number[]
  readonly lastScenes: number[]
  readonly parents: number[]
}

/**
 * Searches for an order cheaper than `upperBound`: dynamic programming over sets of scenes already shot, level by level.
 * A set is pruned when its cost and the lower bound of its rest reach `upperBound`. A level keeps its `beamWidth` best
 * sets, and `bound` is the least lower bound of the discarded ones; the result is proved optimal if none was discarded.
 *
 * After Garcia de la Banda, Stuckey and Chu, "Solving talent scheduling with dynamic programming" (INFORMS J. Comput.
 * 2011), with its rule of dominance in a wider form: scene z may come before scene s when all members now on location are
 * in z and all others of z are in s too, because then z keeps no member waiting and lengthens no wait.
 */
export function beamSearch(
  problem: TalentProblem,
  castGroups: readonly CastGroup[],
  upperBound: number,
  beamWidth: number,
): SearchResult {
  const count = problem.days.length
  const wordsPerSet = Math.ceil(count / 32)
  const levels: BeamLevel[] = [
    { words: new Array<number>(wordsPerSet).fill(0), costs: [0], lastScenes: [-1], parents: [-1] },
  ]
  const departureBound = createDepartureBound(problem)
  const tolerance = 1e-9 * Math.max(1, upperBound)
  let bound = Number.POSITIVE_INFINITY
  for (let depth = 0; depth < count; depth++) {
    const level = levels[depth]
    if (level === undefined || level.costs.length === 0) break
    const expanded = expandLevel(problem, level, upperBound - tolerance)
    const estimatedCosts = estimateCosts(problem, castGroups, departureBound, expanded)
    let kept = [...estimatedCosts.keys()].filter((state) => (estimatedCosts[state] ?? 0) < upperBound - tolerance)
    if (kept.length > beamWidth) {
      kept.sort((a, b) => (estimatedCosts[a] ?? 0) - (estimatedCosts[b] ?? 0) || a - b)
      bound = Math.min(bound, estimatedCosts[kept[beamWidth] ?? 0] ?? 0)
      kept = kept.slice(0, beamWidth)
    }
    levels.push({
      words: kept.flatMap((state) => expanded.words.slice(state * wordsPerSet, (state + 1) * wordsPerSet)),
      costs: kept.map((state) => expanded.costs[state] ?? 0),
      lastScenes: kept.map((state) => expanded.lastScenes[state] ?? 0),
      parents: kept.map((state) => expanded.parents[state] ?? 0),
    })
  }
  const end = levels[count]
  return { order: end && end.costs.length > 0 ? traceOrder(levels) : undefined, bound }
}

function traceOrder(levels: readonly BeamLevel[]): readonly number[] {
  const order: number[] = []
  let state = 0
  for (let depth = levels.length - 1; depth > 0; depth--) {
    order.push(levels[depth]?.lastScenes[state] ?? 0)
    state = levels[depth]?.parents[state] ?? 0
  }
  return order.reverse()
}

/** Every set with one scene more than those of `from`, once, at its least cost. */
function expandLevel(problem: TalentProblem, level: BeamLevel, upperBound: number): BeamLevel {
  const count = problem.days.length
  const wordsPerSet = Math.ceil(count / 32)
  const expanded: BeamLevel = { words: [], costs: [], lastScenes: [], parents: [] }
  const hashes = Array.from({ length: count }, (_, scene) => Math.imul(scene + 1, 0x9e3779b1) ^ ((scene + 1) << 7))
  const chain: number[] = []
  const heads = new Map<number, number>()
  const find = (hash: number, words: readonly number[]): number => {
    let at = heads.get(hash) ?? -1
    while (at >= 0 && words.some((word, index) => expanded.words[at * wordsPerSet + index] !== word))
      at = chain[at] ?? -1
    return at
  }
  for (let state = 0; state < level.costs.length; state++) {
    const words = level.words.slice(state * wordsPerSet, (state + 1) * wordsPerSet)
    const { rest, open, hash } = inspectState(problem, words, hashes)
    const isOpen = new Uint8Array(problem.rates.length)
    for (const member of open) isOpen[member] = 1
    const openRate = open.reduce((sum, member) => sum + (problem.rates[member] ?? 0), 0)
    for (const scene of selectNextScenes(problem, rest, isOpen, open.length)) {
      let waiting = openRate
      for (const member of problem.casts[scene] ?? []) if (isOpen[member]) waiting -= problem.rates[member] ?? 0
      const cost = (level.costs[state] ?? 0) + (problem.days[scene] ?? 0) * waiting
      if (cost >= upperBound) continue
      const next = words.slice()
      next[scene >> 5] = (next[scene >> 5] ?? 0) | (1 << (scene & 31))
      const key = Math.imul(hash + (hashes[scene] ?? 0), 0x85ebca6b) | 0
      const at = find(key, next)
      if (at < 0) {
        chain.push(heads.get(key) ?? -1)
        heads.set(key, expanded.costs.length)
        expanded.words.push(...next)
        expanded.costs.push(cost)
        expanded.lastScenes.push(scene)
        expanded.parents.push(state)
      } else if (cost < (expanded.costs[at] ?? 0)) {
        expanded.costs[at] = cost
        expanded.lastScenes[at] = scene
        expanded.parents[at] = state
      }
    }
  }
  return expanded
}

/** The state after a set of scenes: the scenes left, and the members between their first and their last scene. */
function inspectState({ casts, rates }: TalentProblem, words: readonly number[], hashes: readonly number[]) {
  const seen = new Uint8Array(rates.length)
  const rest: number[] = []
  let hash = 0
  for (let scene = 0; scene < casts.length; scene++) {
    const shot = ((words[scene >> 5] ?? 0) >>> (scene & 31)) & 1
    if (shot) hash = (hash + (hashes[scene] ?? 0)) | 0
    else rest.push(scene)
    for (const member of casts[scene] ?? []) seen[member] = (seen[member] ?? 0) | (shot ? 1 : 2)
  }
  const open: number[] = []
  for (let member = 0; member < seen.length; member++) if (seen[member] === 3) open.push(member)
  return { rest, open, hash, seen }
}

/** The scenes that some best continuation may begin with. */
function selectNextScenes(
  { casts }: TalentProblem,
  remaining: readonly number[],
  isOpen: Uint8Array,
  openCount: number,
): readonly number[] {
  const brings: { readonly scene: number; readonly others: readonly number[] }[] = []
  for (const scene of remaining) {
    const others = (casts[scene] ?? []).filter((member) => !isOpen[member])
    const keepsNobodyWaiting = (casts[scene] ?? []).length - others.length === openCount
    if (keepsNobodyWaiting) {
      if (others.length === 0) return [scene]
      brings.push({ scene, others })
    }
  }
  if (brings.length === 0) return remaining
  return remaining.filter((scene) => {
    const cast = casts[scene] ?? []
    return !brings.some((one) => one.scene !== scene && one.others.every((member) => cast.includes(member)))
  })
}

/** A lower bound for each set: its cost and the least cost of its rest. */
function estimateCosts(
  problem: TalentProblem,
  castGroups: readonly CastGroup[],
  departureBound: ReturnType<typeof createDepartureBound>,
  level: BeamLevel,
): Float64Array {
  const wordsPerSet = Math.ceil(problem.days.length / 32)
  const noHashes = problem.days.map(() => 0)
  return Float64Array.from(level.costs, (cost, state) => {
    const { rest, open, seen } = inspectState(
      problem,
      level.words.slice(state * wordsPerSet, (state + 1) * wordsPerSet),
      noHashes,
    )
    let sum = cost + departureBound(open, rest)
    for (const group of castGroups) if (group.members.every((member) => seen[member] === 2)) sum += group.cost
    return sum
  })
}
