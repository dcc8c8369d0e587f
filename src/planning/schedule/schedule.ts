import { buildTaskGraph, type GraphTask, SECONDS_PER_HOUR, type TaskGraph } from '../graph/graph.ts'
import { createScheduleBuilder, findShortestSchedule } from './genetic-search.ts'
import { makespanLowerBound } from './lower-bound.ts'
import type { SchedulingProblem } from './serial-scheme.ts'

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
 * Schedules tasks so that each starts after its dependencies and no role is needed more often than it exists: the
 * shortest of `effort` schedules (400 by default; fewer where there are more than 120 tasks), made serially in random and
 * then crossed orders, each improved by a backward and a forward pass. It stops early at the lower bound. The same input
 * and seed give the same schedule.
 *
 * @throws RangeError as `criticalPath` does, and for a need above the capacity of its role.
 */
export function schedule(
  project: { readonly tasks: readonly ScheduleTask[]; readonly capacity: Readonly<Record<string, number>> },
  { seed = 1, effort = 400 }: { readonly seed?: number; readonly effort?: number } = {},
): Schedule {
  const problem = toSchedulingProblem(project)
  const tails = computeHeads(
    { ...problem, predecessors: problem.successors, successors: problem.predecessors },
    [...problem.topologicalOrder].reverse(),
  )
  const lowerBoundSeconds = makespanLowerBound(problem, computeHeads(problem, problem.topologicalOrder), tails)
  const best = findShortestSchedule(problem, {
    build: createScheduleBuilder(problem, lowerBoundSeconds),
    tails,
    least: lowerBoundSeconds,
    effort: maxSchedulesFor(effort, problem.seconds.length),
    seed,
  })
  return {
    starts: Object.fromEntries(project.tasks.map(({ id }, task) => [id, (best.starts[task] ?? 0) / SECONDS_PER_HOUR])),
    makespan: best.makespanSeconds / SECONDS_PER_HOUR,
    lowerBound: lowerBoundSeconds / SECONDS_PER_HOUR,
    optimal: best.makespanSeconds === lowerBoundSeconds,
  }
}

/** Tasks, needs and capacity by position. */
export function toSchedulingProblem(project: Parameters<typeof schedule>[0]): SchedulingProblem {
  const roles = Object.keys(project.capacity)
  const at = new Map(roles.map((role, position) => [role, position]))
  const needs = project.tasks.map(({ id, needs: wanted = {} }) =>
    Object.entries(wanted)
      .filter(([, amount]) => amount > 0)
      .map(([role, amount]) => {
        const position = at.get(role) ?? -1
        const there = position < 0 ? 0 : (project.capacity[role] ?? 0)
        if (!(amount <= there)) throw new RangeError(`${id} needs ${amount} of "${role}", and capacity has ${there}`)
        return [position, amount] as const
      }),
  )
  return { ...buildTaskGraph(project.tasks), needs, capacity: roles.map((role) => project.capacity[role] ?? 0) }
}

/** The least time from the start to the beginning of each task (given a reversed problem: from its end to the end). */
export function computeHeads({ seconds, predecessors }: TaskGraph, order: readonly number[]): readonly number[] {
  const head = new Array<number>(seconds.length).fill(0)
  for (const task of order) {
    for (const before of predecessors[task] ?? []) {
      head[task] = Math.max(head[task] ?? 0, (head[before] ?? 0) + (seconds[before] ?? 0))
    }
  }
  return head
}

/** The number of schedules to try: the cost of one grows with the square of its tasks, so it shrinks from 120 tasks on. */
export function maxSchedulesFor(effort: number, tasks: number): number {
  return Math.ceil(effort * Math.min(1, (120 / Math.max(1, tasks)) ** 2))
}
