import { toPlainText } from './emphasis.ts'
import { isItalianTime, toEnglishTime } from './heading-languages.ts'

/** A scene heading, read. What it does not say is undefined. */
export interface Heading {
  readonly prefix: 'INT' | 'EXT' | 'INT/EXT' | 'EST' | undefined
  /** The place: `HOUSE - KITCHEN`. */
  readonly set: string
  /** The time of day, where the last part of the heading is one; in English, whatever language it was in. */
  readonly time: string | undefined
  /** The last part, where there is one and it is no time of day that we know. It is part of the set then. */
  readonly unknownTime: string | undefined
}

export function readHeading(given: string): Heading {
  const text = toPlainText(given)
  const [, before, place] = PREFIX.exec(text.trim()) ?? []
  const prefix =
    before === undefined ? undefined : PREFIXES[before.toUpperCase().replaceAll('.', '').replace('ẞ', 'SS')]
  const parts = (place ?? text).trim().split(/\s+[-–—]+\s+/)
  const last = parts.length > 1 ? parts.at(-1) : undefined
  const time = last === undefined ? undefined : timeOfDay(last)
  const known = time !== undefined
  const set = (known ? parts.slice(0, -1) : parts).join(' - ').trim()
  const outside = prefix === 'EST' && last !== undefined && isItalianTime(last)
  return { prefix: outside ? 'EXT' : prefix, set, time, unknownTime: known ? undefined : last }
}

/** INNEN and AUSSEN are German; EST. is Italian for outside where an Italian time of day follows. */
const PREFIX =
  /^(int\.?\/e[xs]t|e[xs]t\.?\/int|i\.?\/e|innen\.?\/au(?:ss|ß|ẞ)en|int|ext|est|innen|au(?:ss|ß|ẞ)en)(?:[. ])[\s-]*(.*)$/i

const PREFIXES: Readonly<Record<string, Heading['prefix']>> = {
  INT: 'INT',
  EXT: 'EXT',
  EST: 'EST',
  'INT/EXT': 'INT/EXT',
  'EXT/INT': 'INT/EXT',
  'INT/EST': 'INT/EXT',
  'EST/INT': 'INT/EXT',
  INNEN: 'INT',
  AUSSEN: 'EXT',
  'INNEN/AUSSEN': 'INT/EXT',
  'I/E': 'INT/EXT',
}

/** The usual words; others may stand around them (`LATER THAT NIGHT`). */
const TIME_WORDS =
  /\b(?:day|night|dawn|dusk|morning|afternoon|evening|noon|midday|midnight|sunrise|sunset|twilight|magic hour|later|continuous|same|moments?|present|flashback)\b/i

function timeOfDay(text: string): string | undefined {
  return TIME_WORDS.test(text) ? text : toEnglishTime(text)
}
