import { roundToHundredths } from '../../lib/round.ts'
import { type RoleCalendar, roleCalendars } from '../calendar/availability.ts'
import { formatMoment, momentOf } from '../calendar/local-time.ts'
import type { Calendar } from '../calendar/working-calendar.ts'
import type { WorkingTime } from '../calendar/working-time.ts'
import { buildTaskGraph, SECONDS_PER_HOUR } from '../graph/graph.ts'
import { lastFinish, type Plan, type PlanTask, rolesOf, type TeamMember } from '../plan.ts'
import { type CalendarProblem, createCalendarScheduler, resultOf } from './calendar-scheme.ts'
import { findShortestSchedule } from './genetic-search.ts'
import { forwardPass, networkTimes } from './network.ts'
import { type Execution, toCalendarTask } from './placement.ts'
import { openTasks, type TaskProgress } from './progress.ts'
import { computeHeads, maxSchedulesFor, schedule } from './schedule.ts'

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
export function buildTimetable<T extends TaskDraft>(drafts: readonly T[], options: TimetableOptions): Timetable<T> {
  const { team, calendar, progress = {} } = options
  const now = options.now === undefined ? calendar.startMoment : Math.max(calendar.startMoment, momentOf(options.now))
  const hoursAt = (moment: number): number =>
    (calendar.time.workedUntil(moment) - calendar.time.workedUntil(calendar.startMoment)) / SECONDS_PER_HOUR
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

  const position = new Map(open.map(({ id }, at) => [id, at]))
  const path = drivingPath(network.results, graph.predecessors)
  const dragOf = dragMeter(problem, graph.topologicalOrder, { now, end: network.end, critical: path.length, hoursAt })
  const tasks = drafts.map((task): T & PlanTask => {
    const at = position.get(task.id)
    const report = Object.hasOwn(progress, task.id) ? progress[task.id] : undefined
    const run = at === undefined ? undefined : executions[at]
    if (at === undefined || run === undefined) return { ...task, ...doneTask(task, report, { calendar, roles }) }
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
      ...task,
      ...reported(report),
      ...spanOf(run, task.shift ? undefined : timeOfTask(task, { calendar, roles })),
      ...(start !== undefined && { start }),
      ...((task.lead_days ?? 0) > 0 && { ready: formatMoment(run.finish + (problem.tasks[at]?.leadSeconds ?? 0)) }),
      slack_hours: slack,
      free_slack_hours: roundToHundredths(Math.max(0, hoursAt(next) - hoursAt(network.results[at] ?? now))),
      ...(isCritical && dragOf(at)),
      critical: isCritical,
    }
  })
  const last = problem.tasks.reduce((end, task, at) => {
    const run = executions[at]
    return run ? Math.max(end, resultOf(task, run)) : end
  }, 0)
  const lastDone = lastFinish(tasks)
  const doneHours = lastDone === undefined ? 0 : Math.max(0, hoursAt(momentOf(lastDone)))
  const makespan = open.length > 0 ? hoursAt(last) : doneHours
  return {
    tasks: tasks.toSorted((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0)),
    critical_path: path.map((at) => open[at]?.id ?? ''),
    critical_path_hours: roundToHundredths(hoursAt(network.end) - hoursAt(now)),
    makespan_hours: roundToHundredths(makespan),
    lower_bound_hours: roundToHundredths(open.length > 0 ? Math.min(makespan, hoursAt(now) + boundHours) : 0),
  }
}

/**
 * The order in which to place the tasks. Where all people work in the plan's own time and nothing waits on the clock, the
 * search counts in working hours, which also lets it improve schedules from their end; else it places on calendars.
 */
function findOrder(
  open: readonly (TaskDraft & { readonly hours: number })[],
  problem: CalendarProblem,
  graph: ReturnType<typeof buildTaskGraph>,
  {
    calendar,
    from: now,
    networkEnd,
    seed = 1,
    effort = 400,
  }: TimetableOptions & { readonly networkEnd: number; readonly from: number },
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
      order: byStart(open.map(({ id }) => found.startHours[id] ?? 0)),
      boundHours: found.lowerBoundHours,
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
      const end = problem.tasks.reduce((last: number, task, at) => {
        const run = runs[at]
        return run ? Math.max(last, resultOf(task, run)) : last
      }, now)
      return { starts, order: byStart(starts), makespanSeconds: end }
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

function needsOf(task: TaskDraft): Readonly<Record<string, number>> {
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

function dragMeter(
  problem: CalendarProblem,
  order: readonly number[],
  {
    now,
    end,
    critical,
    hoursAt,
  }: { readonly now: number; readonly end: number; readonly critical: number; hoursAt(moment: number): number },
): (at: number) => Pick<PlanTask, 'drag_hours'> {
  if (critical * order.length > MAX_DRAG_STEPS) return () => ({})
  return (at) => ({
    drag_hours: roundToHundredths(hoursAt(end) - hoursAt(forwardPass(problem, order, now, at).end)),
  })
}

/**
 * Dates to the minute. They are rounded in working time where there is one, so that seconds into a morning are still the
 * evening before; work of less than a minute has one moment, its finish.
 */
function spanOf(
  { start, finish }: Pick<Execution, 'start' | 'finish'>,
  time?: WorkingTime,
): Pick<PlanTask, 'start' | 'finish'> {
  if (time === undefined || start === finish) return { start: formatMoment(start), finish: formatMoment(finish) }
  const [from, to] = [start, finish].map((moment) => Math.round(time.workedUntil(moment) / 60) * 60)
  const end = formatMoment(time.finishOf(to ?? 0))
  return { start: from === to ? end : formatMoment(time.startOf(from ?? 0)), finish: end }
}

/** The working time of the role with the most hours in a task. */
function timeOfTask(
  task: TaskDraft,
  { calendar, roles }: { readonly calendar: Calendar; readonly roles: readonly RoleCalendar[] },
): WorkingTime {
  const [longest] = rolesOf(task).toSorted((a, b) => b.hours - a.hours)
  return roles.find(({ role }) => role === longest?.role)?.time ?? calendar.time
}

function reported(report: TaskProgress | undefined): Pick<PlanTask, 'status' | 'actual_hours'> {
  if (report === undefined) return {}
  return { status: report.status, ...(report.hours !== undefined && { actual_hours: report.hours }) }
}

/** A done task ended when that was reported, in working time; it began when it was started, or as long before as it took. */
function doneTask(
  task: TaskDraft,
  report: TaskProgress | undefined,
  { calendar, roles }: { readonly calendar: Calendar; readonly roles: readonly RoleCalendar[] },
): Pick<PlanTask, 'status' | 'actual_hours' | 'start' | 'finish' | 'slack_hours' | 'critical'> {
  const time = timeOfTask(task, { calendar, roles })
  const at = report?.at === undefined ? calendar.startMoment : momentOf(report.at)
  const worked = time.workedUntil(at)
  const since = report?.since === undefined ? worked : time.workedUntil(momentOf(report.since))
  const from = since < worked ? since : worked - (report?.hours ?? task.estimate_hours) * SECONDS_PER_HOUR
  const span = spanOf({ start: time.startOf(from), finish: time.finishOf(worked) }, time)
  return { ...reported(report), ...span, slack_hours: 0, critical: false }
}

/** The real start of a started task, but not after the moment from which the rest is planned. */
function formatReal(since: string, planned: number): string {
  return formatMoment(Math.min(momentOf(since), planned))
}
