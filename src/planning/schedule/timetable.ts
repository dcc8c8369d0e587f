import { roundToHundredths } from '../../lib/round.ts'
import { roleCalendars } from '../calendar/availability.ts'
import { formatMoment, momentOf } from '../calendar/local-time.ts'
import type { Calendar } from '../calendar/working-calendar.ts'
import { buildTaskGraph, SECONDS_PER_HOUR } from '../graph/graph.ts'
import { lastFinish, type Plan, type PlanTask, type TeamMember } from '../plan.ts'
import { type CalendarProblem, createCalendarScheduler } from './calendar-scheme.ts'
import { forwardPass, networkTimes } from './network.ts'
import { type Execution, toCalendarTask } from './placement.ts'
import { openTasks, type TaskProgress } from './progress.ts'
import { doneTask, formatReal, reported, spanOf, timeOfTask } from './task-dates.ts'
import { findOrder, lastResult } from './task-order.ts'

/** A task before anything is computed. */
export type TaskDraft = Omit<
  PlanTask,
  'start' | 'finish' | 'ready' | 'slack_hours' | 'free_slack_hours' | 'drag_hours' | 'critical'
>

export interface Timetable<T extends TaskDraft = TaskDraft>
  extends Pick<Plan, 'critical_path' | 'critical_path_hours' | 'makespan_hours' | 'lower_bound_hours'> {
  readonly tasks: readonly (T & PlanTask)[]
}

export interface TimetableOptions {
  readonly team: readonly TeamMember[]
  readonly calendar: Calendar
  /** The latest report on each task, by id. */
  readonly progress?: Readonly<Record<string, TaskProgress>> | undefined
  /** The local moment from which open work is planned; the start of the plan unless given. */
  readonly now?: string | undefined
  readonly seed?: number | undefined
  /** As in `schedule`. */
  readonly effort?: number | undefined
}

/** Forward passes to spend on the drag of critical tasks; without it where there are too many of them. */
const MAX_DRAG_STEPS = 200_000

/**
 * The dates of a plan: when each task runs with this team, its availability and this calendar, which tasks are critical
 * and how much slack the others have. Done tasks keep their real dates, started ones go on at once with the hours that
 * are left of them, and everything else is scheduled from `now` on; critical path, slack and bound are those of the work
 * that is left. Tasks come back in order of their start. The same input and seed give the same dates.
 *
 * @throws RangeError as `criticalPath` and `schedule` do, for people who never work at the same time, and for dates after
 * the year 9999: fix the graph and name every role in the team first.
 */
export function timetable<T extends TaskDraft>(drafts: readonly T[], options: TimetableOptions): Timetable<T> {
  const { calendar, progress = {} } = options
  const work = planOpenWork(drafts, options)
  const { open, graph, network, now, hoursAt } = work
  const position = new Map(open.map(({ id }, at) => [id, at]))
  const path = drivingPath(network.results, graph.predecessors)
  const dragOf = dragMeter(work, path.length)
  const tasks = drafts.map((task): T & PlanTask => {
    const at = position.get(task.id)
    const report = Object.hasOwn(progress, task.id) ? progress[task.id] : undefined
    return at === undefined
      ? { ...task, ...doneTask(task, report, { calendar, roles: work.problem.roles }) }
      : { ...task, ...openTask(task, report, { ...work, at, dragOf }) }
  })
  const makespan = makespanOf(tasks, work)
  return {
    tasks: tasks.toSorted((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0)),
    critical_path: path.map((at) => open[at]?.id ?? ''),
    critical_path_hours: roundToHundredths(hoursAt(network.end) - hoursAt(now)),
    makespan_hours: roundToHundredths(makespan),
    lower_bound_hours: roundToHundredths(open.length > 0 ? Math.min(makespan, hoursAt(now) + work.boundHours) : 0),
  }
}

/** The work that is left: all lists by position in `open`, moments in seconds of local time. */
interface OpenWork {
  readonly calendar: Calendar
  readonly open: ReturnType<typeof openTasks<TaskDraft>>
  readonly graph: ReturnType<typeof buildTaskGraph>
  readonly problem: CalendarProblem
  readonly network: ReturnType<typeof networkTimes>
  readonly executions: readonly Execution[]
  readonly boundHours: number
  /** From which it is planned. */
  readonly now: number
  /** Working hours of the plan's calendar from its start to a moment. */
  hoursAt(moment: number): number
}

