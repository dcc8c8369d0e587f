/**
 * The wait that an upstream asks for, in ms from `now`: of `retry-after-ms`, `retry-after` (seconds, an HTTP date, or a
 * moment since the epoch), a time in the body (Google's RetryInfo, "try again in 644ms"), or the `x-ratelimit-reset-*`
 * headers, the first that is there. Undefined where there is none, or none that can be meant. Never negative.
 */
export function retryAfterMs(headers: Headers, body: unknown, now: number): number | undefined {
  const waitMs =
    parseNumber(headers.get('retry-after-ms')) ??
    parseSecondsOrDate(headers.get('retry-after'), now) ??
    waitInBody(body) ??
    waitFromResetHeaders(headers, now)
  return waitMs === undefined || waitMs > MAX_WAIT_MS ? undefined : Math.max(0, Math.ceil(waitMs))
}

/** Quotas reset within a month; a longer wait is a mistake of the upstream. */
const MAX_WAIT_MS = 31 * 86_400_000

function parseNumber(value: string | null): number | undefined {
  return value !== null && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined
}

function parseSecondsOrDate(value: string | null, now: number): number | undefined {
  const seconds = parseNumber(value)
  if (seconds !== undefined) return waitOfNumber(seconds, now)
  const date = value === null ? Number.NaN : Date.parse(value)
  return Number.isNaN(date) ? undefined : date - now
}

/** Google: `"retryDelay": "48s"`. OpenAI, Groq: "Please try again in 6m11.52s". Gemini: "Please retry in 48.9s". */
const BODY_WAIT =
  /"retryDelay"\s*:\s*"([\d.]+(?:ms|s|m|h)?)"|(?:try again|retry)\s+(?:in|after)\s+((?:[\d.]+\s*(?:ms|milliseconds?|seconds?|minutes?|hours?|s|m|h)\s*)+)/i

function waitInBody(body: unknown): number | undefined {
  const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? '')
  const match = BODY_WAIT.exec(text)
  return parseDuration(match?.[1] ?? match?.[2] ?? '')
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** `6m11.52s`, `644ms`, `20s`, `2 minutes` -> ms. */
function parseDuration(text: string): number | undefined {
  let sum: number | undefined
  for (const [, count = '', unit = ''] of text.matchAll(
    /([\d.]+)\s*(milliseconds?|ms|seconds?|minutes?|hours?|s|m|h)/gi,
  )) {
    const word = unit.toLowerCase()
    const scale = word.startsWith('milli') ? 1 : (UNIT_MS[word] ?? UNIT_MS[word.charAt(0)] ?? 0)
    if (Number.isFinite(Number(count))) sum = (sum ?? 0) + Number(count) * scale
  }
  return sum
}

/**
 * Only what has run out delays: `x-ratelimit-remaining-tokens: 0` with its `-reset-tokens`. With no remaining counts at
 * all, the longest reset. Values are durations (OpenAI `6m0s`, Groq `7.66s`), or moments (OpenRouter, ms since the
 * epoch; Anthropic, RFC 3339).
 */
function waitFromResetHeaders(headers: Headers, now: number): number | undefined {
  const resets: { readonly waitMs: number; readonly empty: boolean | undefined }[] = []
  for (const [name, value] of headers) {
    if (!/ratelimit-(?:.+-)?reset/.test(name)) continue
    const waitMs = parseReset(value, now)
    const remaining = headers.get(name.replace('reset', 'remaining'))
    if (waitMs !== undefined) resets.push({ waitMs, empty: remaining === null ? undefined : Number(remaining) <= 0 })
  }
  const relevant = resets.some((reset) => reset.empty === true) ? resets.filter((reset) => reset.empty) : resets
  return relevant.length === 0 ? undefined : Math.max(...relevant.map((reset) => reset.waitMs))
}

function parseReset(value: string, now: number): number | undefined {
  const number = parseNumber(value)
  if (number === undefined) return /^[\d.smh ]+$/.test(value) ? parseDuration(value) : parseSecondsOrDate(value, now)
  return waitOfNumber(number, now)
}

/** Seconds to wait; a number too large for that is a moment since the epoch, in ms or in seconds. */
function waitOfNumber(number: number, now: number): number {
  if (number > 1e12) return number - now
  return number > 1e8 ? number * 1000 - now : number * 1000
}
