import { solveExactly } from './exact.ts'
import { projectOntoMembers, reduceProblem, sum, type TalentProblem } from './problem.ts'

/** A group of members and the least hold cost of the group over all orders. */
export interface CastGroup {
  readonly members: readonly number[]
  readonly cost: number
}

/** Scenes in a group's problem while groups are sought, and once they are found. */
const MAX_SCENES_WHILE_GROUPING = 9
const MAX_SCENES_OF_FINAL_GROUP = 18

/**
 * Parts the cast into groups and solves each exactly, as if the others were not there: their costs add up to a bound,
 * because each member is in one group only. Two members never need to wait for each other, so a group begins with the
 * three members of the highest bound, and grows by the member that adds most.
 */
export function findCastGroups(problem: TalentProblem): readonly CastGroup[] {
  const unassigned = new Set(problem.rates.keys())
  const found: CastGroup[] = []
  while (unassigned.size >= 3) {
    let best: CastGroup = { members: [], cost: 0 }
    for (const members of triples([...unassigned])) {
      const cost = computeGroupCost(problem, members, MAX_SCENES_WHILE_GROUPING)
      if (cost > best.cost) best = { members, cost }
    }
    if (best.cost === 0) break
    for (let grown = true; grown; ) {
      grown = false
      const from = best
      for (const member of unassigned) {
        if (from.members.includes(member) || from.members.length >= 8) continue
        const members = [...from.members, member]
        const cost = computeGroupCost(problem, members, MAX_SCENES_WHILE_GROUPING)
        if (cost <= best.cost) continue
        best = { members, cost }
        grown = true
      }
    }
    for (const member of best.members) unassigned.delete(member)
    found.push({ members: best.members, cost: computeGroupCost(problem, best.members, MAX_SCENES_OF_FINAL_GROUP) })
  }
  return found
}

/** Exact for few scenes; otherwise the cost without the scenes of least weight, a lower bound. */
function computeGroupCost(problem: TalentProblem, members: readonly number[], maxScenes: number): number {
  const reduced = reduceProblem(projectOntoMembers(problem, members)).problem
  if (reduced.days.length <= maxScenes) return solveExactly(reduced).cost
  const weight = (scene: number): number => {
    const presentRate = sum((reduced.casts[scene] ?? []).map((member) => reduced.rates[member] ?? 0))
    return (reduced.days[scene] ?? 0) * Math.min(presentRate, sum(reduced.rates) - presentRate)
  }
  const heavy = [...reduced.days.keys()].toSorted((a, b) => weight(b) - weight(a) || a - b).slice(0, maxScenes)
  const days = heavy.map((scene) => reduced.days[scene] ?? 0)
  return solveExactly(
    reduceProblem({ ...reduced, days, casts: heavy.map((scene) => reduced.casts[scene] ?? []) }).problem,
  ).cost
}

/** All triples of the first sixteen members: 560 at most. */
function* triples(members: readonly number[]): Generator<readonly [number, number, number]> {
  const few = members.slice(0, 16)
  for (const [at, a] of few.entries()) {
    for (const [then, b] of few.slice(at + 1).entries()) {
      for (const c of few.slice(at + 1 + then + 1)) yield [a, b, c]
    }
  }
}

/** The greatest sum of group bounds; never above the cost of any order. */
export function sumGroupCosts(castGroups: readonly CastGroup[]): number {
  return sum(castGroups.map(({ cost }) => cost))
}

const MAX_OPEN_MEMBERS = 5

/**
 * A lower bound on the hold cost still to come of the open members (between their first and last scene): the cheapest
 * order in which the five dearest leave. Before a member leaves, all their scenes are shot while the others wait or work;
 * scenes without any of the five come after all have left. The returned function takes the open members and the scenes
 * left, and reuses its scratch lists because a search calls it a million times.
 */
export function createDepartureBound({
  days,
  casts,
  rates,
}: TalentProblem): (open: readonly number[], scenes: readonly number[]) => number {
  const maskCount = 2 ** MAX_OPEN_MEMBERS
  const bitByMember = new Uint8Array(rates.length)
  const daysByPattern = new Float64Array(maskCount)
  const rateByMask = new Float64Array(maskCount)
  const leastCostByMask = new Float64Array(maskCount)
  const patterns = new Uint8Array(maskCount)
  const costWhenLeaving = new Float64Array(MAX_OPEN_MEMBERS)
  return (open, scenes) => {
    if (open.length < 2) return 0
    const selected = open.length <= MAX_OPEN_MEMBERS ? open : mostExpensive(open, rates)
    const full = 2 ** selected.length - 1
    daysByPattern.fill(0)
    for (let at = 0; at < selected.length; at++) bitByMember[selected[at] ?? 0] = 1 << at
    for (const scene of scenes) {
      let pattern = 0
      for (const member of casts[scene] ?? []) pattern |= bitByMember[member] ?? 0
      daysByPattern[pattern] = (daysByPattern[pattern] ?? 0) + (days[scene] ?? 0)
    }
    for (const member of selected) bitByMember[member] = 0
    let count = 0
    for (let mask = 1; mask <= full; mask++) {
      rateByMask[mask] =
        (rateByMask[mask & (mask - 1)] ?? 0) + (rates[selected[31 - Math.clz32(mask & -mask)] ?? 0] ?? 0)
      if ((daysByPattern[mask] ?? 0) > 0) patterns[count++] = mask
    }
    for (let present = 1; present <= full; present++) {
      costWhenLeaving.fill(0)
      for (let at = 0; at < count; at++) {
        const pattern = patterns[at] ?? 0
        if (pattern & ~present) continue
        const cost = (daysByPattern[pattern] ?? 0) * (rateByMask[present ^ pattern] ?? 0)
        for (let slot = 0; slot < selected.length; slot++) {
          if (pattern & (1 << slot)) costWhenLeaving[slot] = (costWhenLeaving[slot] ?? 0) + cost
        }
      }
      let best = Number.POSITIVE_INFINITY
      for (let slot = 0; slot < selected.length; slot++) {
        if (present & (1 << slot))
          best = Math.min(best, (costWhenLeaving[slot] ?? 0) + (leastCostByMask[present ^ (1 << slot)] ?? 0))
      }
      leastCostByMask[present] = best
    }
    return leastCostByMask[full] ?? 0
  }
}

function mostExpensive(open: readonly number[], rates: readonly number[]): readonly number[] {
  return open.toSorted((a, b) => (rates[b] ?? 0) - (rates[a] ?? 0) || a - b).slice(0, MAX_OPEN_MEMBERS)
}
