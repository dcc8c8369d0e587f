import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findPieceEnd } from '../../src/tools/answer-piece.ts'

test.each([
  ['Latin text in pieces of 8,000 characters', 'a'.repeat(20_000), 8_000],
  ['Japanese in pieces of 4,000, because it takes more than a token a character', '灯'.repeat(20_000), 4_000],
  ['emoji in whole characters', '🎬'.repeat(20_000), 8_000],
  ['a short text whole', 'short', 5],
])('%s', (_, text, end) => expect(findPieceEnd(text, 0)).toBe(end))

test('pieces put together are the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), fc.integer({ min: 1, max: 2_000 }), (part, times) => {
      const text = part.repeat(times)
      const pieces: string[] = []
      for (let at = 0; at < text.length; at = findPieceEnd(text, at))
        pieces.push(text.slice(at, findPieceEnd(text, at)))
      expect(pieces.join('')).toBe(text)
    }),
  )
})
