import { seededRandom } from '../../lib/random.ts'
import { SECONDS_PER_HOUR, type TaskGraph } from '../graph/graph.ts'
import { createSerialScheduler, type SchedulingProblem } from './serial-scheme.ts'

/** A schedule, the order in which its tasks start, and its length in seconds. */
export interface GeneratedSchedule {
  readonly starts: readonly number[]
  readonly order: readonly number[]
  readonly makespanSeconds: number
}

/** How many of the schedules made are drawn at random before any are crossed, and how many are bred from. */
const SAMPLED_SHARE = 0.3
const POPULATION_SIZE = 40
const MUTATION_RATE = 0.05

/**
 * The shortest schedule of some hundreds: one by urgency, then random ones biased towards it, then crossings of the
 * better ones (two-point crossover of orders, some neighbours swapped). `build` makes a schedule of an order. The search
 * stops at `least`, because no schedule can be shorter.
 *
 * Methods: regret-based biased random sampling and crossing of activity lists, Hartmann, "A competitive genetic
 * algorithm for resource-constrained project scheduling" (1998); justification, Valls, Ballestin and Quintanilla (2005).
 */
export function findShortestSchedule(
  problem: TaskGraph,
  {
    build,
    tails,
    least: lowerBoundSeconds,
    effort: maxSchedules,
    seed,
  }: {
    readonly build: (order: readonly number[]) => GeneratedSchedule
    /** For each task, the least time from its finish to the end. */
    readonly tails: readonly number[]
    readonly least: number
    readonly effort: number
    readonly seed: number
  },
): GeneratedSchedule {
  const random = seededRandom(seed)
  const rank = rankByTask(problem.topologicalOrder)
  // The tail of a task is its latest finish, counted back from the end: a long one means that it must finish early. What
  // depends on a task has a shorter tail, or the same one and a later rank, so this order keeps the dependencies.
  const byUrgency = problem.topologicalOrder.toSorted(
    (a, b) => (tails[b] ?? 0) - (tails[a] ?? 0) || (rank[a] ?? 0) - (rank[b] ?? 0),
  )
  const population = [build(byUrgency)]
  const best = (): GeneratedSchedule | undefined => population[0]
  const addToPopulation = (one: GeneratedSchedule): void => {
    if (
      population.some((other) => other.makespanSeconds === one.makespanSeconds && isSameOrder(other.order, one.order))
    )
      return
    const at = population.findIndex((other) => one.makespanSeconds < other.makespanSeconds)
    population.splice(at < 0 ? population.length : at, 0, one)
    if (population.length > POPULATION_SIZE) population.pop()
  }
  for (let made = 0; made < maxSchedules && (best()?.makespanSeconds ?? 0) > lowerBoundSeconds; made++) {
    const drawn = made < maxSchedules * SAMPLED_SHARE || population.length < 2
    addToPopulation(build(drawn ? sampleOrder(problem, tails, random) : crossOrders(problem, population, random)))
  }
  return best() ?? build(byUrgency)
}

/** Builds a schedule of an order: serially, then pushed to the right and to the left again. */
export function createScheduleBuilder(
  problem: SchedulingProblem,
  lowerBoundSeconds: number,
): (order: readonly number[]) => GeneratedSchedule {
  const { seconds } = problem
  const forward = createSerialScheduler(problem)
  const backward = createSerialScheduler({
    ...problem,
    predecessors: problem.successors,
    successors: problem.predecessors,
  })
  const rank = rankByTask(problem.topologicalOrder)
  const toGeneratedSchedule = (starts: readonly number[]): GeneratedSchedule => ({
    starts,
    order: problem.topologicalOrder.toSorted(
      (a, b) => (starts[a] ?? 0) - (starts[b] ?? 0) || (rank[a] ?? 0) - (rank[b] ?? 0),
    ),
    makespanSeconds: makespanOf(seconds, starts),
  })
  return (order) => {
    const first = forward(order)
    const firstMakespan = makespanOf(seconds, first)
    if (firstMakespan === lowerBoundSeconds) return toGeneratedSchedule(first)
    const finish = (task: number): number => (first[task] ?? 0) + (seconds[task] ?? 0)
    const rightShiftedStarts = backward(
      order.toSorted((a, b) => finish(b) - finish(a) || (rank[b] ?? 0) - (rank[a] ?? 0)),
    )
    const start = (task: number): number => -(rightShiftedStarts[task] ?? 0) - (seconds[task] ?? 0)
    const second = toGeneratedSchedule(
      forward(order.toSorted((a, b) => start(a) - start(b) || (rank[a] ?? 0) - (rank[b] ?? 0))),
    )
    return second.makespanSeconds <= firstMakespan ? second : toGeneratedSchedule(first)
  }
}

