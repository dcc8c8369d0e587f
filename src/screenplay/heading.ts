import { toPlainText } from './emphasis.ts'
import { isItalianTime, readForeignPrefix, toEnglishTime, translateTime } from './heading-languages.ts'

/** The parts of a scene heading. Missing parts are undefined. */
export interface Heading {
  readonly prefix: 'INT' | 'EXT' | 'INT/EXT' | 'EST' | undefined
  /** The place: `HOUSE - KITCHEN`. */
  readonly set: string
  /**
   * The time of day, in English, whatever language it was in: `NIGHT` of `KITCHEN - NIGHT - LATER`, and `LATER` where no
   * other is said.
   */
  readonly time: string | undefined
  /** The last part, where there is one and it is no known time of day. It is part of the set then. */
  readonly unknownTime: string | undefined
}

export function readHeading(given: string): Heading {
  const text = toPlainText(given).trim()
  const { prefix, place } = readPrefix(text)
  const parts = place.trim().split(/\s+[-–—]+\s+/)
  const last = parts.length > 1 ? parts.at(-1) : undefined
  const found =
    findTime(parts, (segment) => (DAY_TIME.test(segment) ? segment : translateTime(segment))) ??
    findTime(parts, (segment) => (RELATIVE_TIME.test(segment) ? segment : undefined)) ??
    findTimeInLastPart(parts)
  const outside = prefix === 'EST' && found !== undefined && isItalianTime(found.written)
  return {
    prefix: outside ? 'EXT' : prefix,
    set: (found?.set ?? parts.join(' - ')).trim(),
    time: found?.time,
    unknownTime: found === undefined ? last : undefined,
  }
}

function readPrefix(text: string): { readonly prefix: Heading['prefix']; readonly place: string } {
  const [, before, place = ''] = PREFIX.exec(text) ?? []
  if (before !== undefined) return { prefix: PREFIXES[before.toUpperCase().replace(/[.\s]/g, '')], place }
  return readForeignPrefix(text) ?? { prefix: undefined, place: text }
}

/** EST. is Italian for outside where an Italian time of day follows. */
const PREFIX = /^(int\.?\s?\/\s?e[xs]t|e[xs]t\.?\s?\/\s?int|i\.?\s?\/\s?e|int|ext|est)[. ][\s-]*(.*)$/is

const PREFIXES: Readonly<Record<string, Heading['prefix']>> = {
  INT: 'INT',
  EXT: 'EXT',
  EST: 'EST',
  'INT/EXT': 'INT/EXT',
  'EXT/INT': 'INT/EXT',
  'INT/EST': 'INT/EXT',
  'EST/INT': 'INT/EXT',
  'I/E': 'INT/EXT',
}

interface FoundTime {
  readonly time: string
  readonly written: string
  readonly set: string
}

/**
 * Finds the last segment that is a time, between dashes or after another mark: `SHED, NIGHT`, `SHED (NIGHT)`. What
 * follows it (`1868`, `FLASHBACK`, `MOVING`) belongs neither to the set nor to the time.
 */
function findTime(parts: readonly string[], readTime: (segment: string) => string | undefined): FoundTime | undefined {
  for (let at = parts.length - 1; at >= 0; at--) {
    const part = parts[at] ?? ''
    const segments = splitSegments(part)
    for (let index = segments.length - 1; index >= 0; index--) {
      const { from, before, text } = segments[index] ?? { from: 0, before: 0, text: '' }
      if (at === 0 && from === 0) break
      const time = readTime(text)
      if (time === undefined) continue
      const own = part.slice(0, before).trim()
      return { time, written: text, set: [...parts.slice(0, at), ...(own === '' ? [] : [own])].join(' - ') }
    }
  }
  return undefined
}

interface Segment {
  readonly text: string
  readonly from: number
  /** Where the mark before it begins. */
  readonly before: number
}

/** The segments of a part between the marks that may stand before a time of day. */
function splitSegments(part: string): readonly Segment[] {
  const segments: Segment[] = []
  let from = 0
  let before = 0
  for (const mark of part.matchAll(/[.,;](?:\s+|$)|\s+[-–—]+|-{2,}|[–—]+|\s*[()]\s*|\s+\/\s*/g)) {
    segments.push({ text: part.slice(from, mark.index).trim(), from, before })
    before = mark.index
    from = mark.index + mark[0].length
  }
  return [...segments, { text: part.slice(from).replace(/\.$/, '').trim(), from, before }].filter(
    ({ text }) => text !== '',
  )
}

/** A time word among others after the last dash (`LATER THAT NIGHT`), or a time of another language at its end. */
function findTimeInLastPart(parts: readonly string[]): FoundTime | undefined {
  const last = parts.at(-1)
  if (parts.length < 2 || last === undefined) return undefined
  const time = TIME_WORDS.test(last) ? last : toEnglishTime(last)
  return time === undefined ? undefined : { time, written: last, set: parts.slice(0, -1).join(' - ') }
}

const DAY_WORDS =
  'day|daytime|daylight|daybreak|night|nighttime|night-time|nightfall|dawn|dusk|morning|afternoon|evening|noon|midday|midnight|sunrise|sunset|sundown|sunup|twilight|magic hour|golden hour|blue hour|late|early'

/** A time of day and no more than words that qualify it: `LATE AFTERNOON`, `PRE-DAWN`, `THE NEXT DAY`, `10:30 PM`. */
const DAY_TIME = new RegExp(
  `^(?:(?:(?:early|late|later|mid|pre|just|before|after|almost|nearly|that|the|next|same|following|previous|another|present|modern|one|first|last|summer|winter|spring|autumn|fall)[\\s-]+)*(?:${DAY_WORDS})(?:[\\s/-]+(?:${DAY_WORDS}))?|\\d{1,2}(?:[:.]\\d\\d)?\\s*[ap]\\.?\\s?m\\.?|\\d{1,2}:\\d\\d(?:\\s*(?:h|hrs|hours))?)$`,
  'i',
)

/** A time that refers to the scene before, or to another time. */
const RELATIVE_TIME =
  /^(?:(?:a |some |several |few |\d+ |one |two |three |many |minutes? |hours? |days? |weeks? |months? |years? |moments? |seconds? |much |just |short while |little |while )*(?:later|earlier|ago)|continuous|continued|continuing|cont['’]?d?\.?|same(?: time)?|moments?|present|flashback)$/i

/** The usual words; others may stand around them (`LATER THAT NIGHT`). */
const TIME_WORDS =
  /\b(?:day|night|dawn|dusk|morning|afternoon|evening|noon|midday|midnight|sunrise|sunset|sundown|twilight|magic hour|golden hour|later|continuous|continued|same|moments?|present|flashback)\b/i
