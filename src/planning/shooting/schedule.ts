import { improveOrder } from './order/local-search.ts'
import { orderShoot } from './order/order-shoot.ts'
import { sum } from './order/problem.ts'
import { type PackingInput, packDays, toPackingInput } from './pack-days.ts'
import type { Light, ShootingCost, ShootingOptions, ShootingSchedule, StripScene } from './types.ts'

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