function makespanOf(seconds: readonly number[], starts: readonly number[]): number {
  return starts.reduce((end, start, task) => Math.max(end, start + (seconds[task] ?? 0)), 0)
}

function rankByTask(order: readonly number[]): readonly number[] {
  const rank = new Array<number>(order.length).fill(0)
  for (const [place, task] of order.entries()) rank[task] = place
  return rank
}

function isSameOrder(a: readonly number[], b: readonly number[]): boolean {
  return a.every((task, at) => task === b[at])
}

/** A random order in which tasks come after what they depend on; of those that could be next, the urgent are likelier. */
function sampleOrder(
  { predecessors, successors }: TaskGraph,
  urgency: readonly number[],
  random: () => number,
): number[] {
  const unmetCounts = predecessors.map((list) => list.length)
  const eligible = unmetCounts.flatMap((count, task) => (count === 0 ? [task] : []))
  const order: number[] = []
  while (eligible.length > 0) {
    const lowest = eligible.reduce((low, task) => Math.min(low, urgency[task] ?? 0), Number.POSITIVE_INFINITY)
    const weight = (at: number): number => ((urgency[eligible[at] ?? 0] ?? 0) - lowest) / SECONDS_PER_HOUR + 1
    let ticket = random() * eligible.reduce((sum, _, at) => sum + weight(at), 0)
    let drawn = 0
    while (drawn < eligible.length - 1 && ticket >= weight(drawn)) ticket -= weight(drawn++)
    const [task = 0] = eligible.splice(drawn, 1)
    order.push(task)
    for (const after of successors[task] ?? []) {
      unmetCounts[after] = (unmetCounts[after] ?? 0) - 1
      if (unmetCounts[after] === 0) eligible.push(after)
    }
  }
  return order
}

/** The beginning and the end of one order with the middle of another; of two drawn each time, the shorter one is taken. */
function crossOrders(
  { predecessors }: TaskGraph,
  parents: readonly GeneratedSchedule[],
  random: () => number,
): readonly number[] {
  const selectParent = (): readonly number[] => {
    const at = Math.min(Math.floor(random() * parents.length), Math.floor(random() * parents.length))
    return parents[at]?.order ?? []
  }
  const [mother, father] = [selectParent(), selectParent()]
  const cuts = [Math.floor(random() * mother.length), Math.floor(random() * mother.length)]
  const [from, to] = [Math.min(...cuts), Math.max(...cuts)]
  const placed = new Uint8Array(mother.length)
  const child: number[] = []
  const appendUntil = (order: readonly number[], until: number): void => {
    for (let at = 0; at < order.length && child.length < until; at++) {
      const task = order[at] ?? 0
      if (placed[task]) continue
      placed[task] = 1
      child.push(task)
    }
  }
  appendUntil(mother, from)
  appendUntil(father, to)
  appendUntil(mother, mother.length)
  for (let at = 1; at < child.length; at++) {
    const [before = 0, task = 0] = [child[at - 1], child[at]]
    if (random() >= MUTATION_RATE || predecessors[task]?.includes(before)) continue
    child[at - 1] = task
    child[at] = before
  }
  return child
}
