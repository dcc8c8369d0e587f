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
  ['a footnote before it', 'As said [1]: {"a":1}', [[1], { a: 1 }]],
  ['a brace that opens nothing', 'A { and then {"a":1}', [{ a: 1 }]],
  ['nothing', 'I cannot do that.', []],
  ['half of one', '{"a": [1, 2', []],
] as const)('finds it in %s', (_, text, values) => {
  expect(extractJsonValues(text)).toEqual(values)
})

test('finds any object between any words that hold no bracket or quote', () => {
  const prose = fc.stringMatching(/^[a-z .,!\n]*$/)
  fc.assert(
    fc.property(prose, fc.dictionary(fc.string(), fc.jsonValue()), prose, (before, value, after) => {
      const read = JSON.parse(JSON.stringify(value))
      expect(extractJsonValues(`${before}${JSON.stringify(value)}${after}`)[0]).toEqual(read)
    }),
  )
})

test('is done in a moment with a text made to be slow', () => {
  expect(extractJsonValues('{'.repeat(200_000))).toEqual([])
  expect(extractJsonValues('["'.repeat(100_000))).toEqual([])
})
