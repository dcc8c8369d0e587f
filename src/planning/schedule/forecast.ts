import { seededRandom } from '../../lib/random.ts'
import { roundToHundredths } from '../../lib/round.ts'
import { type GraphTask, SECONDS_PER_HOUR } from '../graph/graph.ts'
import { type ScheduleTask, schedule, toSchedulingProblem } from './schedule.ts'
import { createSerialScheduler } from './serial-scheme.ts'

/** At least, most likely and at most, in hours. */
export interface ThreePointEstimate {
  readonly optimistic: number
  readonly likely: number
  readonly pessimistic: number
}

export interface Forecast {
  /** The mean finish, in hours from the start. */
  readonly expected: number
  /** How much it varies: the standard deviation, in hours. */
  readonly deviation: number
  /** The finish that is kept in five, eight and nine of ten cases, in hours. */
  readonly p50: number
  readonly p80: number
  readonly p90: number
  /** The share of all runs, 0 to 1, in which a task was among the last to finish or held up one that was. */
  readonly criticality: { readonly [id: string]: number }
}

/**
 * The PERT mean and deviation of a three-point estimate: (a + 4m + b) / 6 and (b - a) / 6.
 *
 * @throws RangeError where not 0 <= optimistic <= likely <= pessimistic.
 */
export function pertMeanAndDeviation({ optimistic, likely, pessimistic }: ThreePointEstimate): {
  readonly expected: number
  readonly deviation: number
} {
  if (!(optimistic >= 0 && optimistic <= likely && likely <= pessimistic && pessimistic < Number.POSITIVE_INFINITY)) {
    throw new RangeError(
      `The estimate ${optimistic}, ${likely}, ${pessimistic}: give hours that rise from optimistic to pessimistic`,
    )
  }
  return { expected: (optimistic + 4 * likely + pessimistic) / 6, deviation: (pessimistic - optimistic) / 6 }
}

/**
 * When a plan will be finished, from three-point estimates: `runs` (1,000) plays of it, each with durations drawn from
 * the beta distributions of PERT and with this team, in the order that the schedule of the expected durations has.
 *
 * The forecast is a simulation, because a sum of means and variances along the critical path holds for a single chain
 * only: where chains meet, the later one decides, so the sum is too early, and it ignores the size of the team.
 *
 * @throws RangeError as `threePoint` and `schedule` do.
 */
export function forecast(
  project: {
    readonly tasks: readonly (GraphTask & Pick<ScheduleTask, 'needs'> & { readonly estimate: ThreePointEstimate })[]
    readonly capacity: Readonly<Record<string, number>>
  },
  { seed = 1, runs = 1000 }: { readonly seed?: number; readonly runs?: number } = {},
): Forecast {
  const tasks = project.tasks.map((task) => ({ ...task, hours: pertMeanAndDeviation(task.estimate).expected }))
  const problem = toSchedulingProblem({ tasks, capacity: project.capacity })
  const planned = schedule({ tasks, capacity: project.capacity }, { seed, effort: 100 })
  const topologicalRank = new Map(problem.topologicalOrder.map((task, at) => [task, at]))
  const start = (task: number): number => planned.starts[tasks[task]?.id ?? ''] ?? 0
  const order = problem.topologicalOrder.toSorted(
    (a, b) => start(a) - start(b) || (topologicalRank.get(a) ?? 0) - (topologicalRank.get(b) ?? 0),
  )
  const simulate = createSerialScheduler(problem)
  const random = seededRandom(seed)
  const finishes: number[] = []
  const criticalRuns = tasks.map(() => 0)
  for (let run = 0; run < runs; run++) {
    const seconds = project.tasks.map(({ estimate }) => Math.round(samplePertBeta(estimate, random) * SECONDS_PER_HOUR))
    const starts = simulate(order, seconds)
    const ends = starts.map((from, task) => from + (seconds[task] ?? 0))
    finishes.push(ends.reduce((last, end) => Math.max(last, end), 0) / SECONDS_PER_HOUR)
    for (const task of findCriticalTasks(starts, ends)) criticalRuns[task] = (criticalRuns[task] ?? 0) + 1
  }
  finishes.sort((a, b) => a - b)
  const expected = finishes.reduce((sum, finish) => sum + finish, 0) / Math.max(1, runs)
  const variance = finishes.reduce((sum, finish) => sum + (finish - expected) ** 2, 0) / Math.max(1, runs)
  const percentile = (share: number): number => roundToHundredths(finishes[Math.ceil(share * runs) - 1] ?? 0)
  return {
    expected: roundToHundredths(expected),
    deviation: roundToHundredths(Math.sqrt(variance)),
    p50: percentile(0.5),
    p80: percentile(0.8),
    p90: percentile(0.9),
    criticality: Object.fromEntries(tasks.map(({ id }, task) => [id, (criticalRuns[task] ?? 0) / Math.max(1, runs)])),
  }
}

/** The tasks from which an unbroken chain of starts at finishes leads to the end, for whatever reason each waited. */
function findCriticalTasks(starts: readonly number[], ends: readonly number[]): readonly number[] {
  const end = ends.reduce((last, one) => Math.max(last, one), 0)
  const byEnd = Map.groupBy(ends.keys(), (task) => ends[task] ?? 0)
  const found = new Set(byEnd.get(end))
  for (const task of found) {
    for (const before of byEnd.get(starts[task] ?? 0) ?? [])
      if ((starts[before] ?? 0) < (starts[task] ?? 0)) found.add(before)
  }
  return [...found]
}

/** A draw from the beta distribution of PERT on optimistic to pessimistic, with its mode at likely. */
function samplePertBeta({ optimistic, likely, pessimistic }: ThreePointEstimate, random: () => number): number {
  const span = pessimistic - optimistic
  if (span === 0) return likely
  const x = sampleGamma(1 + (4 * (likely - optimistic)) / span, random)
  const y = sampleGamma(1 + (4 * (pessimistic - likely)) / span, random)
  return optimistic + (span * x) / (x + y)
}

/** Marsaglia and Tsang, "A simple method for generating gamma variables" (2000); for shapes of at least 1. */
function sampleGamma(shape: number, random: () => number): number {
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = sampleNormal(random)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}

/** Box and Muller. */
function sampleNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
