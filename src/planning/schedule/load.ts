import { roundToHundredths } from '../../lib/round.ts'
import { roleCalendars } from '../calendar/availability.ts'
import { formatDay, momentOf } from '../calendar/local-time.ts'
import { calendarOf } from '../calendar/working-calendar.ts'
import { DAY_SECONDS, type WorkingTime } from '../calendar/working-time.ts'
import { type Plan, rolesOf } from '../plan.ts'
import { executeTask, timeOf, toCalendarTask, type WorkPiece } from './placement.ts'

/** The work of a role in a week and the time that its people have for it, in hours of all of them together. */
export interface WeekLoad {
  readonly role: string
  /** The Monday of the week. */
  readonly week: string
  readonly hours: number
  readonly available: number
}

type LoadPlan = Pick<Plan, 'tasks' | 'team' | 'start_date' | 'hours_per_day' | 'working_days' | 'holidays'>

/**
 * The load of each role by week, from the dates of the plan: the hours of each task in the weeks in which its people
 * work on it. A role has an entry for each week in which it works. Done tasks are left out.
 */
export function weeklyLoad(plan: LoadPlan): readonly WeekLoad[] {
  const calendar = calendarOf(plan)
  const byRole = roleCalendars(plan.team, calendar)
  const roles = [...byRole.values()]
  const hoursByWeek = new Map<string, Map<number, number>>()
  const add = (role: string, week: number, hours: number): void => {
    const weeks = hoursByWeek.get(role) ?? new Map<number, number>()
    hoursByWeek.set(role, weeks.set(week, (weeks.get(week) ?? 0) + hours))
  }
  for (const task of plan.tasks) {
    if (task.status === 'done') continue
    if (task.shift) {
      const week = mondayOfDay(Math.floor(momentOf(task.start) / DAY_SECONDS))
      for (const { role, hours, count = 1 } of rolesOf(task)) add(role, week, hours * count)
      continue
    }
    // Hours and roles that other checks report are left out here.
    const work = rolesOf(task).filter(
      ({ role, hours, count = 1 }) => count <= (byRole.get(role)?.count ?? 0) && Number.isFinite(hours),
    )
    const run = executeTask(
      toCalendarTask({ ...task, roles: work }, roles, {
        leftHours: task.estimate_hours,
        now: Number.NEGATIVE_INFINITY,
      }),
      roles,
      momentOf(task.start),
    )
    for (const piece of run.pieces) {
      for (const [week, hours] of splitByWeek(piece, timeOf(roles, piece.role)))
        add(roles[piece.role]?.role ?? '', week, hours * piece.count)
    }
  }
  return [...hoursByWeek].flatMap(([role, weeks]) => {
    const {
      time = calendar.time,
      count = 1,
      from = Number.NEGATIVE_INFINITY,
      until = Number.POSITIVE_INFINITY,
    } = byRole.get(role) ?? {}
    return [...weeks]
      .toSorted(([a], [b]) => a - b)
      .map(([week, hours]): WeekLoad => {
        const start = Math.max(week * DAY_SECONDS, from)
        const end = Math.min((week + 7) * DAY_SECONDS, until)
        const available = end > start ? ((time.workedUntil(end) - time.workedUntil(start)) / 3600) * count : 0
        return { role, week: formatDay(week), hours: roundToHundredths(hours), available: roundToHundredths(available) }
      })
  })
}

/** The weeks in which a role has more work than time. A shift may be longer than a working day, so weeks with one are left out. */
export function findOverloads(plan: LoadPlan): readonly WeekLoad[] {
  const hasShift = new Set(
    plan.tasks.filter(({ shift }) => shift).flatMap((task) => rolesOf(task).map(({ role }) => role)),
  )
  return weeklyLoad({ ...plan, tasks: plan.tasks.filter(({ status }) => status !== 'started') }).filter(
    ({ role, hours, available }) => !hasShift.has(role) && hours > available + 0.02,
  )
}

/** The hours of a piece of work in each week, by the Monday's day number. */
function splitByWeek({ from, to }: WorkPiece, time: WorkingTime): readonly (readonly [week: number, hours: number])[] {
  const parts: (readonly [number, number])[] = []
  for (let worked = from; worked < to; ) {
    const week = mondayOfDay(Math.floor(time.startOf(worked) / DAY_SECONDS))
    const end = Math.min(to, time.workedUntil((week + 7) * DAY_SECONDS))
    parts.push([week, (end - worked) / 3600])
    worked = end
  }
  return parts
}

function mondayOfDay(day: number): number {
  return day - ((((day + 3) % 7) + 7) % 7)
}
