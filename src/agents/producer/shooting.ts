import {
  formatPages,
  type Light,
  lightFromTimeOfDay,
  type ShootingOptions,
  type ShootingSchedule,
  type StripScene,
  shootingSchedule,
} from '../../planning/index.ts'
import type { Constraints, Finding, PlanDocument } from './document.ts'
import type { PublishedShooting, Scene, Shooting, Suggested } from './shooting-shapes.ts'
import { clip, count, nameKey } from './text.ts'

/** A day of shooting as a task. */
export interface ShootingBlock {
  readonly id: string
  readonly title: string
  readonly description: string
  /** 0: a free day between a night and the day after it. */
  readonly eighths: number
}

/** Scenes at which the search has its full effort. Fewer have fewer orders, and each order of more takes longer. */
const ALL_EFFORT = 40

/** Is there no schedule of the scenes yet, or one with other day rates or pages a day? */
export function needsShooting({ scenes, constraints, shooting }: PlanDocument): boolean {
  return scenes.length > 0 && JSON.stringify(shooting?.terms) !== JSON.stringify(newTerms(scenes, constraints))
}

/** The document with the shooting schedule of its scenes, computed again only where `needsShooting`. Takes seconds. */
export function withShooting(document: PlanDocument): PlanDocument {
  if (!needsShooting(document)) return document
  const { scenes, constraints } = document
  const terms = newTerms(scenes, constraints)
  const effort = Math.min(scenes.length / ALL_EFFORT, ALL_EFFORT / scenes.length)
  return { ...document, shooting: { terms, schedule: shootingSchedule(strips(scenes), termsOf(terms), { effort }) } }
}

function newTerms(scenes: readonly Scene[], constraints: Constraints): Shooting['terms'] {
  return { day_rates: castRates(scenes, constraints), pages_per_day: constraints.pages_per_day }
}

/** The terms of the schedule as options of `showrunner/planning`. */
export function termsOf({ day_rates, pages_per_day }: Shooting['terms']): ShootingOptions {
  return {
    ...(Object.keys(day_rates).length > 0 && { dayRates: day_rates }),
    ...(pages_per_day !== undefined && { pagesPerDay: pages_per_day }),
  }
}

/** One task for each working day of the shoot, the free days too. */
export function blocksOf({ days, spanDays, scenes }: ShootingSchedule): readonly ShootingBlock[] {
  const byDay = new Map(days.map((day) => [day.day, day]))
  return Array.from({ length: spanDays }, (_, at): ShootingBlock => {
    const day = byDay.get(at + 1)
    const id = blockId(at + 1)
    if (day === undefined) {
      return { id, title: 'Turnaround', description: 'No shooting: a day follows a night.', eighths: 0 }
    }
    const sets = [...new Set(day.sets)]
    const where = `${sets.slice(0, 2).join(', ')}${sets.length > 2 ? ` and ${count(sets.length - 2, 'more set')}` : ''}`
    const long = sets.length > 2 ? `${sets.join(', ')}. ` : ''
    const shot = day.strips.map(({ scene, part }) => (part ? `${scene} (${part.at} of ${part.of})` : scene))
    const cast = day.cast.length > 0 ? `, with ${day.cast.join(', ')}` : ''
    const what = `${day.strips.length === 1 ? 'Scene' : 'Scenes'} ${shot.join(', ')}`
    return {
      id,
      title: clip(`Shoot ${where}${day.light === 'night' ? ' (night)' : ''}`, 120),
      description: clip(`${long}${what} of ${scenes.length}, ${formatPages(day.eighths)} pages${cast}.`, 600),
      eighths: day.eighths,
    }
  })
}

function blockId(day: number): string {
  return `shoot-${String(day).padStart(2, '0')}`
}

/** The schedule as a plan publishes it. */
export function published(
  { schedule, terms }: Shooting,
  scenes: readonly Scene[],
  elements: readonly Suggested[],
): PublishedShooting {
  return {
    scenes: [...scenes],
    elements: [...elements],
    days: schedule.days.map((day) => ({
      ...day,
      task: blockId(day.day),
      strips: [...day.strips],
      sets: [...day.sets],
      cast: [...day.cast],
    })),
    pages_per_day: schedule.pagesPerDay,
    day_rates: terms.day_rates,
    order: {
      unit: unitOf(terms),
      shooting_days: schedule.shootingDays,
      moves: schedule.moves,
      cost: schedule.castCost,
      hold_cost: schedule.holdCost,
      script_order_cost: schedule.scriptOrder.castCost,
      lower_bound: schedule.lowerBound,
      optimal: schedule.optimal,
    },
  }
}

export function unitOf({ day_rates }: Shooting['terms']): 'usd' | 'cast_days' {
  return Object.keys(day_rates).length > 0 ? 'usd' : 'cast_days'
}

/** P11: the savings by the order of shooting, and the members of the cast without a rate. */
export function savings({ schedule, terms }: Shooting): readonly Finding[] {
  const { castCost, holdCost, lowerBound, optimal, scriptOrder, shootingDays, restDays, moves, unrated } = schedule
  if (schedule.scenes.every(({ cast }) => cast.length === 0)) return []
  const amount = (value: number): string =>
    unitOf(terms) === 'usd' ? `$${value.toFixed(2)}` : count(value, 'cast-day')
  const saved = scriptOrder.castCost - castCost
  const percent = scriptOrder.castCost > 0 ? Math.round((saved / scriptOrder.castCost) * 1000) / 10 : 0
  const worth =
    saved > 0.004 ? `saves ${amount(saved)} (${percent} %) against script order` : 'costs the same as script order'
  const proof = optimal ? 'optimal' : `no schedule costs the cast less than ${amount(lowerBound)}`
  const rest = restDays > 0 ? ` and ${count(restDays, 'free day')} after nights` : ''
  const message = `Shooting takes ${count(shootingDays, 'day')}${rest}, with ${count(moves, 'company move')}. The cast costs ${amount(castCost)}, ${amount(holdCost)} of it for waiting: this ${worth} (${proof}).`
  const unknown = `The order of shooting counts nothing for ${unrated.join(', ')}, whose day rates are not known.`
  return [
    { code: 'P11', severity: 'info', message },
    ...(unrated.length > 0 ? [{ code: 'P12', severity: 'info' as const, message: unknown }] : []),
  ]
}

/** Strips for the schedule. A scene that is continuous, or moments later, has the light of the scene before it. */
function strips(scenes: readonly Scene[]): readonly StripScene[] {
  let light: Light = 'day'
  return scenes.map(({ scene, int_ext, set, time, eighths, cast, summary }) => {
    if (!/^$|CONTINUOUS|LATER|SAME/i.test(time)) light = lightFromTimeOfDay(time)
    const intExt = int_ext === '' ? {} : { intExt: int_ext }
    return { id: String(scene), ...intExt, set, light, eighths, cast, summary: clip(summary, 160) }
  })
}

/** The given rates of the cast, under the names in the screenplay. */
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
