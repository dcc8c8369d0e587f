import fc from 'fast-check'
import { expect, test } from 'vitest'
import { extractJsonValues } from '../../../src/router/json/extract.ts'

test.each([
  ['a whole value', ' {"a":1} ', [{ a: 1 }]],
  ['a whole value that is no object', '"yes"', ['yes']],
  ['a fence', 'Here it is:\n```json\n{"a":1}\n```\nEnjoy!', [{ a: 1 }, { a: 1 }]],
  ['a fence without a language', '```\n[1]\n```', [[1], [1]]],
  ['prose around it', 'Certainly! {"a":{"b":[1]}} Hope it helps.', [{ a: { b: [1] } }]],
  ['brackets and quotes in its strings', 'So: {"a":"}]\\"{"} .', [{ a: '}]"{' }]],
  ['a footnote before it', 'As said [1]: {"a":1}', [{ a: 1 }, [1]]],
  ['an example before it', 'Maybe {"a":1}? No: {"a":2}', [{ a: 2 }, { a: 1 }]],
  ['an apostrophe before it', `It's {"a":1}`, [{ a: 1 }]],
  ['a brace that opens nothing', 'A { and then {"a":1}', [{ a: 1 }]],
  ['nothing', 'I cannot do that.', []],
  ['half of one', '{"a": [1, 2', []],
] as const)('finds it in %s', (_, text, values) => {
  expect(extractJsonValues(text).map(({ value }) => value)).toEqual(values)
})

test('finds any object between any words that hold no bracket or quote', () => {
  const prose = fc.stringMatching(/^[a-z .,!\n]*$/)
  fc.assert(
    fc.property(prose, fc.dictionary(fc.string(), fc.jsonValue()), prose, (before, value, after) => {
      const read = JSON.parse(JSON.stringify(value))
      expect(extractJsonValues(`${before}${JSON.stringify(value)}${after}`)[0]?.value).toEqual(read)
    }),
  )
})

test('keeps each value as it was written', () => {
  const text = '{"id": 9007199254740993}'
  expect(extractJsonValues(`Here: ${text}`)[0]?.text).toBe(text)
})

test.each([
  ['open brackets', '{'.repeat(400_000)],
  ['open brackets and quotes', '["'.repeat(200_000)],
  ['escaped quotes', `{"${'\\"'.repeat(200_000)}`],
  ['a fence and newlines', `\`\`\`json${'\n'.repeat(400_000)}`],
  ['fences', '```\n'.repeat(100_000)],
  ['a fence and blank lines', `\`\`\`json\n${' \n'.repeat(200_000)}x`],
  ['values nested too deeply', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
])('%s take linear time and hold no value', (_, text) => {
  const startedAt = performance.now()
  expect(extractJsonValues(text)).toEqual([])
  expect(performance.now() - startedAt).toBeLessThan(1_000) // some tens of ms on a quiet machine
})
