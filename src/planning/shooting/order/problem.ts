/** Scenes to put in order, by position: the days and the cast of each, and the day rate of each member. */
export interface TalentProblem {
  readonly days: readonly number[]
  /** Positions in `rates`, rising. */
  readonly casts: readonly (readonly number[])[]
  readonly rates: readonly number[]
}

/** A smaller problem with the same hold cost, and how an order of it becomes an order of the whole. */
export interface ReducedProblem {
  readonly problem: TalentProblem
  /** The scenes of the whole problem that each scene of the smaller one represents. */
  readonly sceneGroups: readonly (readonly number[])[]
  /** Scenes that cause no waiting at the very end. */
  readonly trailingScenes: readonly number[]
}

/**
 * Makes a problem as small as it can be without changing its least hold cost. Scenes with one cast are shot in a row in
 * some best order, so they are merged; a member in one (merged) scene, or without a rate, never costs a wait; members of
 * the same scenes wait alike, so their rates are added. The steps repeat until nothing changes, because merges allow more.
 */
export function reduceProblem(whole: TalentProblem): ReducedProblem {
  let scenes: readonly (readonly number[])[] = whole.days.map((_, scene) => [scene])
  let { days, casts, rates } = whole
  const last: number[] = []
  for (;;) {
    const sceneCounts = rates.map(() => 0)
    for (const cast of casts) for (const member of cast) sceneCounts[member] = (sceneCounts[member] ?? 0) + 1
    const membersByScenes = new Map<string, number[]>()
    for (const [member, rate] of rates.entries()) {
      if (!(rate > 0) || (sceneCounts[member] ?? 0) < 2) continue
      const key = casts.flatMap((cast, scene) => (cast.includes(member) ? [scene] : [])).join()
      membersByScenes.set(key, [...(membersByScenes.get(key) ?? []), member])
    }
    const groups = [...membersByScenes.values()]
    const newIndexByMember = new Map(
      groups.flatMap((group, name) => (group[0] === undefined ? [] : [[group[0], name] as const])),
    )
    const projectedCasts = casts.map((cast) => cast.flatMap((member) => newIndexByMember.get(member) ?? []))
    const scenesByCast = new Map<string, number[]>()
    for (const [scene, cast] of projectedCasts.entries()) {
      if (cast.length === 0) last.push(...(scenes[scene] ?? []))
      else scenesByCast.set(cast.join(), [...(scenesByCast.get(cast.join()) ?? []), scene])
    }
    const mergedScenes = [...scenesByCast.values()]
    const done = mergedScenes.length === casts.length && groups.length === rates.length
    scenes = mergedScenes.map((row) => row.flatMap((scene) => scenes[scene] ?? []))
    casts = mergedScenes.map(([scene = 0]) => projectedCasts[scene] ?? [])
    days = mergedScenes.map((row) => sum(row.map((scene) => days[scene] ?? 0)))
    rates = groups.map((group) => sum(group.map((member) => rates[member] ?? 0)))
    if (done) return { problem: { days, casts, rates }, sceneGroups: scenes, trailingScenes: last }
  }
}

/** The problem of these members alone; its hold cost never exceeds theirs within the whole problem. */
export function projectOntoMembers({ days, casts, rates }: TalentProblem, members: readonly number[]): TalentProblem {
  const newIndexByMember = new Map(members.map((member, at) => [member, at]))
  return {
    days,
    casts: casts.map((cast) => cast.flatMap((member) => newIndexByMember.get(member) ?? []).sort((a, b) => a - b)),
    rates: members.map((member) => rates[member] ?? 0),
  }
}

/** The cost of waiting in an order: each member's days between the first and the last scene that are not their own. */
export function computeHoldCost(problem: TalentProblem, order: readonly number[]): number {
  return createHoldCostMeter(problem)(order)
}

/** The same for many orders of one problem: the lists are made once, because a search measures millions of orders. */
export function createHoldCostMeter({ days, casts, rates }: TalentProblem): (order: readonly number[]) => number {
  const offsets = new Int32Array(casts.length + 1)
  for (const [scene, cast] of casts.entries()) offsets[scene + 1] = (offsets[scene] ?? 0) + cast.length
  const members = Int32Array.from(casts.flat())
  const length = Float64Array.from(days)
  const price = Float64Array.from(rates)
  const firstDay = new Float64Array(rates.length)
  const lastDayEnd = new Float64Array(rates.length)
  let workCost = 0
  for (const [scene, cast] of casts.entries())
    for (const member of cast) workCost += (rates[member] ?? 0) * (days[scene] ?? 0)
  return (order) => {
    firstDay.fill(-1)
    let day = 0
    for (let at = 0; at < order.length; at++) {
      const scene = order[at] ?? 0
      const end = day + (length[scene] ?? 0)
      for (let one = offsets[scene] ?? 0, until = offsets[scene + 1] ?? 0; one < until; one++) {
        const member = members[one] ?? 0
        if ((firstDay[member] ?? -1) < 0) firstDay[member] = day
        lastDayEnd[member] = end
      }
      day = end
    }
    let paid = 0
    for (let member = 0; member < price.length; member++) {
      const from = firstDay[member] ?? -1
      if (from >= 0) paid += (price[member] ?? 0) * ((lastDayEnd[member] ?? 0) - from)
    }
    return Math.max(0, paid - workCost)
  }
}

export function sum(list: readonly number[]): number {
  return list.reduce((total, one) => total + one, 0)
}
