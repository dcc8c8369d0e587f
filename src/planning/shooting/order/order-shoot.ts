import { beamSearch } from './beam-search.ts'
import { findCastGroups, sumGroupCosts } from './bounds.ts'
import { solveExactly } from './exact.ts'
import { improveOrder } from './local-search.ts'
import {
  computeHoldCost,
  createHoldCostMeter,
  type ReducedProblem,
  reduceProblem,
  sum,
  type TalentProblem,
} from './problem.ts'

/** The shooting days and the cast of a scene. */
export interface ShootScene {
  readonly id: string
  /** Shooting days, more than 0; a part of a day is a fraction. */
  readonly days: number
  readonly cast: readonly string[]
}

export interface ShootOrder {
  /** Ids of the scenes, in the order in which to shoot them. */
  readonly order: readonly string[]
  /** The pay of the cast: each member's day rate for every day from the first to the last of their scenes. */
  readonly cost: number
  /** The part of `cost` that pays for days without a scene of theirs. */
  readonly holdCost: number
  /** No order costs less. */
  readonly lowerBound: number
  /** True where the cost is proved to be the least there is. */
  readonly optimal: boolean
}

/** The exact search visits 2^23 sets in about a second; above that, pruning avoids most sets. */
const MAX_EXACT_SCENES = 23
/** Evaluations of an order times the cast of all its scenes: some seconds of search. */
const MAX_EVALUATION_WORK = 8e7

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
  const problem = toTalentProblem(shoot)
  const listOrder = [...problem.days.keys()]
  const reduced = reduceProblem(problem)
  const { order: reducedOrder, bound } = solveReduced(reduced.problem, reduceOrder(reduced, listOrder), {
    seed,
    effort,
  })
  const expandedOrder = [
    ...reducedOrder.flatMap((scene) => reduced.sceneGroups[scene] ?? []),
    ...reduced.trailingScenes,
  ]
  const order =
    computeHoldCost(problem, expandedOrder) <= computeHoldCost(problem, listOrder) ? expandedOrder : listOrder
  const workCost = sum(
    problem.casts.map((cast, scene) => (problem.days[scene] ?? 0) * sum(cast.map((one) => problem.rates[one] ?? 0))),
  )
  const waitingCost = computeHoldCost(problem, order)
  const optimal = waitingCost - bound <= 1e-9 * Math.max(1, workCost + waitingCost)
  return {
    order: order.map((scene) => shoot.scenes[scene]?.id ?? ''),
    cost: roundToBillionths(workCost + waitingCost),
    holdCost: roundToBillionths(waitingCost),
    lowerBound: roundToBillionths(workCost + (optimal ? waitingCost : bound)),
    optimal,
  }
}

/** Sums of fractions of days without the dust of floating point: a billionth of a unit of money. */
function roundToBillionths(cost: number): number {
  return Math.round(cost * 1e9) / 1e9
}

function toTalentProblem({ scenes, dayRates = {} }: Parameters<typeof orderShoot>[0]): TalentProblem {
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
function reduceOrder({ sceneGroups: scenes }: ReducedProblem, listOrder: readonly number[]): readonly number[] {
  const at = new Map(scenes.flatMap((group, scene) => group.map((one) => [one, scene] as const)))
  return [...new Set(listOrder.flatMap((scene) => at.get(scene) ?? []))]
}

function solveReduced(
  problem: TalentProblem,
  initialOrder: readonly number[],
  { seed, effort }: { readonly seed: number; readonly effort: number },
): { readonly order: readonly number[]; readonly bound: number } {
  const count = problem.days.length
  if (count <= MAX_EXACT_SCENES) {
    const { order, cost } = solveExactly(problem)
    return { order, bound: cost }
  }
  const castGroups = findCastGroups(problem)
  let bound = sumGroupCosts(castGroups)
  let order = improveOrder(initialOrder, {
    cost: createHoldCostMeter(problem),
    maxEvaluations: (effort * MAX_EVALUATION_WORK) / sum(problem.casts.map((cast) => cast.length)),
    seed,
  })
  for (const width of beamWidths(count, effort)) {
    const upperBound = computeHoldCost(problem, order)
    if (upperBound <= bound) break
    const found = beamSearch(problem, castGroups, upperBound, width)
    if (found.order) order = found.order
    bound = Math.max(bound, Math.min(found.bound, computeHoldCost(problem, order)))
  }
  return { order, bound }
}

/** A narrow search finds better orders, which make a wide one narrower. A set costs time with the square of scenes. */
function beamWidths(count: number, effort: number): readonly number[] {
  const widest = Math.ceil((effort * 1.2e7) / count ** 3)
  return [Math.ceil(widest / 100), Math.ceil(widest / 10), widest]
}
