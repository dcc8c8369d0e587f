import type { JsonSchema } from '../contract/generate.ts'
import type { Chance } from './rehearsal-chance.ts'
import { rangeFor, spaced, textFor } from './rehearsal-fields.ts'
import type { Doc, Spot } from './rehearsal-json.ts'
import { fitting } from './rehearsal-pattern.ts'
import { fits, numberOf } from './rehearsal-schema.ts'

/** A string of a schema: an id, a date, a pattern, or words of the right kind and length. */
export function aString(schema: JsonSchema, spot: Spot, doc: Doc): string {
  const fixed = fixedString(schema, spot, doc)
  if (fixed !== undefined && fits(fixed, schema, doc.root)) return fixed
  if (typeof schema['pattern'] === 'string') {
    for (let attempt = 0; attempt < 20; attempt++) {
      const made = fitting(schema['pattern'], doc.chance)
      if (made !== undefined && fits(made, schema, doc.root)) return made
    }
  }
  const least = numberOf(schema['minLength']) ?? 0
  const most = numberOf(schema['maxLength']) ?? Number.POSITIVE_INFINITY
  let text = textFor(spot, doc.writer, doc.chance)
  for (let attempt = 0; lengthOf(text.text) > most && attempt < 4; attempt++)
    text = textFor(spot, doc.writer, doc.chance)
  let made = text.text
  while (lengthOf(made) < least) made = `${made} ${text.more()}`
  if (lengthOf(made) > most) made = cut(made, least, most)
  if (text.carries > 0) doc.marks.push({ path: spot.path, text: made, carries: text.carries + spot.path.length / 100 })
  return made
}

function fixedString(schema: JsonSchema, spot: Spot, doc: Doc): string | undefined {
  const format = typeof schema['format'] === 'string' ? FORMATS[schema['format']] : undefined
  if (format) return format(doc, spot)
  const name = spaced(spot.name)
  if (name === 'id') return `${(spaced(spot.list) || 'x').charAt(0)}${spot.index + 1}`
  return /\bdate$|^deadline$|\bdue$/.test(name) ? dateFor(doc, spot) : undefined
}

const FORMATS: Readonly<Record<string, (doc: Doc, spot: Spot) => string>> = {
  date: (doc, spot) => dateFor(doc, spot),
  'date-time': (doc, spot) => `${dateFor(doc, spot)}T09:00:00Z`,
  time: () => '09:00:00Z',
  email: (doc) => `${doc.writer.write('label')}@example.org`,
  uri: (doc) => `https://example.org/${doc.writer.write('label')}`,
  uuid: (doc) =>
    `${hex(doc.chance, 8)}-${hex(doc.chance, 4)}-4${hex(doc.chance, 3)}-8${hex(doc.chance, 3)}-${hex(doc.chance, 12)}`,
}

const hex = (chance: Chance, digits: number): string =>
  Array.from({ length: digits }, () => chance.whole(0, 15).toString(16)).join('')

/** About a week further with every item of a list. */
function dateFor(doc: Doc, spot: Spot): string {
  const days = spot.index * 7 + doc.chance.whole(0, 4)
  return new Date(Date.parse(`${doc.date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

/** JSON Schema counts characters, not UTF-16 units. */
const lengthOf = (text: string): number => [...text].length

/** The beginning of a text, to the end of a sentence if there is one, else of a word. */
function cut(text: string, least: number, most: number): string {
  const head = [...text].slice(0, most).join('')
  const ends = [/^.*[.?!](?=\s|$)/su, /^.*\S(?=\s)/su]
  const found = ends.map((end) => end.exec(head)?.[0] ?? '').find((part) => part !== '' && lengthOf(part) >= least)
  return found ?? head.replace(/\s$/u, '.')
}

/** Estimates people would give: 5 hours is rarer than 4. */
const ROUND = [1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 32, 40]

/** A number of a schema, in the usual range of what it is called; a `number` of a list's items counts them. */
export function aNumber(schema: JsonSchema, spot: Spot, chance: Chance): number {
  const whole = schema['type'] === 'integer'
  const step = numberOf(schema['multipleOf']) ?? (whole ? 1 : undefined)
  const over = numberOf(schema['exclusiveMinimum'])
  const under = numberOf(schema['exclusiveMaximum'])
  const inside = step ?? insideStep(over ?? numberOf(schema['minimum']), under ?? numberOf(schema['maximum']))
  const least = largest(numberOf(schema['minimum']), over === undefined ? undefined : over + inside)
  const most = smallest(numberOf(schema['maximum']), under === undefined ? undefined : under - inside)
  const ordinal = spot.index + 1
  if (
    /^(?:id|number|no|index|order|position)$/.test(spaced(spot.name)) &&
    spot.list !== '' &&
    fits(ordinal, schema, {})
  )
    return ordinal
  const [low, high] = rangeFor(spot.name, least, most)
  const round = /hour|effort/.test(spaced(spot.name))
    ? ROUND.filter((one) => one >= low && one <= high && fits(one, schema, {}))
    : []
  if (round.length > 0) return chance.pick(round)
  if (step !== undefined) return step * chance.middling(Math.ceil(low / step), Math.floor(high / step))
  return high - low >= 1 ? middle(chance, low, high) : low + (high - low) * chance.roll()
}

/** A whole or half number where the range holds one. */
function middle(chance: Chance, low: number, high: number): number {
  return Math.min(high, Math.max(low, chance.middling(Math.ceil(low * 2), Math.floor(high * 2)) / 2))
}

/** How far from an open end to stay, for a number that need not be whole. */
const insideStep = (low: number | undefined, high: number | undefined): number =>
  low === undefined || high === undefined ? 0.5 : Math.min(0.5, (high - low) / 4)

const largest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.max(a, b)
const smallest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b)
