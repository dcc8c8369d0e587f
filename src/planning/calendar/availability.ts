import type { Availability, TeamMember } from '../plan.ts'
import { momentOf, parseLocal } from './local-time.ts'
import { type Calendar, dayWindow } from './working-calendar.ts'
import { createWorkingTime, DAY_SECONDS, type WorkingTime } from './working-time.ts'

/** When the people of a role work, and how many of them there are. */
export interface RoleCalendar {
  readonly role: string
  readonly count: number
  readonly time: WorkingTime
  /** The first moment of their first date, and the last moment of their last; infinite where there is none. */
  readonly from: number
  readonly until: number
  /** Hours of one of them on a day on which they work. */
  readonly hoursPerDay: number
}

/**
 * The calendar of each role of a team. Roles without availability share the plan's own working time, the same object.
 *
 * @throws RangeError for a role without a day or an hour of work, or a date that does not exist.
 */
export function roleCalendars(team: readonly TeamMember[], calendar: Calendar): ReadonlyMap<string, RoleCalendar> {
  return new Map(team.map((member) => [member.role, roleCalendar(member, calendar)]))
}

function roleCalendar({ role, count, availability }: TeamMember, calendar: Calendar): RoleCalendar {
  const limits = {
    from: availability?.from === undefined ? Number.NEGATIVE_INFINITY : momentOf(availability.from),
    until:
      availability?.until === undefined
        ? Number.POSITIVE_INFINITY
        : (parseLocal(availability.until).day + 1) * DAY_SECONDS,
  }
  if (!availability || !hasOwnWeek(availability)) {
    return { role, count, time: calendar.time, ...limits, hoursPerDay: calendar.hoursPerDay }
  }
  const { days = calendar.workingDays, hours_per_week: hours, dates_off = [] } = availability
  const weekdays = new Set(days)
  if (weekdays.size === 0 || [...weekdays].some((day) => !(Number.isInteger(day) && day >= 1 && day <= 7))) {
    throw new RangeError(`${role} works on the days ${JSON.stringify(days)}: name some, 1 for Monday to 7 for Sunday`)
  }
  const minutesPerDay = Math.floor(
    Math.min(calendar.hoursPerDay, (hours ?? Number.POSITIVE_INFINITY) / weekdays.size) * 60,
  )
  if (!(minutesPerDay >= 1)) throw new RangeError(`${role} works ${hours} hours a week: give more than 0`)
  const { opens } = dayWindow(calendar.hoursPerDay)
  const daysOff = [...calendar.holidays, ...dates_off].map((date) => parseLocal(date).day)
  const time = createWorkingTime({ opens, closes: opens + minutesPerDay * 60, weekdays, daysOff })
  return { role, count, time, ...limits, hoursPerDay: minutesPerDay / 60 }
}

function hasOwnWeek({ days, hours_per_week, dates_off }: Availability): boolean {
  return days !== undefined || hours_per_week !== undefined || (dates_off?.length ?? 0) > 0
}
