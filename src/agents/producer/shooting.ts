import { orderShoot } from '../../planning/index.ts'
import type { Constraints, Finding, PlanDocument, Scene, Shooting, ShootingDay } from './document.ts'
import { clip, count, eighthsText, nameKey } from './text.ts'

/** A crew shoots about five pages a day. */
const PAGES_A_DAY = 5

/** A day of shooting as the other tasks see it. */
export interface ShootingBlock {
  readonly id: string
  readonly title: string
  readonly description: string
  /** More than one for a scene that is longer than a day. */
  readonly days: number
}

/** Some days of shooting without names yet: one, or as many as a scene takes that is longer than a day. */
type Bundle = Pick<ShootingDay, 'scenes' | 'sets' | 'cast' | 'eighths' | 'night' | 'days'>

/** The document with the shooting schedule of its scenes, made anew where pages a day or day rates have changed. */
export function withShooting(document: PlanDocument): PlanDocument {
  const { scenes, constraints, shooting } = document
  if (scenes.length === 0) return document
  const most = Math.max(1, Math.round((constraints.pages_per_day ?? PAGES_A_DAY) * 8))
  const rates = castRates(scenes, constraints)
  const isSame = shooting?.pages_per_day === most / 8 && JSON.stringify(shooting.day_rates) === JSON.stringify(rates)
  return isSame ? document : { ...document, shooting: arranged(scenes, most, rates) }
}

/**
 * The shooting schedule: every scene once, at most `most` eighths a day, day and night work never on one day, a free day
 * where day work follows night work. Scenes of one set are shot together, and the days are put in the order in which the
 * cast is paid least from everyone's first day to their last, or in script order where that is no dearer.
 */
function arranged(scenes: readonly Scene[], most: number, rates: Record<string, number>): Shooting {
  const isPaid = Object.keys(rates).length > 0
  const costOf = (order: readonly Bundle[]): { cost: number; hold_cost: number } => castCost(order, rates)
  const night = nights(scenes)
  const listed = rested(
    bundles(
      scenes.map((one) => [one]),
      most,
      night,
      true,
    ),
  )
  const bySet = [...Map.groupBy(scenes, (one) => `${night.get(one.scene)} ${one.set}`).values()]
  const best = ordered(bundles(bySet, most, night, false), rates)
  const order = costOf(best.order).cost <= costOf(listed).cost ? best.order : listed
  const { cost, hold_cost } = costOf(order)
  const bound = order === listed ? Math.min(cost, best.bound) : best.bound
  return {
    scenes: [...scenes],
    days: order.map((bundle, at) => ({
      ...bundle,
      id: `shoot-${String(at + 1).padStart(2, '0')}`,
      day: 1 + order.slice(0, at).reduce((sum, { days }) => sum + days, 0),
    })),
    pages_per_day: most / 8,
    order: {
      unit: isPaid ? 'usd' : 'cast_days',
      cost,
      hold_cost,
      script_order_cost: costOf(listed).cost,
      lower_bound: bound,
      optimal: cost - bound < 0.005,
    },
    day_rates: rates,
  }
}

/** The days as tasks. A free day is one too. */
export function blocksOf({ days }: Pick<Shooting, 'days'>): readonly ShootingBlock[] {
  return days.map(({ id, scenes, sets, cast, eighths, night, days: length }) => {
    if (scenes.length === 0) {
      return { id, title: 'Turnaround', description: 'No shooting: day work follows night work.', days: 1 }
    }
    const where = `${sets.slice(0, 2).join(', ')}${sets.length > 2 ? ` and ${count(sets.length - 2, 'more set')}` : ''}`
    const long = sets.length > 2 ? `${sets.join(', ')}. ` : ''
    const who = cast.length > 0 ? `, with ${cast.join(', ')}` : ''
    return {
      id,
      title: clip(`Shoot ${where}${night ? ' (night)' : ''}`, 120),
      description: clip(`${long}Scenes ${scenes.join(', ')}, ${eighthsText(eighths)} pages${who}.`, 600),
      days: length,
    }
  })
}

/** What the cast is paid: each from the first day to the last, whole days; and how much of that is waiting. */
export function castCost(
  days: readonly Pick<ShootingDay, 'cast' | 'days'>[],
  rates: Readonly<Record<string, number>>,
): { readonly cost: number; readonly hold_cost: number } {
  const members = [...new Set(days.flatMap(({ cast }) => cast))]
  const free = Object.keys(rates).length === 0
  const each = members.map((member) => {
    const works = days.map(({ cast }) => cast.includes(member))
    const [first, last] = [works.indexOf(true), works.lastIndexOf(true)]
    const span = days.slice(first, last + 1)
    const length = (some: readonly { readonly days: number }[]): number => some.reduce((sum, one) => sum + one.days, 0)
    const rate = free ? 1 : (rates[member] ?? 0)
    const waits = length(span.filter(({ cast }) => !cast.includes(member)))
    return { paid: rate * length(span), waits: rate * waits }
  })
  const cents = (amounts: readonly number[]): number => Math.round(amounts.reduce((a, b) => a + b, 0) * 100) / 100
  return { cost: cents(each.map(({ paid }) => paid)), hold_cost: cents(each.map(({ waits }) => waits)) }
}

/** Rates of those of the cast for whom one was given, under the names that the screenplay uses. */
function castRates(scenes: readonly Scene[], { day_rates = {} }: Constraints): Record<string, number> {
  const given = new Map(Object.entries(day_rates).map(([name, rate]) => [nameKey(name), rate]))
  const cast = [...new Set(scenes.flatMap((one) => one.cast))]
  return Object.fromEntries(
    cast.flatMap((name) => {
      const rate = given.get(nameKey(name))
      return rate === undefined ? [] : [[name, rate] as const]
    }),
  )
}

