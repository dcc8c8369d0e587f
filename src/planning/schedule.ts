import { type GraphTask, type Linked, link, SECONDS_PER_HOUR } from './graph.ts'
import { lowerBound } from './lower-bound.ts'
import { type Needs, profile } from './profile.ts'

export interface ScheduleTask extends GraphTask {
  readonly hours: number
  /** How many of each role it takes while it runs. Absent: none. */
  readonly needs?: Readonly<Record<string, number>>
}

export interface Schedule {
  /** When each task starts, in hours from the start of the plan. */
  readonly starts: { readonly [id: string]: number }
  /** When the last task finishes, in hours. */
  readonly makespan: number
  /** No schedule of these tasks with this capacity can be shorter, in hours. */
  readonly lowerBound: number
  /** True where the makespan is proved to be the least there is. */
  readonly optimal: boolean
}

/**
 * Puts tasks in time so that each starts after what it depends on and no role is ever asked for more than there is of
 * it. Serial schedule generation with latest-finish priority, then `effort` random schedules biased towards that
 * priority (400 unless told; fewer where there are more than 120 tasks), each improved by a backward and a forward pass
 * (forward-backward justification). The best is kept; it stops early at the lower bound. Same input, same seed, same
 * schedule.
 *
 * Method: Kolisch and Hartmann, "Heuristic algorithms for the resource-constrained project scheduling problem" (1999),
 * regret-based biased random sampling; justification: Valls, Ballestin and Quintanilla (2005).
 *
 * @throws RangeError as `criticalPath` does, and for a need above the capacity of its role.
 */
export function schedule(
  project: { readonly tasks: readonly ScheduleTask[]; readonly capacity: Readonly<Record<string, number>> },
  options: { readonly seed?: number; readonly effort?: number } = {},
): Schedule {
  const problem = read(project)
  const reversed = { ...problem, predecessors: problem.successors, successors: problem.predecessors }
  const rank = rankOf(problem.order)
  const tails = heads(reversed, [...problem.order].reverse())
  const least = lowerBound(problem, heads(problem, problem.order), tails)

  /** A schedule from an order of the tasks, pushed to the right, then to the left again. */
  const build = (order: readonly number[]): readonly number[] => {
    const first = serial(problem, order)
    const end = lengthOf(problem, first)
    if (end === least) return first
    const finish = (task: number): number => (first[task] ?? 0) + (problem.seconds[task] ?? 0)
    const toTheRight = serial(
      reversed,
      order.toSorted((a, b) => finish(b) - finish(a) || (rank[b] ?? 0) - (rank[a] ?? 0)),
    )
    const start = (task: number): number => -(toTheRight[task] ?? 0) - (problem.seconds[task] ?? 0)
    const second = serial(
      problem,
      order.toSorted((a, b) => start(a) - start(b) || (rank[a] ?? 0) - (rank[b] ?? 0)),
    )
    return lengthOf(problem, second) <= end ? second : first
  }

  // The tail of a task is its latest finish, counted back from the end: a long one means that it must finish early. What
  // depends on a task has a shorter tail, or the same one and a later rank, so this order keeps the dependencies.
  const byUrgency = problem.order.toSorted(
    (a, b) => (tails[b] ?? 0) - (tails[a] ?? 0) || (rank[a] ?? 0) - (rank[b] ?? 0),
  )
  let best = build(byUrgency)
  const random = chance(options.seed ?? 1)
  for (let left = samples(options.effort ?? 400, problem.seconds.length); left > 0; left--) {
    if (lengthOf(problem, best) === least) break
    const other = build(sample(problem, tails, random))
    if (lengthOf(problem, other) < lengthOf(problem, best)) best = other
  }
  const makespan = lengthOf(problem, best)
  return {
    starts: Object.fromEntries(project.tasks.map(({ id }, task) => [id, (best[task] ?? 0) / SECONDS_PER_HOUR])),
    makespan: makespan / SECONDS_PER_HOUR,
    lowerBound: least / SECONDS_PER_HOUR,
    optimal: makespan === least,
  }
}

