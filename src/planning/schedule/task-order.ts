import type { RoleCalendar } from '../calendar/availability.ts'
import type { Calendar } from '../calendar/working-calendar.ts'
import { type buildTaskGraph, SECONDS_PER_HOUR } from '../graph/graph.ts'
import { type PlanTask, rolesOf } from '../plan.ts'
import { type CalendarProblem, createCalendarScheduler, resultOf } from './calendar-scheme.ts'
import { findShortestSchedule } from './genetic-search.ts'
import type { Execution } from './placement.ts'
import { computeHeads, maxSchedulesFor, schedule } from './schedule.ts'

type OrderedTask = Pick<PlanTask, 'id' | 'depends_on' | 'role' | 'roles' | 'estimate_hours'> & {
  readonly hours: number
}

interface OrderOptions {
  readonly calendar: Calendar
  /** The moment from which the work is placed, and the end of the work with unlimited people. */
  readonly from: number
  readonly networkEnd: number
  /** As in `schedule`. */
  readonly seed?: number | undefined
  readonly effort?: number | undefined
}

/**
 * The order in which to place the tasks. Where all people work in the plan's own time and nothing waits on the clock, the
 * search counts in working hours, which also lets it improve schedules from their end; else it places on calendars.
 */
export function findOrder(
  open: readonly OrderedTask[],
  problem: CalendarProblem,
  graph: ReturnType<typeof buildTaskGraph>,
  { calendar, from: now, networkEnd, seed = 1, effort = 400 }: OrderOptions,
): { readonly order: readonly number[]; readonly boundHours: number } {
  const { time } = calendar
  const rank = new Map(graph.topologicalOrder.map((task, at) => [task, at]))
  const byStart = (starts: readonly number[]): readonly number[] =>
    graph.topologicalOrder.toSorted(
      (a, b) => (starts[a] ?? 0) - (starts[b] ?? 0) || (rank.get(a) ?? 0) - (rank.get(b) ?? 0),
    )
  if (isUniform(problem, calendar, now)) {
    const found = schedule(
      {
        tasks: open.map((task) => ({
          id: task.id,
          hours: task.hours,
          depends_on: task.depends_on,
          needs: needsOf(task),
        })),
        capacity: Object.fromEntries(problem.roles.map(({ role, count }) => [role, count])),
      },
      { seed, effort },
    )
    return {
      order: byStart(open.map(({ id }) => found.starts[id] ?? 0)),
      boundHours: found.lowerBound,
    }
  }
  const place = createCalendarScheduler(problem)
  const tails = computeHeads(
    { ...graph, predecessors: graph.successors, successors: graph.predecessors },
    graph.topologicalOrder.toReversed(),
  )
  const bound = Math.max(networkEnd, ...problem.roles.map((role, at) => workBound(problem, role, { at, now })))
  const best = findShortestSchedule(graph, {
    build: (order) => {
      const runs = place(order)
      const starts = runs.map(({ start }) => start)
      return { starts, order: byStart(starts), makespanSeconds: lastResult(problem, runs, now) }
    },
    tails,
    least: bound,
    effort: maxSchedulesFor(effort, open.length),
    seed,
  })
  return { order: best.order, boundHours: (time.workedUntil(bound) - time.workedUntil(now)) / SECONDS_PER_HOUR }
}

function isUniform({ tasks, roles }: CalendarProblem, { time }: Calendar, now: number): boolean {
  return (
    roles.every((role) => role.time === time) &&
    tasks.every(
      ({ work, earliest, leadSeconds, shift }) =>
        earliest <= now && leadSeconds === 0 && !shift && work.every(({ seconds }) => seconds === work[0]?.seconds),
    )
  )
}

function needsOf(task: Pick<PlanTask, 'role' | 'roles' | 'estimate_hours'>): Readonly<Record<string, number>> {
  const needs: Record<string, number> = {}
  for (const { role, count = 1 } of rolesOf(task)) needs[role] = (needs[role] ?? 0) + count
  return needs
}

/** The first moment at which the people of a role can have done all of their work. */
function workBound(
  { tasks }: CalendarProblem,
  { time, count }: RoleCalendar,
  { at, now }: { readonly at: number; readonly now: number },
): number {
  const seconds = tasks.reduce(
    (sum, { work }) => work.reduce((all, one) => all + (one.role === at ? one.seconds * one.count : 0), sum),
    0,
  )
  return seconds === 0 ? now : time.finishOf(time.workedUntil(now) + Math.ceil(seconds / Math.max(1, count)))
}

/** The last moment at which a task has its result, lead times included; `from` where none is later. */
export function lastResult({ tasks }: CalendarProblem, executions: readonly Execution[], from: number): number {
  return tasks.reduce((end: number, task, at) => {
    const run = executions[at]
    return run ? Math.max(end, resultOf(task, run)) : end
  }, from)
}