/** Which scenes are shot at night. A scene that goes on, or is a moment later, is as the one before it. */
function nights(scenes: readonly Scene[]): ReadonlyMap<number, boolean> {
  let night = false
  return new Map(
    scenes.map(({ scene, time }) => {
      if (!/^$|CONTINUOUS|LATER|SAME/i.test(time)) night = /NIGHT/i.test(time)
      return [scene, night]
    }),
  )
}

/**
 * Groups of scenes put into days in turn, a group on as few as it fits in. `inOrder`: each day is over when the next
 * begins, as in script order; else a day waits for what fits, one by day and one by night.
 */
function bundles(
  groups: readonly (readonly Scene[])[],
  most: number,
  night: ReadonlyMap<number, boolean>,
  inOrder: boolean,
): readonly Bundle[] {
  const all: { readonly night: boolean; readonly scenes: Scene[] }[] = []
  const open = new Map<boolean, (typeof all)[number]>()
  const begin = (dark: boolean): (typeof all)[number] => {
    const day = { night: dark, scenes: [] }
    all.push(day)
    if (inOrder) open.clear()
    open.set(dark, day)
    return day
  }
  for (const group of groups) {
    const dark = night.get(group[0]?.scene ?? 0) ?? false
    let day = open.get(dark) ?? begin(dark)
    if (lengthOf(day.scenes) + lengthOf(group) > most && day.scenes.length > 0) day = begin(dark)
    for (const scene of group) {
      if (day.scenes.length > 0 && lengthOf(day.scenes) + scene.eighths > most) day = begin(dark)
      day.scenes.push(scene)
    }
  }
  return all.map(({ night: dark, scenes }) => ({
    scenes: scenes.map(({ scene }) => scene),
    sets: [...new Set(scenes.map(({ set }) => set))],
    cast: [...new Set(scenes.flatMap(({ cast }) => cast))],
    eighths: lengthOf(scenes),
    night: dark,
    days: Math.max(1, Math.ceil(lengthOf(scenes) / most)),
  }))
}

/** The cheapest of a few orders, free days counted, and a bound that no order of these days can beat. */
function ordered(
  all: readonly Bundle[],
  rates: Readonly<Record<string, number>>,
): { readonly order: readonly Bundle[]; readonly bound: number } {
  const inOrder = (some: readonly Bundle[]): { readonly order: readonly Bundle[]; readonly bound: number } => {
    const byId = new Map(some.map((bundle) => [String(bundle.scenes[0]), bundle]))
    const scenes = [...byId].map(([id, { cast, days }]) => ({ id, cast, days }))
    const { order, lowerBound } = orderShoot({ scenes, dayRates: rates })
    return { order: order.flatMap((id) => byId.get(id) ?? []), bound: lowerBound }
  }
  const mixed = inOrder(all)
  const [dark, light] = [true, false].map((night) => inOrder(all.filter((one) => one.night === night)).order)
  const both = (some: readonly Bundle[] = []): readonly (readonly Bundle[])[] => [some, some.toReversed()]
  const apart = both(light).flatMap((days) =>
    both(dark).flatMap((more) => [
      [...days, ...more],
      [...more, ...days],
    ]),
  )
  const candidates = [mixed.order, mixed.order.toReversed(), ...apart].map(rested)
  const costs = candidates.map((one) => castCost(one, rates).cost)
  const best = candidates[costs.indexOf(Math.min(...costs))] ?? rested(all)
  return { order: best, bound: Math.round(mixed.bound * 100) / 100 }
}

/** With a free day between night work and day work: 11 hours of rest do not fit between dawn and a morning. */
function rested(days: readonly Bundle[]): readonly Bundle[] {
  const free: Bundle = { scenes: [], sets: [], cast: [], eighths: 0, night: false, days: 1 }
  return days.flatMap((day, at) => (at > 0 && days[at - 1]?.night && !day.night ? [free, day] : [day]))
}

function lengthOf(scenes: readonly Scene[]): number {
  return scenes.reduce((sum, { eighths }) => sum + eighths, 0)
}

/** What the order of shooting is worth, in a sentence. */
export function savings({ order, day_rates, scenes, days }: Shooting): readonly Finding[] {
  const cast = new Set(scenes.flatMap((scene) => scene.cast))
  if (cast.size === 0) return []
  const amount = (value: number): string => (order.unit === 'usd' ? `$${value.toFixed(2)}` : count(value, 'cast-day'))
  const saved = Math.round((order.script_order_cost - order.cost) * 100) / 100
  const percent = order.script_order_cost > 0 ? Math.round((saved / order.script_order_cost) * 1000) / 10 : 0
  const proof = order.optimal
    ? 'No order of these days is cheaper.'
    : `No order of these days costs less than ${amount(order.lower_bound)}.`
  const worth =
    saved > 0 ? `saves ${amount(saved)} (${percent} %) against script order` : 'costs the same as script order'
  const message = `Shooting takes ${count(
    days.reduce((sum, day) => sum + day.days, 0),
    'day',
  )}. The cast costs ${amount(order.cost)}, ${amount(order.hold_cost)} of it for waiting; this order ${worth}. ${proof}`
  const unknown = [...cast].filter((name) => order.unit === 'usd' && !Object.hasOwn(day_rates, name))
  const code = 'P11'
  return [
    { code, severity: 'info', message },
    ...(unknown.length > 0
      ? [
          {
            code,
            severity: 'info' as const,
            message: `The order of shooting counts nothing for ${unknown.join(', ')}, whose day rates are not known.`,
          },
        ]
      : []),
  ]
}
