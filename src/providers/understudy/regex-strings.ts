import { testPattern } from './bounds.ts'
import type { RandomSource } from './random.ts'

/**
 * A string that fits a simple regular expression: literals, `.`, classes, `\d \w \s`, groups, alternatives and
 * quantifiers. Undefined for other constructs (look-around, back references), or where no attempt matches the whole.
 */
export function generateMatch(pattern: string, random: RandomSource): string | undefined {
  if (!isPattern(pattern)) return undefined
  for (let attempt = 0; attempt < 8; attempt++) {
    const reader = { text: pattern, at: 0 }
    const made = alternatives(reader, random)
    if (made === undefined || reader.at < pattern.length) return undefined
    if (testPattern(pattern, made)) return made
  }
  return undefined
}

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') instanceof RegExp
  } catch {
    return false
  }
}

interface Reader {
  readonly text: string
  at: number
}

const DIGITS = [...'0123456789']
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz']
const CLASSES: Readonly<Record<string, readonly string[]>> = { d: DIGITS, w: LETTERS, s: [' '] }
/** Printable ASCII, from which a negated class is drawn. */
const PRINTABLE = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at))

function alternatives(reader: Reader, random: RandomSource): string | undefined {
  const ways: (string | undefined)[] = [sequence(reader, random)]
  while (reader.text[reader.at] === '|') {
    reader.at++
    ways.push(sequence(reader, random))
  }
  return ways.includes(undefined) ? undefined : random.pick(ways)
}

function sequence(reader: Reader, random: RandomSource): string | undefined {
  let made = ''
  while (reader.at < reader.text.length && !'|)'.includes(reader.text.charAt(reader.at))) {
    const start = reader.at
    if ('^$'.includes(reader.text.charAt(start))) {
      reader.at++
      continue
    }
    let piece = atom(reader, random)
    const times = quantifier(reader, random)
    const after = reader.at
    for (let time = 0; time < times && piece !== undefined; time++) {
      made += piece
      reader.at = start
      piece = atom(reader, random)
    }
    reader.at = after
    if (piece === undefined) return undefined
  }
  return made
}

function atom(reader: Reader, random: RandomSource): string | undefined {
  const char = reader.text.charAt(reader.at++)
  if (char === '(') {
    if (reader.text.startsWith('?:', reader.at)) reader.at += 2
    else if (reader.text[reader.at] === '?') return undefined
    const made = alternatives(reader, random)
    return reader.text[reader.at++] === ')' ? made : undefined
  }
  if (char === '[') return oneOfClass(reader, random)
  if (char === '.') return random.pick(LETTERS)
  if (char !== '\\') return char
  const escaped = reader.text.charAt(reader.at++)
  if (CLASSES[escaped]) return random.pick(CLASSES[escaped])
  return /[A-Za-z0-9]/.test(escaped) ? undefined : escaped
}

function oneOfClass(reader: Reader, random: RandomSource): string | undefined {
  const end = reader.text.indexOf(']', reader.at + 1)
  if (end < 0) return undefined
  const body = reader.text.slice(reader.at, end)
  reader.at = end + 1
  const negated = body.startsWith('^')
  const listed = [...body.slice(negated ? 1 : 0).matchAll(/\\(.)|(.)-(.)|(.)/gu)].flatMap(
    ([, escaped, low, high, char]) => {
      if (escaped) return CLASSES[escaped] ?? [escaped]
      if (low && high) return PRINTABLE.filter((one) => one >= low && one <= high)
      return char ? [char] : []
    },
  )
  const choice = negated ? PRINTABLE.filter((char) => !listed.includes(char)) : listed
  return choice.length === 0 ? undefined : random.pick(choice)
}

/** The number of repetitions of the atom before it; an open range ends three above its minimum. */
function quantifier(reader: Reader, random: RandomSource): number {
  const found = /^(?:([?*+])|\{(\d+)(?:(,)(\d*))?\})\??/.exec(reader.text.slice(reader.at))
  if (!found) return 1
  reader.at += found[0].length
  const [, sign, least, open, most] = found
  if (sign) return sign === '?' ? random.integer(0, 1) : random.integer(sign === '+' ? 1 : 0, 4)
  const low = Number(least)
  return random.integer(low, open === undefined ? low : most ? Number(most) : low + 3)
}
