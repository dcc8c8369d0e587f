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
  dayAt(index: number): string
}

export interface CalendarTerms {
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
const OPENS_AT = 9 * 60
const DATE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/

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
}: CalendarTerms): Calendar {
  if (!(hoursPerDay >= 0.5 && hoursPerDay <= 24)) throw new RangeError(`A day of ${hoursPerDay} hours: give 0.5 to 24`)
  const week = new Set(workingDays)
  if (week.size === 0 || [...week].some((day) => !(Number.isInteger(day) && day >= 1 && day <= 7))) {
    throw new RangeError(`Working days ${JSON.stringify(workingDays)}: name some, 1 for Monday to 7 for Sunday`)
  }
  const free = new Set(holidays.map((date) => readDate(date).day))
  const isWorkday = (day: number): boolean => week.has(weekday(day)) && !free.has(day)
  const length = Math.round(hoursPerDay * 60)
  const opens = Math.min(OPENS_AT, DAY_MINUTES - length)
  let first = readDate(startDate).day
  while (!isWorkday(first)) first += 1

  /** The working days of the plan, as far as anyone has asked, and the day up to which they are known. */
  const days = [first]
  let known = first
  const next = (): void => {
    known += 1
    if (isWorkday(known)) days.push(known)
  }
  const dayOf = (index: number): number => {
    while (days.length <= index) next()
    return days[index] ?? first
  }
  /** How many working days of the plan come before a day. */
  const daysBefore = (day: number): number => {
    while (known < day) next()
    let [low, high] = [0, days.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((days[middle] ?? 0) < day) low = middle + 1
      else high = middle
    }
    return low
  }
  const at = (index: number, minutes: number): string =>
    new Date(dayOf(index) * DAY_MS + (opens + minutes) * MINUTE_MS).toISOString().slice(0, 16)

  return {
    startDate: dateOf(first),
    hoursPerDay,
    startAt(hours) {
      const minutes = Math.round(hours * 60)
      return at(Math.floor(minutes / length), minutes % length)
    },
    finishAt(hours) {
      const minutes = Math.round(hours * 60)
      const index = Math.max(0, Math.ceil(minutes / length) - 1)
      return at(index, minutes - index * length)
    },
    hoursUntil(date) {
      const { day, minute = DAY_MINUTES } = readDate(date)
      if (day < first) return 0
      const today = isWorkday(day) ? Math.min(length, Math.max(0, minute - opens)) : 0
      return (daysBefore(day) * length + today) / 60
    },
    dayAt: (index) => dateOf(dayOf(index)),
  }
}

function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

/** Days since the epoch, and minutes into that day where a time is given. */
function readDate(text: string): { readonly day: number; readonly minute?: number } {
  const [, date = '', hours, minutes] = DATE.exec(text) ?? []
  const isReal = date !== '' && new Date(Date.parse(date)).toJSON()?.startsWith(date) === true
  if (!isReal) throw new RangeError(`"${text}" is not a date: write it as 2026-03-31`)
  const day = Date.parse(date) / DAY_MS
  return hours === undefined ? { day } : { day, minute: Number(hours) * 60 + Number(minutes) }
}

/** 1 Monday to 7 Sunday. Day 0, 1970-01-01, was a Thursday. */
function weekday(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1
}
