import { type Hold, holdCost, type Reduced, reduce, sum } from './hold.ts'
import { groups, rootBound } from './hold-bound.ts'
import { exactHold } from './hold-exact.ts'
import { search } from './hold-search.ts'
import { improve } from './improve.ts'

/** A scene as shooting sees it: how many days it takes, and who must be there. */
export interface ShootScene {
  readonly id: string
  /** Shooting days, more than 0; a part of a day is a fraction. */
  readonly days: number
  readonly cast: readonly string[]
}

export interface ShootOrder {
  /** Ids of the scenes, in the order in which to shoot them. */
  readonly order: readonly string[]
  /** What the cast is paid: each member's day rate for every day from the first to the last of their scenes. */
  readonly cost: number
  /** The part of `cost` that pays for days without a scene of theirs. */
  readonly holdCost: number
  /** No order costs less. */
  readonly lowerBound: number
  /** True where the cost is proved to be the least there is. */
  readonly optimal: boolean
}

/** 2^23 sets are looked at in about a second; beyond, most sets are never worth looking at. */
const EXACT_SCENES = 23

/**
 * The order of scenes in which the cast is paid least: the talent scheduling problem. Scenes with the same cast are
 * merged; up to 23 then (and many problems beyond) are solved exactly by dynamic programming over sets of scenes, with
 * bounds that cut off what cannot be cheaper. Where that would take too long, the best order found comes with the bound
 * that was proved. Never dearer than the order of the list. Same input and seed, same order; `effort` (1) multiplies how
 * much is tried where it must be limited.
 *
 * A member without a rate is worth 0; without any rates every member is worth 1 a day, so that costs are cast-days.
 *
 * @throws RangeError for two scenes of one id, days that are not more than 0, or a rate below 0.
 */
export function orderShoot(
  shoot: { readonly scenes: readonly ShootScene[]; readonly dayRates?: Readonly<Record<string, number>> },
  { seed = 1, effort = 1 }: { readonly seed?: number; readonly effort?: number } = {},
): ShootOrder {
  const whole = read(shoot)
  const listed = [...whole.days.keys()]
  const small = reduce(whole)
  const { order: found, bound } = solve(small.hold, shrunk(small, listed), { seed, effort })
  const unfolded = [...found.flatMap((scene) => small.scenes[scene] ?? []), ...small.last]
  const order = holdCost(whole, unfolded) <= holdCost(whole, listed) ? unfolded : listed
  const base = sum(
    whole.casts.map((cast, scene) => (whole.days[scene] ?? 0) * sum(cast.map((one) => whole.rates[one] ?? 0))),
  )
  const waiting = holdCost(whole, order)
  const optimal = waiting - bound <= 1e-9 * Math.max(1, base + waiting)
  return {
    order: order.map((scene) => shoot.scenes[scene]?.id ?? ''),
    cost: exact(base + waiting),
    holdCost: exact(waiting),
    lowerBound: exact(base + (optimal ? waiting : bound)),
    optimal,
  }
}

/** Sums of fractions of days without the dust of floating point: a billionth of a unit of money. */
function exact(cost: number): number {
  return Math.round(cost * 1e9) / 1e9
}

function read({ scenes, dayRates = {} }: Parameters<typeof orderShoot>[0]): Hold {
  const ids = new Set<string>()
  for (const { id, days } of scenes) {
    if (ids.has(id)) throw new RangeError(`Two scenes have the id "${id}": give each its own`)
    if (!(days > 0 && days < Number.POSITIVE_INFINITY))
      throw new RangeError(`Scene ${id} takes ${days} days: give more`)
    ids.add(id)
  }
  const members = [...new Set(scenes.flatMap(({ cast }) => cast))]
  const noRates = Object.keys(dayRates).length === 0
  const rates = members.map((member) => (noRates ? 1 : Object.hasOwn(dayRates, member) ? (dayRates[member] ?? 0) : 0))
  for (const [at, rate] of rates.entries()) {
    if (!(rate >= 0 && rate < Number.POSITIVE_INFINITY))
      throw new RangeError(`${members[at]} costs ${rate} a day: give a rate >= 0`)
  }
  const position = new Map(members.map((member, at) => [member, at]))
  return {
    days: scenes.map(({ days }) => days),
    casts: scenes.map(({ cast }) => [...new Set(cast)].flatMap((one) => position.get(one) ?? []).sort((a, b) => a - b)),
    rates,
  }
}

/** The order of the list, as the smaller problem sees it: a merged scene where the first of its scenes is. */
function shrunk({ scenes }: Reduced, listed: readonly number[]): readonly number[] {
  const at = new Map(scenes.flatMap((group, scene) => group.map((one) => [one, scene] as const)))
  return [...new Set(listed.flatMap((scene) => at.get(scene) ?? []))]
}

function solve(
  hold: Hold,
  listed: readonly number[],
  { seed, effort }: { readonly seed: number; readonly effort: number },
): { readonly order: readonly number[]; readonly bound: number } {
  const count = hold.days.length
  if (count <= EXACT_SCENES) {
    const { order, cost } = exactHold(hold)
    return { order, bound: cost }
  }
  const known = groups(hold)
  let bound = rootBound(known)
  let order = improve(listed, {
    cost: (other) => holdCost(hold, other),
    looks: (effort * 2e7) / sum(hold.casts.map((cast) => cast.length)),
    seed,
  })
  for (const width of widths(count, effort)) {
    const below = holdCost(hold, order)
    if (below <= bound) break
    const found = search(hold, known, below, width)
    if (found.order) order = found.order
    bound = Math.max(bound, Math.min(found.bound, holdCost(hold, order)))
  }
  return { order, bound }
}

/** A narrow search finds better orders, which make a wide one narrower. A set costs time with the square of scenes. */
function widths(count: number, effort: number): readonly number[] {
  const most = Math.ceil((effort * 1.2e7) / count ** 3)
  return [Math.ceil(most / 100), Math.ceil(most / 10), most]
}
