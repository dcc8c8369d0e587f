import { solveExactly } from './exact.ts'
import { projectOntoMembers, reduceProblem, sum, type TalentProblem } from './problem.ts'

/** Members who are looked at together, and what they cost in waiting whatever the order. */
export interface CastGroup {
  readonly members: readonly number[]
  readonly cost: number
}

/** Scenes in a group's problem while groups are sought, and once they are found. */
const MAX_SCENES_WHILE_GROUPING = 9
const MAX_SCENES_OF_FINAL_GROUP = 18

/**
 * Parts the cast into groups and solves each exactly, as if the others were not there: their costs add up to a bound,
 * because each member waits in one group only. Two members never need to wait for each other, so groups begin with the
 * three that must, and grow by whoever adds most.
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

/** Exact where the group's scenes are few enough; else without its lightest scenes, which can only make it cheaper. */
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

/** Of many members only those that could cost most: all triples of sixteen are 560. */
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
 * What members who have begun and are not through must still cost: the best order of their leaving, over those that are
 * looked at (five at most, the dearest). Whoever leaves first is through with all their scenes, each shot while the
 * others wait or work; scenes without any of them are shot when they are gone. The function that comes back is given the
 * members and the scenes still to be shot; it uses its own scratch lists again and again, for it is called a million times.
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
        for (let who = 0; who < selected.length; who++) {
          if (pattern & (1 << who)) costWhenLeaving[who] = (costWhenLeaving[who] ?? 0) + cost
        }
      }
      let best = Number.POSITIVE_INFINITY
      for (let who = 0; who < selected.length; who++) {
        if (present & (1 << who))
          best = Math.min(best, (costWhenLeaving[who] ?? 0) + (leastCostByMask[present ^ (1 << who)] ?? 0))
      }
      leastCostByMask[present] = best
    }
    return leastCostByMask[full] ?? 0
  }
}

function mostExpensive(open: readonly number[], rates: readonly number[]): readonly number[] {
  return open.toSorted((a, b) => (rates[b] ?? 0) - (rates[a] ?? 0) || a - b).slice(0, MAX_OPEN_MEMBERS)
}
