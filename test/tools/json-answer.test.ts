import { expect, test } from 'vitest'
import { parseJsonAnswer } from '../../src/tools/json-answer.ts'

test('an integer beyond 2^53 gets a warning, because its value loses digits', () => {
  expect(parseJsonAnswer('{"id": 9007199254740993, "n": 1.5}')).toEqual({
    value: { id: 9007199254740992, n: 1.5 },
    warnings: [expect.stringContaining('`text` has every digit')],
  })
  expect(parseJsonAnswer('{"id": 12, "big": 1e300}')).toEqual({ value: { id: 12, big: 1e300 }, warnings: [] })
})

test('null is a value, and text that is no JSON has none', () => {
  expect(parseJsonAnswer('null')).toEqual({ value: null, warnings: [] })
  expect(parseJsonAnswer('Hello')).toBeUndefined()
})

test('JSON of any depth is parsed', () => {
  expect(parseJsonAnswer(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)?.value).toBeInstanceOf(Array)
})
