/**
 * Moments are whole seconds on the local clock since 1970-01-01T00:00, without a time zone. Worked time is counted in
 * seconds from an arbitrary origin that is the same for all functions of one calendar, and may be negative.
 */
export interface WorkingTime {
  /** Seconds worked before a moment. */
  workedUntil(moment: number): number
  /** The moment at which so much has been worked. At the end of a day `startOf` gives the next morning. */
  startOf(worked: number): number
  /** The same; `finishOf` gives the evening, because work that is finished does not wait for the next day. */
  finishOf(worked: number): number
  /** The working window of a day (days since 1970-01-01), or undefined where the day is not worked. */
  windowOf(day: number): { readonly from: number; readonly to: number } | undefined
  /** The first working day that is not before `day`. */
  nextWorkday(day: number): number
}

export interface WorkingWeek {
  /** Seconds into the day at which work begins and ends. */
  readonly opens: number
  readonly closes: number
  /** Days of the week that are worked, 1 Monday to 7 Sunday; at least one. */
  readonly weekdays: ReadonlySet<number>
  /** Days since 1970-01-01 that are not worked. */
  readonly daysOff: readonly number[]
}

export const DAY_SECONDS = 24 * 60 * 60

/** One window on each working day, the same every week. Every function takes constant time, however far the date is. */
export function createWorkingTime({ opens, closes, weekdays, daysOff }: WorkingWeek): WorkingTime {
  const length = closes - opens
  const perWeek = weekdays.size
  /** Working days of a week before each of its days, Monday first. */
  const before = [0, 1, 2, 3, 4, 5, 6].map((at) => [...weekdays].filter((weekday) => weekday <= at).length)
  const off = [...new Set(daysOff)].filter((day) => weekdays.has(weekdayOf(day))).sort((a, b) => a - b)
  const offSet = new Set(off)
  const isWorkday = (day: number): boolean => weekdays.has(weekdayOf(day)) && !offSet.has(day)
  const countWorkdaysBefore = (day: number): number => {
    const week = Math.floor((day + 3) / 7)
    return week * perWeek + (before[day + 3 - week * 7] ?? 0) - countBelow(off, day)
  }
  /** The working day before which there are so many others. */
  const workdayAt = (index: number): number => {
    let low = Math.floor((index / perWeek) * 7) - 14
    let high = low + 28 + Math.ceil((off.length / perWeek) * 7)
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (countWorkdaysBefore(middle + 1) > index) high = middle
      else low = middle + 1
    }
    return low
  }
  return {
    workedUntil(moment) {
      const day = Math.floor(moment / DAY_SECONDS)
      const today = isWorkday(day) ? Math.min(length, Math.max(0, moment - day * DAY_SECONDS - opens)) : 0
      return countWorkdaysBefore(day) * length + today
    },
    startOf(worked) {
      const index = Math.floor(worked / length)
      return workdayAt(index) * DAY_SECONDS + opens + worked - index * length
    },
    finishOf(worked) {
      const index = Math.ceil(worked / length) - 1
      return workdayAt(index) * DAY_SECONDS + opens + worked - index * length
    },
    windowOf(day) {
      return isWorkday(day) ? { from: day * DAY_SECONDS + opens, to: day * DAY_SECONDS + closes } : undefined
    },
    nextWorkday: (day) => (isWorkday(day) ? day : workdayAt(countWorkdaysBefore(day))),
  }
}

/** 1 Monday to 7 Sunday. Day 0, 1970-01-01, was a Thursday. */
function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1
}

function countBelow(sorted: readonly number[], limit: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) < limit) low = middle + 1
    else high = middle
  }
  return low
}
