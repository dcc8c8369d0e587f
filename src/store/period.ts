import type { Budget } from '../contract/ledger.ts'

/** A stretch of time, UTC, ms since the epoch. The period of a `total` budget begins at 0 and has no end. */
export interface CalendarPeriod {
  readonly begins: number
  readonly ends: number | undefined
}

/** The day, the month, or all of time around a moment. */
export function calendarPeriodAt(per: Budget['per'], at: number): CalendarPeriod {
  if (per === 'total') return { begins: 0, ends: undefined }
  if (per === 'day') {
    const begins = Math.floor(at / DAY_MS) * DAY_MS
    return { begins, ends: begins + DAY_MS }
  }
  const date = new Date(at)
  const monthFrom = (months: number): number => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1)
  return { begins: monthFrom(0), ends: monthFrom(1) }
}

const DAY_MS = 86_400_000
