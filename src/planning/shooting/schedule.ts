import type { Calendar } from '../calendar/working-calendar.ts'
import { improveOrder } from './order/local-search.ts'
import { orderShoot } from './order/order-shoot.ts'
import { sum } from './order/problem.ts'
import { type PackingInput, packDays, toPackingInput } from './pack-days.ts'

/** A scene as it stands on a strip. */
export interface StripScene {
  readonly id: string
  readonly intExt?: string | undefined
  readonly set: string
  readonly light: Light
  /** Eighths of a page, at least 1. */
  readonly eighths: number
  readonly cast: readonly string[]
  readonly summary?: string | undefined
}

export type Light = 'day' | 'night'

export interface Strip {
  readonly scene: string
  readonly eighths: number
  /** Which part of the scene this is, where it is longer than a day: `{ at: 1, of: 3 }`. */
  readonly part?: { readonly at: number; readonly of: number }
}

export interface ShootingDay {
  /** Counted from 1 over the working days of the shoot; a number that is missing is a day of rest for a turnaround. */
  readonly day: number
  /** `YYYY-MM-DD`, where a calendar was given. */
  readonly date?: string
  readonly light: Light
  readonly strips: readonly Strip[]
  readonly eighths: number
  /** Sets in the order of the day. */
  readonly sets: readonly string[]
  /** Moves of the company on this day, the one from the set of the day before included. */
  readonly moves: number
  /** Who is in its scenes. */
  readonly cast: readonly string[]
}

export interface ShootingOptions {
  /** What a day of each member costs. A member who is not in it is in `unrated`; with none at all, costs are cast-days. */
  readonly dayRates?: Readonly<Record<string, number>> | undefined
  /** Pages a day at most; 5 unless given. */
  readonly pagesPerDay?: number | undefined
  /** From call to wrap; 12 unless given. */
  readonly hoursPerDay?: number | undefined
  /** Rest between wrap and the next call; 11 unless given. */
  readonly turnaroundHours?: number | undefined
  /** What moving the company to another set costs. Absent: moves are avoided as if each cost a day of one member. */
  readonly moveCost?: number | undefined
  /** What a day of the shoot costs besides the cast. Absent: days are saved as if each cost a day of five members. */
  readonly dayCost?: number | undefined
  readonly calendar?: Calendar | undefined
}

/** What a way of shooting takes and costs, from the rates and costs that were given alone. */
export interface ShootingCost {
  /** Days with scenes. */
  readonly shootingDays: number
  /** Working days from the first to the last, those of rest included. */
  readonly spanDays: number
  readonly moves: number
  /** Days of rest between a night and the day after it. */
  readonly restDays: number
  /** Each member's rate for every day from their first to their last. */
  readonly castCost: number
  /** The part of `castCost` for days without a scene of theirs. */
  readonly holdCost: number
  /** `castCost`, and moves and days where their cost was given. */
  readonly cost: number
}

export interface ShootingSchedule extends ShootingCost {
  readonly scenes: readonly StripScene[]
  readonly days: readonly ShootingDay[]
  /** No schedule on these terms costs the cast less. */
  readonly lowerBound: number
  /** True where `castCost` is proved to be the least there is. */
  readonly optimal: boolean
  /** The scenes in the order of the script, packed into days in the same way. */
  readonly scriptOrder: ShootingCost
  /** Members without a rate, where others have one. */
  readonly unrated: readonly string[]
  readonly pagesPerDay: number
  readonly hoursPerDay: number
  readonly turnaroundHours: number
}

/** The most looks at an order, each of which packs all scenes into days: of many scenes by their work, of few by pairs. */
const MAX_EVALUATIONS = 8_000_000
const EVALUATIONS_PER_PAIR = 100

/**
 * Scenes put into shooting days. A day is a day or a night, holds no more pages than `pagesPerDay` (a longer scene takes
 * several days of its own, as strips with parts), and after a night there is rest before a day. Cast on location from
 * their first to their last day, moves between sets and days are weighed together. The best of several beginnings (the
 * script's order, set by set, the cheapest order for the cast), each improved; never dearer for the cast than the script's
 * own order. Same input, same seed, same schedule.
 *
 * @throws RangeError for two scenes of one id, eighths below 1, or terms that are not numbers above 0.
 */
