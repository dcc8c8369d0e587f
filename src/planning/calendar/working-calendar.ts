import type { Plan } from '../plan.ts'
import { formatDay, formatMoment, parseLocal } from './local-time.ts'
import { createWorkingTime, DAY_SECONDS, type WorkingTime } from './working-time.ts'

/** Turns working hours into dates and back. Dates are local, without a time zone. */
export interface Calendar {
  readonly startDate: string
  readonly hoursPerDay: number
  /** `YYYY-MM-DDTHH:MM` of a start so many working hours into the plan: the end of a day is the next morning. */
  startAt(hours: number): string
  /** `YYYY-MM-DDTHH:MM` of a finish so many working hours into the plan: a morning is the end of the day before. */
  finishAt(hours: number): string
  /** Start and finish of work: `length` hours from `hours` on. Work of less than a minute has one moment, its finish. */
  spanAt(hours: number, length: number): { readonly start: string; readonly finish: string }
  /** Working hours from the start of the plan to a date (to the end of that day) or date-time; 0 before the start. */
  hoursUntil(date: string): number
  /** `YYYY-MM-DD` of a working day of the plan, counted from 0. */
  workingDayAt(index: number): string
  /** Days of the week that are worked, 1 Monday to 7 Sunday, and dates that are not. */
  readonly workingDays: readonly number[]
  readonly holidays: readonly string[]
  /** The moment at which the plan starts, and its working time, for arithmetic in seconds. */
  readonly startMoment: number
  readonly time: WorkingTime
}

export interface CalendarOptions {
  readonly startDate: string
  /** 8 unless given; 0.5 to 24. */
  readonly hoursPerDay?: number | undefined
  /** Days of the week that are worked, 1 Monday to 7 Sunday; Monday to Friday unless given. */
  readonly workingDays?: readonly number[] | undefined
  /** Dates that are not worked. */
  readonly holidays?: readonly string[] | undefined
}

const DAY_MINUTES = 24 * 60
const USUAL_DAY_START_MINUTES = 9 * 60
export const WEEKDAYS = [1, 2, 3, 4, 5] as const

/**
 * A calendar of whole working days of `hoursPerDay` without a break from 09:00, or from as much earlier as the day needs.
 * The plan starts on `startDate` or the next working day after it. Dates are to the minute. Hours are those on the clock:
 * a day on which clocks change is as long as the others.
 *
 * @throws RangeError for a date that is not `YYYY-MM-DD` (with or without a time), hours outside 0.5 to 24, a week without
 * a working day, and from `startAt`, `finishAt`, `spanAt` and `workingDayAt` for a date after the year 9999.
 */
export function workingCalendar({
  startDate,
  hoursPerDay = 8,
  workingDays = WEEKDAYS,
  holidays = [],
}: CalendarOptions): Calendar {
  if (!(hoursPerDay >= 0.5 && hoursPerDay <= 24)) throw new RangeError(`A day of ${hoursPerDay} hours: give 0.5 to 24`)
  const weekdays = new Set(workingDays)
  if (weekdays.size === 0 || [...weekdays].some((day) => !(Number.isInteger(day) && day >= 1 && day <= 7))) {
    throw new RangeError(`Working days ${JSON.stringify(workingDays)}: name some, 1 for Monday to 7 for Sunday`)
  }
  const { opens, closes } = dayWindow(hoursPerDay)
  const daysOff = holidays.map((date) => parseLocal(date).day)
  const time = createWorkingTime({ opens, closes, weekdays, daysOff })
  const firstDay = time.nextWorkday(parseLocal(startDate).day)
  const startMoment = firstDay * DAY_SECONDS + opens
  const origin = time.workedUntil(startMoment)
  const workedAt = (hours: number): number => origin + Math.round(hours * 60) * 60
  const startAt = (hours: number): string => formatMoment(time.startOf(workedAt(hours)))
  const finishAt = (hours: number): string =>
    formatMoment(hours < 1 / 120 ? startMoment : time.finishOf(workedAt(hours)))
  return {
    startDate: formatDay(firstDay),
    hoursPerDay,
    startAt,
    finishAt,
    spanAt(hours, length) {
      const finish = finishAt(hours + length)
      return { start: workedAt(hours + length) > workedAt(hours) ? startAt(hours) : finish, finish }
    },
    hoursUntil(date) {
      const { day, seconds = DAY_SECONDS } = parseLocal(date)
      return Math.max(0, time.workedUntil(day * DAY_SECONDS + seconds) - origin) / 3600
    },
    workingDayAt: (index) => formatDay(Math.floor(time.startOf(origin + index * (closes - opens)) / DAY_SECONDS)),
    workingDays,
    holidays,
    startMoment,
    time,
  }
}

/** The calendar of a plan. @throws RangeError as `workingCalendar` does. */
export function calendarOf(plan: Pick<Plan, 'start_date' | 'hours_per_day' | 'working_days' | 'holidays'>): Calendar {
  return workingCalendar({
    startDate: plan.start_date,
    hoursPerDay: plan.hours_per_day,
    workingDays: plan.working_days,
    holidays: plan.holidays,
  })
}

/** Seconds into the day at which a working day of so many hours opens and closes: from 09:00, or as much earlier as it needs. */
export function dayWindow(hoursPerDay: number): { readonly opens: number; readonly closes: number } {
  const minutes = Math.round(hoursPerDay * 60)
  const opens = Math.min(USUAL_DAY_START_MINUTES, DAY_MINUTES - minutes) * 60
  return { opens, closes: opens + minutes * 60 }
}
