import { type Calendar, type TaskProgress, type TeamMember, timetable, toLocal } from '../../planning/index.ts'
import type { DraftTask, KeptPlan, PlanDocument, PlanTask } from './document.ts'

export type Dated = Pick<
  KeptPlan,
  'tasks' | 'critical_path' | 'critical_path_hours' | 'makespan_hours' | 'lower_bound_hours'
>

/** Reports on tasks in local time, and the moment from which the rest is planned: local, and in working hours. */
export interface Standing {
  readonly progress: Readonly<Record<string, TaskProgress>>
  readonly now: string | undefined
  readonly from: number
}

const UNTOUCHED: Standing = { progress: {}, now: undefined, from: 0 }
const QUARTER_HOUR_MS = 15 * 60_000

/** The dates of all tasks, as `timetable` computes them. `effort` is that of `schedule`. @throws RangeError as it does. */
export function dated(
  drafts: readonly DraftTask[],
  {
    team,
    calendar,
    standing: { progress, now } = UNTOUCHED,
    effort,
  }: {
    readonly team: readonly TeamMember[]
    readonly calendar: Calendar
    readonly standing?: Standing
    readonly effort?: number
  },
): Dated {
  const { tasks, critical_path, ...hours } = timetable(drafts, { team, calendar, progress, now, effort })
  return {
    ...hours,
    tasks: tasks.map(({ status = 'open', ...task }): PlanTask => ({ ...task, status })),
    critical_path: [...critical_path],
  }
}

/** After the first report the open work is planned from the present time, rounded up to a quarter of an hour. */
export function standingOf(
  { progress, time_zone: zone = 'UTC' }: Pick<PlanDocument, 'progress' | 'time_zone'>,
  calendar: Calendar,
  now: number,
): Standing {
  if (Object.keys(progress).length === 0) return UNTOUCHED
  const local = toLocal(new Date(Math.ceil(now / QUARTER_HOUR_MS) * QUARTER_HOUR_MS).toISOString(), zone)
  return {
    progress: Object.fromEntries(
      Object.entries(progress).map(([id, { status, hours, at, since }]) => [
        id,
        {
          status,
          ...(hours !== undefined && { hours }),
          at: toLocal(at, zone),
          since: toLocal(since, zone),
        },
      ]),
    ),
    now: local,
    from: calendar.hoursUntil(local),
  }
}
