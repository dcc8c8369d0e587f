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
}

const MINUTE_MS = 60_000
const DAY_MINUTES = 24 * 60
const DAY_MS = DAY_MINUTES * MINUTE_MS
const OPENS_AT = 9 * 60
const DATE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/

/**
 * A calendar of whole working days, Monday to Friday, `hoursPerDay` (8; at most 24) without a break from 09:00, or from
 * as much earlier as the day needs. The plan starts on `startDate` or the next working day after it. Minutes are the
 * smallest unit; a zone or an offset in a date is passed over.
 *
 * @throws RangeError for a date that is not `YYYY-MM-DD` (with or without a time) or hours outside 0.5 to 24.
 */
export function workingCalendar({
  startDate,
  hoursPerDay = 8,
}: {
  readonly startDate: string
  readonly hoursPerDay?: number
}): Calendar {
  if (!(hoursPerDay >= 0.5 && hoursPerDay <= 24)) throw new RangeError(`A day of ${hoursPerDay} hours: give 0.5 to 24`)
  const length = Math.round(hoursPerDay * 60)
  const opens = Math.min(OPENS_AT, DAY_MINUTES - length)
  let first = readDate(startDate).day
  while (!isWorkday(first)) first += 1

  /** The calendar day of the n-th working day of the plan. */
  const dayOf = (index: number): number => {
    let day = first + Math.floor(index / 5) * 7
    for (let left = index % 5; left > 0; left -= 1) {
      day += 1
      while (!isWorkday(day)) day += 1
    }
    return day
  }
  const at = (index: number, minutes: number): string =>
    new Date(dayOf(index) * DAY_MS + (opens + minutes) * MINUTE_MS).toISOString().slice(0, 16)

  return {
    startDate: new Date(first * DAY_MS).toISOString().slice(0, 10),
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
      const weeks = Math.floor((day - first) / 7)
      let days = weeks * 5
      for (let before = first + weeks * 7; before < day; before += 1) days += isWorkday(before) ? 1 : 0
      const today = isWorkday(day) ? Math.min(length, Math.max(0, minute - opens)) : 0
      return (days * length + today) / 60
    },
  }
}

/** Days since the epoch, and minutes into that day where a time is given. */
function readDate(text: string): { readonly day: number; readonly minute?: number } {
  const [, date = '', hours, minutes] = DATE.exec(text) ?? []
  const isReal = date !== '' && new Date(Date.parse(date)).toJSON()?.startsWith(date) === true
  if (!isReal) throw new RangeError(`"${text}" is not a date: write it as 2026-03-31`)
  const day = Date.parse(date) / DAY_MS
  return hours === undefined ? { day } : { day, minute: Number(hours) * 60 + Number(minutes) }
}

/** Day 0, 1970-01-01, was a Thursday. */
function isWorkday(day: number): boolean {
  return (day + 3) % 7 < 5
}
