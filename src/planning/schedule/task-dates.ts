import type { RoleCalendar } from '../calendar/availability.ts'
import { formatMoment, momentOf } from '../calendar/local-time.ts'
import type { Calendar } from '../calendar/working-calendar.ts'
import type { WorkingTime } from '../calendar/working-time.ts'
import { SECONDS_PER_HOUR } from '../graph/graph.ts'
import { type PlanTask, rolesOf } from '../plan.ts'
import type { Execution } from './placement.ts'
import type { TaskProgress } from './progress.ts'

type WorkedTask = Pick<PlanTask, 'role' | 'roles' | 'estimate_hours'>

/**
 * Dates to the minute. They are rounded in working time where there is one, so that seconds into a morning are still the
 * evening before; work of less than a minute has one moment, its finish.
 */
export function spanOf(
  { start, finish }: Pick<Execution, 'start' | 'finish'>,
  time?: WorkingTime,
): Pick<PlanTask, 'start' | 'finish'> {
  if (time === undefined || start === finish) return { start: formatMoment(start), finish: formatMoment(finish) }
  const [from, to] = [start, finish].map((moment) => Math.round(time.workedUntil(moment) / 60) * 60)
  const end = formatMoment(time.finishOf(to ?? 0))
  return { start: from === to ? end : formatMoment(time.startOf(from ?? 0)), finish: end }
}

/** The working time of the role with the most hours in a task. */
export function timeOfTask(
  task: WorkedTask,
  { calendar, roles }: { readonly calendar: Calendar; readonly roles: readonly RoleCalendar[] },
): WorkingTime {
  const [longest] = rolesOf(task).toSorted((a, b) => b.hours - a.hours)
  return roles.find(({ role }) => role === longest?.role)?.time ?? calendar.time
}

export function reported(report: TaskProgress | undefined): Pick<PlanTask, 'status' | 'actual_hours'> {
  if (report === undefined) return {}
  return { status: report.status, ...(report.hours !== undefined && { actual_hours: report.hours }) }
}

/** A done task ended when that was reported, in working time; it began when it was started, or as long before as it took. */
export function doneTask(
  task: WorkedTask,
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
export function formatReal(since: string, planned: number): string {
  return formatMoment(Math.min(momentOf(since), planned))
}