/** A project by position. */
export interface Problem extends Linked {
  readonly needs: readonly Needs[]
  readonly capacity: readonly number[]
}

function read(project: Parameters<typeof schedule>[0]): Problem {
  const roles = Object.keys(project.capacity)
  const needs = project.tasks.map(({ id, needs: wanted = {} }) =>
    Object.entries(wanted)
      .filter(([, amount]) => amount > 0)
      .map(([role, amount]) => {
        const there = project.capacity[role] ?? 0
        if (!(amount <= there)) throw new RangeError(`${id} needs ${amount} of "${role}", and capacity has ${there}`)
        return [roles.indexOf(role), amount] as const
      }),
  )
  return { ...link(project.tasks), needs, capacity: roles.map((role) => project.capacity[role] ?? 0) }
}

/** Serial schedule generation: each task in turn at the earliest time that its predecessors and the capacity allow. */
function serial({ seconds, predecessors, needs, capacity }: Problem, order: readonly number[]): readonly number[] {
  const use = profile(capacity)
  const starts = new Array<number>(seconds.length).fill(0)
  for (const task of order) {
    let from = 0
    for (const before of predecessors[task] ?? []) {
      from = Math.max(from, (starts[before] ?? 0) + (seconds[before] ?? 0))
    }
    const start = use.fit(from, seconds[task] ?? 0, needs[task] ?? [])
    use.take(start, seconds[task] ?? 0, needs[task] ?? [])
    starts[task] = start
  }
  return starts
}

/** The least time from the start to the beginning of each task (given a reversed problem: from its end to the end). */
function heads({ seconds, predecessors }: Linked, order: readonly number[]): readonly number[] {
  const head = new Array<number>(seconds.length).fill(0)
  for (const task of order) {
    for (const before of predecessors[task] ?? []) {
      head[task] = Math.max(head[task] ?? 0, (head[before] ?? 0) + (seconds[before] ?? 0))
    }
  }
  return head
}

function lengthOf({ seconds }: Linked, starts: readonly number[]): number {
  return starts.reduce((end, start, task) => Math.max(end, start + (seconds[task] ?? 0)), 0)
}

function rankOf(order: readonly number[]): readonly number[] {
  const rank = new Array<number>(order.length).fill(0)
  for (const [place, task] of order.entries()) rank[task] = place
  return rank
}

/** A random order in which tasks come after what they depend on; of those that could be next, the urgent are likelier. */
function sample({ predecessors, successors }: Linked, urgency: readonly number[], random: () => number): number[] {
  const waiting = predecessors.map((list) => list.length)
  const open = waiting.flatMap((count, task) => (count === 0 ? [task] : []))
  const order: number[] = []
  while (open.length > 0) {
    const lowest = open.reduce((low, task) => Math.min(low, urgency[task] ?? 0), Number.POSITIVE_INFINITY)
    const weights = open.map((task) => ((urgency[task] ?? 0) - lowest) / SECONDS_PER_HOUR + 1)
    let ticket = random() * weights.reduce((sum, weight) => sum + weight, 0)
    let drawn = 0
    while (drawn < open.length - 1 && ticket >= (weights[drawn] ?? 0)) ticket -= weights[drawn++] ?? 0
    const [task = 0] = open.splice(drawn, 1)
    order.push(task)
    for (const after of successors[task] ?? []) {
      waiting[after] = (waiting[after] ?? 0) - 1
      if (waiting[after] === 0) open.push(after)
    }
  }
  return order
}

/** A schedule's cost grows with the square of its tasks: from 120 of them on, the number of samples shrinks with it. */
function samples(effort: number, tasks: number): number {
  return Math.ceil(effort * Math.min(1, (120 / Math.max(1, tasks)) ** 2))
}

/** mulberry32: 32 bits of state, the same numbers for the same seed everywhere. */
function chance(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296
  }
}
