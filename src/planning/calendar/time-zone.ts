const LOCAL_TIME_PATTERN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/
const MINUTE_MS = 60_000

/**
 * The instant, as ISO 8601 in UTC, of a local time (`YYYY-MM-DDTHH:MM`) in an IANA time zone. Where clocks go forward, a
 * time that is skipped is taken as much later as they jump; where they go back, the first of the two is meant.
 *
 * @throws RangeError for an unknown zone, or what is not such a time.
 */
export function toInstant(local: string, timeZone: string): string {
  const asUtc = Date.parse(`${local}:00Z`)
  if (!LOCAL_TIME_PATTERN.test(local) || Number.isNaN(asUtc))
    throw new RangeError(`"${local}" is not a time: write 2026-03-31T09:00`)
  // The offset a day before and a day after are all there can be around one change of the clocks.
  const guesses = [-1, 1].map((days) => asUtc - offsetMs(asUtc + days * 24 * 60 * MINUTE_MS, timeZone))
  const [early = asUtc, late = asUtc] = guesses.toSorted((a, b) => a - b)
  const fitting = [early, late].find((instant) => instant + offsetMs(instant, timeZone) === asUtc)
  return new Date(fitting ?? late).toISOString()
}

/** The local time (`YYYY-MM-DDTHH:MM`) of an instant in an IANA time zone. @throws RangeError for an unknown zone. */
export function toLocal(instant: string, timeZone: string): string {
  const at = Date.parse(instant)
  return new Date(at + offsetMs(at, timeZone)).toISOString().slice(0, 16)
}

/** How far a zone's clocks are ahead of UTC. */
function offsetMs(instant: number, timeZone: string): number {
  const parts = formatterFor(timeZone).formatToParts(instant)
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((one) => one.type === type)?.value)
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'))
  return local - Math.floor(instant / 1000) * 1000
}

const formatters = new Map<string, Intl.DateTimeFormat>()

/** Made once a zone: a formatter takes longer to make than to use. */
function formatterFor(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formatters.set(timeZone, made)
  return made
}
