import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatResult } from '../../src/tools/result-text.ts'

describe('a result as text', () => {
  test('has the headline first, then the prose, then every other field, with unknown values shown as such', () => {
    const result = {
      text: 'Good evening.',
      model: 'lab/m1',
      usage: { input_tokens: 3, cached_input_tokens: null },
      attempts: [{ model: 'lab/m1', outcome: 'ok' }],
      ignored_settings: [],
      conversation_id: null,
      notes: 'two\nlines',
      skipped: undefined,
    }
    expect(formatResult(result, { headline: 'Done.', prose: ['text'] })).toBe(
      [
        'Done.',
        '',
        'Good evening.',
        '',
        'model: lab/m1',
        'usage: input_tokens 3 · cached_input_tokens unknown',
        'attempts:',
        '- model lab/m1 · outcome ok',
        'ignored_settings: none',
        'conversation_id: none',
        'notes:',
        '  two',
        '  lines',
      ].join('\n'),
    )
  })

  test('holds a JSON answer once', () => {
    expect(formatResult({ text: '{"a":[1]}', json: { a: [1] }, model: 'm' }, { prose: ['text'] })).toBe(
      '{"a":[1]}\n\nmodel: m',
    )
  })

  test('leaves no value out, whatever the shape', () => {
    const word = fc.stringMatching(/^[a-z]{6,10}$/)
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        word,
        fc.integer(),
        fc.boolean(),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(word, tie('any'), { maxKeys: 3 }),
      ),
    })).any
    fc.assert(
      fc.property(fc.dictionary(word, value, { minKeys: 1 }), (result) => {
        const text = formatResult(result)
        expect(scalars(result).filter((scalar) => !text.includes(scalar))).toEqual([])
      }),
    )
  })
})

function scalars(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [String(value)]
  return Object.values(value).flatMap(scalars)
}
