import { visible } from './inline.ts'

/** A scene heading, read. What it does not say is undefined. */
export interface Heading {
  readonly prefix: 'INT' | 'EXT' | 'INT/EXT' | 'EST' | undefined
  /** The place: `HOUSE - KITCHEN`. */
  readonly set: string
  /** The time of day, where the last part of the heading is one. */
  readonly time: string | undefined
  /** The last part, where there is one and it is no time of day that we know. It is part of the set then. */
  readonly unknownTime: string | undefined
}

export function readHeading(given: string): Heading {
  const text = visible(given)
  const [, before, place] = /^(int\.?\/ext|ext\.?\/int|i\.?\/e|int|ext|est)(?:[. ])[\s-]*(.*)$/i.exec(text.trim()) ?? []
  const prefix = before === undefined ? undefined : PREFIXES[before.toUpperCase().replaceAll('.', '')]
  const parts = (place ?? text).trim().split(/\s+[-–—]+\s+/)
  const last = parts.length > 1 ? parts.at(-1) : undefined
  const known = last !== undefined && isTimeOfDay(last)
  const set = (known ? parts.slice(0, -1) : parts).join(' - ').trim()
  return { prefix, set, time: known ? last : undefined, unknownTime: known ? undefined : last }
}

const PREFIXES: Readonly<Record<string, Heading['prefix']>> = {
  INT: 'INT',
  EXT: 'EXT',
  EST: 'EST',
  'INT/EXT': 'INT/EXT',
  'EXT/INT': 'INT/EXT',
  'I/E': 'INT/EXT',
}

/** The usual words; others may stand around them (`LATER THAT NIGHT`). */
const TIMES =
  /\b(?:day|night|dawn|dusk|morning|afternoon|evening|noon|midday|midnight|sunrise|sunset|twilight|magic hour|later|continuous|same|moments?|present|flashback)\b/i

function isTimeOfDay(text: string): boolean {
  return TIMES.test(text)
}
