import { hundredths } from './hundredths.ts'
/** Local times on a line from the morning of the first day to the night of the last, in percent. */
export interface TimeAxis {
  readonly first: string
  readonly last: string
  at(local: string): number
  /** Where something begins, and how wide it is; never too thin to be seen. */
  span(start: string, finish: string): readonly [left: number, width: number]
  readonly ticks: readonly { readonly at: number; readonly label: string }[]
  /** A CSS background: weekends, where there are not too many of them, and a line at each tick. */
  readonly stripes: string
}

const DAY_MS = 24 * 60 * 60_000
const THINNEST = 0.4
const TICKS_AT_MOST = 11
const WEEKENDS_AT_MOST = 60
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export function timeAxis(first: string, last: string): TimeAxis {
  const from = Math.floor(read(first) / DAY_MS)
  const days = Math.max(1, Math.ceil(read(last) / DAY_MS) - from)
  const percent = (ms: number): number => hundredths(((ms / DAY_MS - from) / days) * 100)
  const step =
    [1, 2, 7, 14, 28, 56, 91, 182, 364].find((one) => days / one <= TICKS_AT_MOST) ?? Math.ceil(days / TICKS_AT_MOST)
  // Weeks are marked on Mondays. Day 0, 1970-01-01, was a Thursday.
  const lead = step % 7 === 0 ? (7 - ((from + 3) % 7)) % 7 : 0
  const ticks: { at: number; label: string }[] = []
  for (let day = lead; day < days; day += step) {
    const date = new Date((from + day) * DAY_MS)
    ticks.push({ at: hundredths((day / days) * 100), label: `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}` })
  }
  const rests: string[] = []
  for (let day = 0; day < days; day++) {
    if ((from + day + 3) % 7 < 5) continue
    rests.push(band(hundredths((day / days) * 100), hundredths(((day + 1) / days) * 100)))
  }
  const lines = ticks.map(({ at }) => line(at))
  return {
    first,
    last,
    at: (local) => percent(read(local)),
    span(start, finish) {
      const left = percent(read(start))
      return [Math.min(left, 100 - THINNEST), Math.max(THINNEST, hundredths(percent(read(finish)) - left))]
    },
    ticks,
    stripes: [...lines, ...(rests.length <= 2 * WEEKENDS_AT_MOST ? rests : [])].join(', ') || 'none',
  }
}

function band(from: number, to: number): string {
  return `linear-gradient(to right, transparent ${from}%, var(--rest) ${from}%, var(--rest) ${to}%, transparent ${to}%)`
}

function line(at: number): string {
  return `linear-gradient(to right, transparent calc(${at}% - 0.5px), var(--line) calc(${at}% - 0.5px), var(--line) calc(${at}% + 0.5px), transparent calc(${at}% + 0.5px))`
}

/** `T24:00` is the next midnight. */
function read(local: string): number {
  const [date = '', time = '00:00'] = local.split('T')
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return Date.parse(date) + (hours * 60 + minutes) * 60_000
}
