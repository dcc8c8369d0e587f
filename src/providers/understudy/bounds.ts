import type { JsonSchema } from '../../contract/generate.ts'

/**
 * Bounds of the work for one schema. The understudy runs on the event loop, so a schema that would keep it busy for
 * longer than a moment is refused: every function here throws `RangeError`.
 */
const MAX_SCHEMA_CHARS = 256 * 1024
const MAX_VALUES = 10_000
const MAX_RESOLUTIONS = 100_000
const MAX_KEYWORD_VALUES: Readonly<Record<string, number>> = { minItems: 1_000, minLength: 20_000, minProperties: 500 }
const MAX_PATTERN_CHARS = 500
const MAX_PATTERN_COUNT = 1_000

interface Effort {
  values: number
  resolutions: number
}

const efforts = new WeakMap<JsonSchema, Effort>()

/** Checks a schema before anything else reads it, and begins its account of work. */
export function beginSchema(schema: JsonSchema): void {
  let chars = 0
  const walk = (value: unknown, key: string, depth: number): void => {
    chars += key.length + (typeof value === 'string' ? value.length : 4)
    if (chars > MAX_SCHEMA_CHARS || depth > 200) throw new RangeError('the schema is too large')
    if (typeof value === 'number' && value > (MAX_KEYWORD_VALUES[key] ?? Number.POSITIVE_INFINITY))
      throw new RangeError(`the schema asks for too much: ${key}`)
    if (key === 'pattern' && typeof value === 'string') checkPattern(value)
    if (typeof value === 'object' && value !== null) {
      for (const name of Object.keys(value)) walk(Reflect.get(value, name), Array.isArray(value) ? '' : name, depth + 1)
    }
  }
  walk(schema, '', 0)
  efforts.set(schema, { values: 0, resolutions: 0 })
}

function checkPattern(pattern: string): void {
  const counts = [...pattern.slice(0, MAX_PATTERN_CHARS).matchAll(/\{(\d+)(?:,(\d*))?\}/g)]
  const most = counts.reduce((product, [, low, high]) => product * Math.max(1, Number(high || low)), 1)
  if (pattern.length > MAX_PATTERN_CHARS || most > MAX_PATTERN_COUNT) throw new RangeError('a pattern is too long')
}

/** Counts one value of the answer. Lists within lists multiply, so the whole is bounded besides each list. */
export function countValue(root: JsonSchema): void {
  const effort = efforts.get(root)
  if (effort && ++effort.values > MAX_VALUES) throw new RangeError('the schema asks for too many values')
}

/** Counts one schema whose references were followed. `allOf` within `allOf` can double them at every step. */
export function countResolution(root: JsonSchema): void {
  const effort = efforts.get(root)
  if (effort && ++effort.resolutions > MAX_RESOLUTIONS) throw new RangeError('the schema refers to too much')
}

/** Steps of backtracking that a pattern may need. */
const MAX_STEPS = 1e6
/** Texts of this length are tried with a pattern that can take exponential time. */
const MAX_NESTED_CHARS = 18

/**
 * Tests a text, but not one that is long enough for the pattern to backtrack without end: such a text does not fit. The
 * time grows with the length to the power of the pattern's open repetitions, and exponentially where a repeated group
 * holds a repetition or a choice.
 */
export function testPattern(pattern: string, text: string): boolean {
  const isNested = /\([^()]*(?:[*+|]|\{\d+,)[^()]*\)(?:[*+]|\{\d+,)|\)[^()]*\)(?:[*+]|\{\d+,)/.test(pattern)
  const repetitions = pattern.match(/[*+]|\{\d+,\}/g)?.length ?? 0
  const maxChars = isNested ? MAX_NESTED_CHARS : MAX_STEPS ** (1 / Math.max(1, repetitions + 1))
  return text.length <= Math.max(maxChars, MAX_NESTED_CHARS) && new RegExp(pattern, 'u').test(text)
}
