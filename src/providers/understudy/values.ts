import type { JsonSchema } from '../../contract/generate.ts'
import { numberRange, splitIdentifier, writeFieldText } from './fields.ts'
import type { RandomSource } from './random.ts'
import { generateMatch } from './regex-strings.ts'
import { asNumber, matchesSchema } from './schema.ts'
import type { FieldSlot, FillContext } from './types.ts'

/** A string of a schema: an id, a date, a pattern, or words of the right kind and length. */
export function fillString(schema: JsonSchema, slot: FieldSlot, context: FillContext): string {
  const fixed = fixedString(schema, slot, context)
  if (fixed !== undefined && matchesSchema(fixed, schema, context.root)) return fixed
  if (typeof schema['pattern'] === 'string') {
    for (let attempt = 0; attempt < 20; attempt++) {
      const made = generateMatch(schema['pattern'], context.random)
      if (made !== undefined && matchesSchema(made, schema, context.root)) return made
    }
  }
  const least = asNumber(schema['minLength']) ?? 0
  const most = asNumber(schema['maxLength']) ?? Number.POSITIVE_INFINITY
  let text = writeFieldText(slot, context.writer, context.random)
  for (let attempt = 0; lengthOf(text.text) > most && attempt < 4; attempt++)
    text = writeFieldText(slot, context.writer, context.random)
  let made = text.text
  while (lengthOf(made) < least) made = `${made} ${text.writeMore()}`
  if (lengthOf(made) > most) made = cut(made, least, most)
  if (text.markRank > 0)
    context.marks.push({ path: slot.path, text: made, markRank: text.markRank + slot.path.length / 100 })
  return made
}

function fixedString(schema: JsonSchema, slot: FieldSlot, context: FillContext): string | undefined {
  const format = typeof schema['format'] === 'string' ? FORMATS[schema['format']] : undefined
  if (format) return format(context, slot)
  const name = splitIdentifier(slot.name)
  if (name === 'id') return `${(splitIdentifier(slot.listName) || 'x').charAt(0)}${slot.index + 1}`
  return /\bdate$|^deadline$|\bdue$/.test(name) ? dateFor(context, slot) : undefined
}

const FORMATS: Readonly<Record<string, (context: FillContext, slot: FieldSlot) => string>> = {
  date: (context, slot) => dateFor(context, slot),
  'date-time': (context, slot) => `${dateFor(context, slot)}T09:00:00Z`,
  time: () => '09:00:00Z',
  email: (context) => `${context.writer.write('label')}@example.org`,
  uri: (context) => `https://example.org/${context.writer.write('label')}`,
  uuid: (context) =>
    `${hex(context.random, 8)}-${hex(context.random, 4)}-4${hex(context.random, 3)}-8${hex(context.random, 3)}-${hex(context.random, 12)}`,
}

const hex = (random: RandomSource, digits: number): string =>
  Array.from({ length: digits }, () => random.integer(0, 15).toString(16)).join('')

/** About a week further with every item of a list. */
function dateFor(context: FillContext, slot: FieldSlot): string {
  const days = slot.index * 7 + context.random.integer(0, 4)
  return new Date(Date.parse(`${context.startDate}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
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
export function fillNumber(schema: JsonSchema, slot: FieldSlot, random: RandomSource): number {
  const whole = schema['type'] === 'integer'
  const step = asNumber(schema['multipleOf']) ?? (whole ? 1 : undefined)
  const over = asNumber(schema['exclusiveMinimum'])
  const under = asNumber(schema['exclusiveMaximum'])
  const inside = step ?? insideStep(over ?? asNumber(schema['minimum']), under ?? asNumber(schema['maximum']))
  const least = largest(asNumber(schema['minimum']), over === undefined ? undefined : over + inside)
  const most = smallest(asNumber(schema['maximum']), under === undefined ? undefined : under - inside)
  const ordinal = slot.index + 1
  if (
    /^(?:id|number|no|index|order|position)$/.test(splitIdentifier(slot.name)) &&
    slot.listName !== '' &&
    matchesSchema(ordinal, schema, {})
  )
    return ordinal
  const [low, high] = numberRange(slot.name, least, most)
  const round = /hour|effort/.test(splitIdentifier(slot.name))
    ? ROUND.filter((one) => one >= low && one <= high && matchesSchema(one, schema, {}))
    : []
  if (round.length > 0) return random.pick(round)
  if (step !== undefined) return step * random.centredInteger(Math.ceil(low / step), Math.floor(high / step))
  return high - low >= 1 ? middle(random, low, high) : low + (high - low) * random.fraction()
}

/** A whole or half number where the range holds one. */
function middle(random: RandomSource, low: number, high: number): number {
  return Math.min(high, Math.max(low, random.centredInteger(Math.ceil(low * 2), Math.floor(high * 2)) / 2))
}

/** How far from an open end to stay, for a number that need not be whole. */
const insideStep = (low: number | undefined, high: number | undefined): number =>
  low === undefined || high === undefined ? 0.5 : Math.min(0.5, (high - low) / 4)

const largest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.max(a, b)
const smallest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b)