export function shootingSchedule(
  scenes: readonly StripScene[],
  options: ShootingOptions = {},
  { seed = 1, effort = 1 }: { readonly seed?: number; readonly effort?: number } = {},
): ShootingSchedule {
  const input = toPackingInput(scenes, options)
  const scriptOrder = [...scenes.keys()]
  const { castCost: scriptCastCost, ...scriptCost } = packDays(input, scriptOrder)
  const weightedCost = (order: readonly number[]): number => {
    const { castCost, moves, spanDays } = packDays(input, order)
    return castCost > scriptCastCost + 1e-9
      ? Number.MAX_VALUE
      : castCost + moves * input.moveWeight + spanDays * input.dayWeight
  }
  const castOptimum = orderShoot(
    {
      scenes: scenes.map(({ id, eighths, cast }) => ({ id, days: eighths / input.eighthsPerDay, cast })),
      ...pickDayRates(options),
    },
    { seed, effort: effort / 5 },
  )
  const positionById = new Map(castOptimum.order.map((id, at) => [id, at]))
  const cheapestForCast = scriptOrder.toSorted(
    (a, b) => (positionById.get(scenes[a]?.id ?? '') ?? 0) - (positionById.get(scenes[b]?.id ?? '') ?? 0),
  )
  const evaluationsByWork = (MAX_EVALUATIONS * effort) / Math.max(1, sum(scenes.map(({ cast }) => cast.length + 2))) / 4
  const maxEvaluations = Math.min(evaluationsByWork, effort * EVALUATIONS_PER_PAIR * scenes.length ** 2)
  const improvedOrders = [
    scriptOrder,
    cheapestForCast,
    groupBySet(scenes, scriptOrder),
    groupBySet(scenes, cheapestForCast),
  ].map((order) => improveOrder(order, { cost: weightedCost, maxEvaluations, seed }))
  const bestStart = improvedOrders.reduce(
    (one, other) => (weightedCost(other) < weightedCost(one) ? other : one),
    scriptOrder,
  )
  const bestOrder = improveOrder(bestStart, { cost: weightedCost, maxEvaluations: maxEvaluations * 2, seed: seed + 1 })
  const { days, ...cost } = packDays(input, bestOrder)
  const lowerBound = Math.max(castCostLowerBound(input, scenes), castOptimum.lowerBound)
  const optimal = cost.castCost <= lowerBound + 1e-6
  return {
    scenes,
    ...cost,
    days: days.map((day) => ({
      ...day,
      ...(options.calendar && { date: options.calendar.workingDayAt(day.day - 1) }),
    })),
    lowerBound: optimal ? cost.castCost : lowerBound,
    optimal,
    scriptOrder: { ...omitDays(scriptCost), castCost: scriptCastCost },
    unrated: input.members.filter((one) => options.dayRates && !Object.hasOwn(options.dayRates, one)),
    pagesPerDay: input.eighthsPerDay / 8,
    hoursPerDay: input.hoursPerDay,
    turnaroundHours: input.turnaroundHours,
  }
}

/** Whether a time of day as it stands in a scene heading is shot by day or by night; unknown is day. */
export function lightFromTimeOfDay(time: string | undefined): Light {
  return /\b(night|evening|midnight|dusk|twilight|nacht|abend|nuit|soir|noche|notte)\b/i.test(time ?? '')
    ? 'night'
    : 'day'
}

function pickDayRates({ dayRates }: ShootingOptions): { readonly dayRates?: Readonly<Record<string, number>> } {
  return dayRates === undefined ? {} : { dayRates }
}

function omitDays({ days: _, ...cost }: Omit<ReturnType<typeof packDays>, 'castCost'>): Omit<ShootingCost, 'castCost'> {
  return cost
}

/** Day before night, and within each all scenes of a set together, where the first of them stands. */
function groupBySet(scenes: readonly StripScene[], order: readonly number[]): readonly number[] {
  const key = (scene: number): string => `${scenes[scene]?.light}/${scenes[scene]?.set}`
  const groups = [...Map.groupBy(order, key).values()]
  const isNight = ([first = 0]: readonly number[]): boolean => scenes[first]?.light === 'night'
  return [...groups.filter((group) => !isNight(group)), ...groups.filter(isNight)].flat()
}

/** Each member needs days enough for their pages, by day and by night. */
function castCostLowerBound(
  { members, rates, eighthsPerDay: eighths }: PackingInput,
  scenes: readonly StripScene[],
): number {
  const days = (member: string, light: Light): number =>
    Math.ceil(
      sum(scenes.map((scene) => (scene.light === light && scene.cast.includes(member) ? scene.eighths : 0))) / eighths,
    )
  return sum(members.map((member, at) => (rates[at] ?? 0) * (days(member, 'day') + days(member, 'night'))))
}