/** Places the open tasks on the calendars of their people, started ones first. */
function planOpenWork(drafts: readonly TaskDraft[], options: TimetableOptions): OpenWork {
  const { team, calendar, progress = {} } = options
  const { time, startMoment } = calendar
  const now = options.now === undefined ? startMoment : Math.max(startMoment, momentOf(options.now))
  const open = openTasks(drafts, progress)
  const graph = buildTaskGraph(open)
  const roles = [...roleCalendars(team, calendar).values()]
  const problem: CalendarProblem = {
    roles,
    predecessors: graph.predecessors,
    tasks: open.map((task) => toCalendarTask(task, roles, { leftHours: task.hours, now })),
  }
  const network = networkTimes(problem, graph, now)
  const { order, boundHours } = findOrder(open, problem, graph, { ...options, networkEnd: network.end, from: now })
  const started = order.filter((at) => open[at]?.isStarted)
  const executions = createCalendarScheduler(problem)([...started, ...order.filter((at) => !open[at]?.isStarted)])
  const hoursAt = (moment: number): number =>
    (time.workedUntil(moment) - time.workedUntil(startMoment)) / SECONDS_PER_HOUR
  return { calendar, open, graph, problem, network, executions, boundHours, now, hoursAt }
}

/** The dates and the slack of the open task at a position. */
function openTask(
  task: TaskDraft,
  report: TaskProgress | undefined,
  {
    at,
    dragOf,
    ...work
  }: OpenWork & { readonly at: number; readonly dragOf: (at: number) => Pick<PlanTask, 'drag_hours'> },
): Omit<PlanTask, keyof TaskDraft> & Pick<PlanTask, 'status' | 'actual_hours'> {
  const { calendar, problem, graph, network, now, hoursAt } = work
  const run = work.executions[at] ?? { start: now, finish: now }
  const [early, late] = [network.executions[at]?.start ?? now, network.latestStarts[at] ?? now]
  const slack = roundToHundredths(hoursAt(late) - hoursAt(early))
  const next = (graph.successors[at] ?? []).reduce(
    (first, one) => Math.min(first, network.executions[one]?.start ?? network.end),
    network.end,
  )
  const isCritical = slack <= 0
  const start =
    report?.status === 'started' && report.since !== undefined ? formatReal(report.since, run.start) : undefined
  return {
    ...reported(report),
    ...spanOf(run, task.shift ? undefined : timeOfTask(task, { calendar, roles: problem.roles })),
    ...(start !== undefined && { start }),
    ...((task.lead_days ?? 0) > 0 && { ready: formatMoment(run.finish + (problem.tasks[at]?.leadSeconds ?? 0)) }),
    slack_hours: slack,
    free_slack_hours: roundToHundredths(Math.max(0, hoursAt(next) - hoursAt(network.results[at] ?? now))),
    ...(isCritical && dragOf(at)),
    critical: isCritical,
  }
}

/** Working hours from the start of the plan to the last result; where everything is done, to its last finish. */
function makespanOf(tasks: readonly PlanTask[], { problem, executions, hoursAt }: OpenWork): number {
  if (problem.tasks.length > 0) return hoursAt(lastResult(problem, executions, 0))
  const last = lastFinish(tasks)
  return last === undefined ? 0 : Math.max(0, hoursAt(momentOf(last)))
}

/** From the task with the last result back along the predecessor with the last result each, in order. */
function drivingPath(results: readonly number[], predecessors: readonly (readonly number[])[]): readonly number[] {
  const latest = (tasks: readonly number[]): number | undefined =>
    tasks.length === 0
      ? undefined
      : tasks.reduce((best, one) => ((results[one] ?? 0) > (results[best] ?? 0) ? one : best))
  const path: number[] = []
  for (let at = latest([...results.keys()]); at !== undefined; at = latest(predecessors[at] ?? [])) path.push(at)
  return path.reverse()
}

/** The drag of critical tasks, of which there are `critical`; nothing where computing it would take too long. */
function dragMeter(
  { problem, graph, network, now, hoursAt }: OpenWork,
  critical: number,
): (at: number) => Pick<PlanTask, 'drag_hours'> {
  const order = graph.topologicalOrder
  if (critical * order.length > MAX_DRAG_STEPS) return () => ({})
  return (at) => ({
    drag_hours: roundToHundredths(hoursAt(network.end) - hoursAt(forwardPass(problem, order, now, at).end)),
  })
}
