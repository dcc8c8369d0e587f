import { isTwilight, shiftKindOf } from './light.ts'
import { improveOrder } from './order/local-search.ts'
import { orderShoot } from './order/order-shoot.ts'
import { sum } from './order/problem.ts'
import { type PackingInput, packDays, toPackingInput, weighCost } from './pack-days.ts'
import { createPackingMeter } from './packing-meter.ts'
import type { ShiftKind, ShootingCost, ShootingOptions, ShootingSchedule, StripScene } from './types.ts'

/** The most evaluations of an order: of many scenes by the work of one, of few by pairs of scenes. */
const MAX_EVALUATIONS = 240_000_000
const EVALUATIONS_PER_PAIR = 100
/** The share of them where the days of each order have to be built. */
const SLOW_SHARE = 0.08

/**
 * Scenes put into shooting days. A day is a day or a night and holds no more pages than `pagesPerDay`, and no more than
 * `pagesPerTwilight` at dawn or dusk (a longer scene takes several days, as strips with parts); after a night there is rest
 * before a day. Cast on location from their first to their last day, company moves, moves between sets, split sets,
 * continuity and days are weighed together. The result is never dearer for the cast than the
 * script's own order. The same input and seed give the same schedule.
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
  const weightedCost = createPackingMeter(input, scriptCastCost + 1e-9)
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
  const isSlow = scenes.some(({ light, continuous }) => isTwilight(light) || continuous)
  const work = MAX_EVALUATIONS * effort * (isSlow ? SLOW_SHARE : 1)
  const evaluationsByWork = work / Math.max(1, sum(scenes.map(({ cast }) => cast.length + 2))) / 4
  const maxEvaluations = Math.min(evaluationsByWork, effort * EVALUATIONS_PER_PAIR * scenes.length ** 2)
  const starts = [scriptOrder, cheapestForCast, groupBySet(scenes, scriptOrder), groupBySet(scenes, cheapestForCast)]
  const improvedOrder = improveOrder(cheapestForCast, { cost: weightedCost, maxEvaluations: maxEvaluations * 4, seed })
  const bestOrder = [...starts, improvedOrder].reduce((best, other) =>
    weightedCost(other) < weightedCost(best) ? other : best,
  )
  const { days, ...cost } = packDays(input, bestOrder)
  const lowerBound = Math.max(castCostLowerBound(input, scenes), castOptimum.lowerBound)
  const optimal = weighCost(input, cost) <= lowerBound + leastDays(input) * input.weights.day + 1e-6
  return {
    scenes,
    ...cost,
    days: days.map((day) => ({
      ...day,
      ...(options.calendar && { date: options.calendar.workingDayAt(day.day - 1) }),
    })),
    lowerBound: Math.min(lowerBound, cost.castCost),
    optimal,
    scriptOrder: { ...omitDays(scriptCost), castCost: scriptCastCost },
    unrated: input.members.filter((one) => options.dayRates && !Object.hasOwn(options.dayRates, one)),
    pagesPerDay: input.eighthsPerDay / 8,
    pagesPerTwilight: input.eighthsPerTwilight / 8,
    hoursPerDay: input.hoursPerDay,
    turnaroundHours: input.turnaroundHours,
  }
}

function pickDayRates({ dayRates }: ShootingOptions): { readonly dayRates?: Readonly<Record<string, number>> } {
  return dayRates === undefined ? {} : { dayRates }
}

function omitDays({ days: _, ...cost }: Omit<ReturnType<typeof packDays>, 'castCost'>): Omit<ShootingCost, 'castCost'> {
  return cost
}

/** Day scenes before night scenes; within each, all scenes of a set are together at the place of its first. */
function groupBySet(scenes: readonly StripScene[], order: readonly number[]): readonly number[] {
  const kindOf = (scene: number): ShiftKind => shiftKindOf(scenes[scene]?.light ?? 'day')
  const groups = [...Map.groupBy(order, (scene) => `${kindOf(scene)}/${scenes[scene]?.set}`).values()]
  const isNight = ([first = 0]: readonly number[]): boolean => kindOf(first) === 'night'
  return [...groups.filter((group) => !isNight(group)), ...groups.filter(isNight)].flat()
}

/** Each member needs days enough for their pages, by day and by night. */
function castCostLowerBound({ members, rates, ...input }: PackingInput, scenes: readonly StripScene[]): number {
  const days = (member: string, kind: ShiftKind): number =>
    Math.ceil(
      sum(
        scenes.map((scene) => (shiftKindOf(scene.light) === kind && scene.cast.includes(member) ? scene.eighths : 0)),
      ) / input.eighthsPerDay,
    )
  return sum(members.map((member, at) => (rates[at] ?? 0) * (days(member, 'day') + days(member, 'night'))))
}

/** Days and nights that the pages alone need, and those of dawn and dusk. */
function leastDays({ scenes, kinds, twilight, eighthsPerDay, eighthsPerTwilight }: PackingInput): number {
  const need = (kind: ShiftKind): number => {
    const own = scenes.filter((_, at) => kinds[at] === kind)
    const short = scenes.filter((_, at) => kinds[at] === kind && twilight[at])
    const eighths = (some: readonly StripScene[]): number => sum(some.map((scene) => scene.eighths))
    return Math.max(Math.ceil(eighths(own) / eighthsPerDay), Math.ceil(eighths(short) / eighthsPerTwilight))
  }
  return need('day') + need('night')
}
