import { roundToHundredths } from '../../lib/round.ts'
/** Local times on a line from the morning of the first day to the night of the last, in percent. */
export interface TimeAxis {
  readonly first: string
  readonly last: string
  percentAt(local: string): number
  /** Where something begins, and how wide it is; never too thin to be seen. */
  spanPercent(start: string, finish: string): readonly [left: number, width: number]
  readonly ticks: readonly { readonly at: number; readonly label: string }[]
  /** A CSS background: weekends, where there are not too many of them, and a line at each tick. */
  readonly backgroundCss: string
}

const DAY_MS = 24 * 60 * 60_000
const MIN_WIDTH_PERCENT = 0.4
const MAX_TICKS = 11
const MAX_WEEKENDS = 60
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export function createTimeAxis(first: string, last: string): TimeAxis {
  const firstDay = Math.floor(parseLocalMs(first) / DAY_MS)
  const days = Math.max(1, Math.ceil(parseLocalMs(last) / DAY_MS) - firstDay)
  const toPercent = (ms: number): number => roundToHundredths(((ms / DAY_MS - firstDay) / days) * 100)
  const tickDays =
    [1, 2, 7, 14, 28, 56, 91, 182, 364].find((one) => days / one <= MAX_TICKS) ?? Math.ceil(days / MAX_TICKS)
  // Weeks are marked on Mondays. Day 0, 1970-01-01, was a Thursday.
  const firstTickDay = tickDays % 7 === 0 ? (7 - ((firstDay + 3) % 7)) % 7 : 0
  const ticks: { at: number; label: string }[] = []
  for (let day = firstTickDay; day < days; day += tickDays) {
    const date = new Date((firstDay + day) * DAY_MS)
    ticks.push({
      at: roundToHundredths((day / days) * 100),
      label: `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`,
    })
  }
  const weekendBands: string[] = []
  for (let day = 0; day < days; day++) {
    if ((firstDay + day + 3) % 7 < 5) continue
    weekendBands.push(bandGradient(roundToHundredths((day / days) * 100), roundToHundredths(((day + 1) / days) * 100)))
  }
  const tickLines = ticks.map(({ at }) => lineGradient(at))
  return {
    first,
    last,
    percentAt: (local) => toPercent(parseLocalMs(local)),
    spanPercent(start, finish) {
      const left = toPercent(parseLocalMs(start))
      return [
        Math.min(left, 100 - MIN_WIDTH_PERCENT),
        Math.max(MIN_WIDTH_PERCENT, roundToHundredths(toPercent(parseLocalMs(finish)) - left)),
      ]
    },
    ticks,
    backgroundCss:
      [...tickLines, ...(weekendBands.length <= 2 * MAX_WEEKENDS ? weekendBands : [])].join(', ') || 'none',
  }
}

function bandGradient(from: number, to: number): string {
  return `linear-gradient(to right, transparent ${from}%, var(--rest) ${from}%, var(--rest) ${to}%, transparent ${to}%)`
}

function lineGradient(at: number): string {
  return `linear-gradient(to right, transparent calc(${at}% - 0.5px), var(--line) calc(${at}% - 0.5px), var(--line) calc(${at}% + 0.5px), transparent calc(${at}% + 0.5px))`
}

/** `T24:00` is the next midnight. */
function parseLocalMs(local: string): number {
  const [date = '', time = '00:00'] = local.split('T')
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return Date.parse(date) + (hours * 60 + minutes) * 60_000
}
