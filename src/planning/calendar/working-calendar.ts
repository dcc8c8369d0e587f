/** Turns working hours into dates and back. Dates are local: no zone, as people in one office write them. */
export interface Calendar {
  readonly startDate: string
  readonly hoursPerDay: number
  /** `YYYY-MM-DDTHH:MM` of a start so many working hours into the plan: the end of a day is the next morning. */
  startAt(hours: number): string
  /** `YYYY-MM-DDTHH:MM` of a finish so many working hours into the plan: a morning is the end of the day before. */
  finishAt(hours: number): string
  /** Working hours from the start of the plan to a date (to the end of that day) or date-time; 0 before the start. */
  hoursUntil(date: string): number
  /** `YYYY-MM-DD` of a working day of the plan, counted from 0. */
  workingDayAt(index: number): string
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

const MINUTE_MS = 60_000
const DAY_MINUTES = 24 * 60
const DAY_MS = DAY_MINUTES * MINUTE_MS
const USUAL_DAY_START_MINUTES = 9 * 60
const DATE_PATTERN = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/

/**
 * A calendar of whole working days of `hoursPerDay` without a break from 09:00, or from as much earlier as the day needs.
 * The plan starts on `startDate` or the next working day after it. Minutes are the smallest unit; a zone or an offset in
 * a date is passed over. Hours are those on the clock: a day on which clocks change is as long as the others.
 *
 * @throws RangeError for a date that is not `YYYY-MM-DD` (with or without a time), hours outside 0.5 to 24, or a week
 * without a working day.
 */
export function workingCalendar({
  startDate,
  hoursPerDay = 8,
  workingDays = [1, 2, 3, 4, 5],
  holidays = [],
}: CalendarOptions): Calendar {
  if (!(hoursPerDay >= 0.5 && hoursPerDay <= 24)) throw new RangeError(`A day of ${hoursPerDay} hours: give 0.5 to 24`)
  const workingWeekdays = new Set(workingDays)
  if (
    workingWeekdays.size === 0 ||
    [...workingWeekdays].some((day) => !(Number.isInteger(day) && day >= 1 && day <= 7))
  ) {
    throw new RangeError(`Working days ${JSON.stringify(workingDays)}: name some, 1 for Monday to 7 for Sunday`)
  }
  const holidayDays = new Set(holidays.map((date) => parseDate(date).day))
  const isWorkday = (day: number): boolean => workingWeekdays.has(weekdayOf(day)) && !holidayDays.has(day)
  const minutesPerDay = Math.round(hoursPerDay * 60)
  const dayStartMinutes = Math.min(USUAL_DAY_START_MINUTES, DAY_MINUTES - minutesPerDay)
  let firstDay = parseDate(startDate).day
  while (!isWorkday(firstDay)) firstDay += 1

  /** The working days of the plan, as far as anyone has asked, and the day up to which they are known. */
  const workdays = [firstDay]
  let lastKnownDay = firstDay
  const extendByOneDay = (): void => {
    lastKnownDay += 1
    if (isWorkday(lastKnownDay)) workdays.push(lastKnownDay)
  }
  const workdayAt = (index: number): number => {
    while (workdays.length <= index) extendByOneDay()
    return workdays[index] ?? firstDay
  }
  /** How many working days of the plan come before a day. */
  const countWorkdaysBefore = (day: number): number => {
    while (lastKnownDay < day) extendByOneDay()
    let [low, high] = [0, workdays.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((workdays[middle] ?? 0) < day) low = middle + 1
      else high = middle
    }
    return low
  }
  const formatDateTimeAt = (index: number, minutes: number): string =>
    new Date(workdayAt(index) * DAY_MS + (dayStartMinutes + minutes) * MINUTE_MS).toISOString().slice(0, 16)

  return {
    startDate: formatDate(firstDay),
    hoursPerDay,
    startAt(hours) {
      const minutes = Math.round(hours * 60)
      return formatDateTimeAt(Math.floor(minutes / minutesPerDay), minutes % minutesPerDay)
    },
    finishAt(hours) {
      const minutes = Math.round(hours * 60)
      const index = Math.max(0, Math.ceil(minutes / minutesPerDay) - 1)
      return formatDateTimeAt(index, minutes - index * minutesPerDay)
    },
    hoursUntil(date) {
      const { day, minute = DAY_MINUTES } = parseDate(date)
      if (day < firstDay) return 0
      const minutesToday = isWorkday(day) ? Math.min(minutesPerDay, Math.max(0, minute - dayStartMinutes)) : 0
      return (countWorkdaysBefore(day) * minutesPerDay + minutesToday) / 60
    },
    workingDayAt: (index) => formatDate(workdayAt(index)),
  }
}

function formatDate(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

/** Days since the epoch, and minutes into that day where a time is given. */
function parseDate(text: string): { readonly day: number; readonly minute?: number } {
  const [, date = '', hours, minutes] = DATE_PATTERN.exec(text) ?? []
  const isReal = date !== '' && new Date(Date.parse(date)).toJSON()?.startsWith(date) === true
  if (!isReal) throw new RangeError(`"${text}" is not a date: write it as 2026-03-31`)
  const day = Date.parse(date) / DAY_MS
  return hours === undefined ? { day } : { day, minute: Number(hours) * 60 + Number(minutes) }
}

/** 1 Monday to 7 Sunday. Day 0, 1970-01-01, was a Thursday. */
function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1
}
