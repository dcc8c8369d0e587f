import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { GenerateRequest, Part } from '../../../src/contract/generate.ts'
import { estimateInputTokens, measurePrompt } from '../../../src/router/metering/estimate-tokens.ts'

const user = (...parts: readonly Part[]): GenerateRequest => ({ model: 'm', messages: [{ role: 'user', parts }] })
const words = (text: string): Part => ({ type: 'text', text })
const estimate = (request: GenerateRequest, model: string) => estimateInputTokens(measurePrompt(request), model)
const IMAGE: Part = { type: 'image', mimeType: 'image/png', base64: 'A'.repeat(100_000) }

test.each([
  ['bytes, not characters', user(words('häß')), 'a/m', { min: 0, expected: 2, max: 5 + 80 }],
  ['the system prompt too', { ...user(words('abc')), system: 'defghi' }, 'a/m', { min: 1, expected: 3, max: 9 + 80 }],
  ['an image by the piece, not by its bytes', user(IMAGE), 'a/m', { min: 60, expected: 1_000, max: 6_000 + 80 }],
  [
    'an image for the one that counts them dear',
    user(IMAGE),
    'openai/gpt-4o-mini',
    { min: 60, expected: 1_000, max: 50_080 },
  ],
] as const)('counts %s', (_, request, model, expected) => {
  expect(estimate(request, model)).toEqual(expected)
})

test('tools and schemas are in the bound, with what vendors wrap around them', () => {
  const bare = estimate(user(words('x')), 'a/m').max
  const tool = { name: 'look', description: 'Looks.', schema: { type: 'object' } }
  expect(estimate({ ...user(words('x')), tools: [tool] }, 'a/m').max - bare).toBeGreaterThan(1_024)
  expect(estimate({ ...user(words('x')), json: { schema: tool.schema } }, 'a/m').max - bare).toBeGreaterThan(512)
})

test('the three never cross, whatever the text', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }), (texts) => {
      const { min: least, expected: likely, max: most } = estimate(user(...texts.map(words)), 'a/m')
      const bytes = new TextEncoder().encode(texts.join('')).length
      return least <= likely && likely <= most && bytes <= most
    }),
  )
})
