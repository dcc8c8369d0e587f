/** Scenes to put in order, by position: how long each takes, who is in it, and what a day of each member costs. */
export interface Hold {
  readonly days: readonly number[]
  /** Positions in `rates`, rising. */
  readonly casts: readonly (readonly number[])[]
  readonly rates: readonly number[]
}

/** A smaller problem with the same hold cost, and how an order of it becomes an order of the whole. */
export interface Reduced {
  readonly hold: Hold
  /** The scenes of the whole that each scene of the smaller problem stands for. */
  readonly scenes: readonly (readonly number[])[]
  /** Scenes that keep nobody waiting at the very end. */
  readonly last: readonly number[]
}

/**
 * Makes a problem as small as it can be without changing its least hold cost. Scenes with one cast are shot in a row in
 * some best order, so they are merged; a member in one (merged) scene, or without a rate, never costs a wait; members of
 * the same scenes wait alike, so their rates are added. What merges may let more merge, so it goes on until nothing does.
 */
export function reduce(whole: Hold): Reduced {
  let scenes: readonly (readonly number[])[] = whole.days.map((_, scene) => [scene])
  let { days, casts, rates } = whole
  const last: number[] = []
  for (;;) {
    const counts = rates.map(() => 0)
    for (const cast of casts) for (const member of cast) counts[member] = (counts[member] ?? 0) + 1
    const alike = new Map<string, number[]>()
    for (const [member, rate] of rates.entries()) {
      if (!(rate > 0) || (counts[member] ?? 0) < 2) continue
      const key = casts.flatMap((cast, scene) => (cast.includes(member) ? [scene] : [])).join()
      alike.set(key, [...(alike.get(key) ?? []), member])
    }
    const groups = [...alike.values()]
    const newName = new Map(
      groups.flatMap((group, name) => (group[0] === undefined ? [] : [[group[0], name] as const])),
    )
    const projected = casts.map((cast) => cast.flatMap((member) => newName.get(member) ?? []))
    const merged = new Map<string, number[]>()
    for (const [scene, cast] of projected.entries()) {
      if (cast.length === 0) last.push(...(scenes[scene] ?? []))
      else merged.set(cast.join(), [...(merged.get(cast.join()) ?? []), scene])
    }
    const rows = [...merged.values()]
    const done = rows.length === casts.length && groups.length === rates.length
    scenes = rows.map((row) => row.flatMap((scene) => scenes[scene] ?? []))
    casts = rows.map(([scene = 0]) => projected[scene] ?? [])
    days = rows.map((row) => sum(row.map((scene) => days[scene] ?? 0)))
    rates = groups.map((group) => sum(group.map((member) => rates[member] ?? 0)))
    if (done) return { hold: { days, casts, rates }, scenes, last }
  }
}

/** What only these members cost in waiting, as a problem of its own: never more than they cost within the whole. */
export function project({ days, casts, rates }: Hold, members: readonly number[]): Hold {
  const name = new Map(members.map((member, at) => [member, at]))
  return {
    days,
    casts: casts.map((cast) => cast.flatMap((member) => name.get(member) ?? []).sort((a, b) => a - b)),
    rates: members.map((member) => rates[member] ?? 0),
  }
}

/** What waiting costs in an order: each member's days between the first and the last scene that are not their own. */
export function holdCost({ days, casts, rates }: Hold, order: readonly number[]): number {
  const first = new Float64Array(rates.length).fill(-1)
  const end = new Float64Array(rates.length)
  const work = new Float64Array(rates.length)
  let day = 0
  for (const scene of order) {
    const length = days[scene] ?? 0
    for (const member of casts[scene] ?? []) {
      if ((first[member] ?? -1) < 0) first[member] = day
      end[member] = day + length
      work[member] = (work[member] ?? 0) + length
    }
    day += length
  }
  let cost = 0
  for (const [member, rate] of rates.entries()) {
    if ((first[member] ?? -1) < 0) continue
    cost += rate * ((end[member] ?? 0) - (first[member] ?? 0) - (work[member] ?? 0))
  }
  return cost
}

export function sum(list: readonly number[]): number {
  return list.reduce((total, one) => total + one, 0)
}
