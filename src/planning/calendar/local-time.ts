import { DAY_SECONDS } from './working-time.ts'

const DATE_TIME_PATTERN = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/
const FIRST_DAY = Date.parse('0001-01-01') / 1000 / DAY_SECONDS
const LAST_DAY = Date.parse('9999-12-31') / 1000 / DAY_SECONDS

/**
 * Days since 1970-01-01, and seconds into that day where a time is given. A zone or an offset is ignored.
 *
 * @throws RangeError for a date that does not exist or is not `YYYY-MM-DD`, with or without a time.
 */
export function parseLocal(text: string): { readonly day: number; readonly seconds: number | undefined } {
  const [, date = '', hours, minutes] = DATE_TIME_PATTERN.exec(text) ?? []
  const ms = Date.parse(date)
  // A day that its month does not have is read as one of the next month.
  const isReal = date !== '' && new Date(ms).getUTCDate() === Number(date.slice(8))
  if (!isReal) throw new RangeError(`"${text}" is not a date: write it as 2026-03-31`)
  return {
    day: ms / 1000 / DAY_SECONDS,
    seconds: hours === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60,
  }
}

/** The moment of a local date-time; a date without a time is its midnight. @throws RangeError as `parseLocal` does. */
export function momentOf(text: string): number {
  const { day, seconds = 0 } = parseLocal(text)
  return day * DAY_SECONDS + seconds
}

/** `YYYY-MM-DD` of a day. @throws RangeError outside the years 1 to 9999, because no date format goes further. */
export function formatDay(day: number): string {
  if (!(day >= FIRST_DAY && day <= LAST_DAY)) {
    throw new RangeError('The plan reaches beyond the year 9999: start it earlier, or give its tasks fewer hours')
  }
  return new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, 10)
}

/** `YYYY-MM-DDTHH:MM` of a moment, to the nearest minute. @throws RangeError as `formatDay` does. */
export function formatMoment(moment: number): string {
  const minutes = Math.round(moment / 60)
  const day = Math.floor(minutes / (24 * 60))
  const rest = minutes - day * 24 * 60
  return `${formatDay(day)}T${String(Math.floor(rest / 60)).padStart(2, '0')}:${String(rest % 60).padStart(2, '0')}`
}
