import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ContinuationMode, createOverlapStripper } from '../../../src/router/layers/overlap.ts'

function joinPieces(sent: string, pieces: readonly string[], manner: ContinuationMode): string {
  const join = createOverlapStripper(sent, manner)
  return sent + pieces.map((piece) => join.push(piece)).join('') + join.flush()
}

const STORY = 'Once upon a time there stood a lighthouse on a rock'
const MORE = ', and no keeper had lit it for a hundred years.'

describe('text that does not repeat the very end stays, to the character', () => {
  test.each([
    ['the rest of a word', 'the lighth', 'ouse'],
    ['a letter twice', 'hel', 'lo'],
    ['a word that is said twice', 'He said that ', 'that was that'],
    ['a word that begins alike', 'it was a ', 'a'],
    ['a word that says itself twice', 'a mur', 'mur'],
    ['a mark twice', '#', '# A Lamp'],
    ['digits', 'It cost 100', '100 dollars'],
    ['an earlier sentence', `${STORY}. It was dark.`, ` ${STORY}. It was dark again.`],
    ['a paragraph', 'One.\n', '\nTwo.'],
    ['nothing', STORY, ''],
  ])('%s', (_, sent, more) => {
    expect(joinPieces(sent, [...more], 'prompt')).toBe(sent + more)
  })

  test('a model that continues from its own words may repeat something short', () => {
    expect(joinPieces('ha ha ha ha', [' ha ha ha ha!'], 'prefill')).toBe('ha ha ha ha ha ha ha ha!')
  })
})

describe('a repeat of the end is removed', () => {
  test.each<[string, ContinuationMode, string, string]>([
    ['the whole of it', 'prompt', STORY, STORY + MORE],
    ['the whole of a short one', 'prompt', 'Once', `Once${MORE}`],
    ['the whole of its first letter', 'prompt', 'O', `Once${MORE}`],
    ['the last words', 'prompt', STORY, `on a rock${MORE}`],
    ['the word that it stopped in', 'prompt', 'there stood a lighth', `lighthouse${MORE}`],
    ['a long end, by a model that goes on', 'prefill', STORY, `stood a lighthouse on a rock${MORE}`],
    ['the longest of several ends', 'prompt', 'So it was, so it was', 'So it was, so it was.'],
  ])('%s', (_, manner, sent, more) => {
    const whole = sent.endsWith('lighth') ? `there stood a lighthouse${MORE}` : undefined
    const expected =
      whole ??
      (STORY.startsWith(sent) && sent.length < 5 ? `Once${MORE}` : sent.startsWith('So') ? `${sent}.` : STORY + MORE)
    expect(joinPieces(sent, [more], manner)).toBe(expected)
    expect(joinPieces(sent, [...more], manner)).toBe(expected)
  })

  test('white space that the wire removed from the end is not repeated', () => {
    expect(joinPieces('One. ', [' Two.'], 'prefill')).toBe('One. Two.')
    expect(joinPieces('One.\n\n', ['\n\n', 'Two.'], 'prefill')).toBe('One.\n\nTwo.')
    expect(joinPieces('One.\n', ['\n\nTwo.'], 'prefill')).toBe('One.\n\nTwo.')
  })
})

test('the text is whole, however it is cut and however much of the end is repeated', () => {
  const words = fc.array(fc.stringMatching(/^[a-zé]{1,9}$/), { minLength: 10, maxLength: 40 })
  fc.assert(
    fc.property(words, fc.nat(), fc.nat(), fc.nat(), (some, a, b, c) => {
      // Each word occurs once and has no letter twice, so that only a repeat looks like one.
      const text = some.map((word, i) => `${[...new Set(word)].join('')}${i}`).join(' ')
      const cut = 1 + (a % (text.length - 1))
      const sent = text.slice(0, cut)
      const again = b % 2 === 0 ? 0 : 8 + (b % cut)
      const more = text.slice(Math.max(0, cut - again))
      const at = c % (more.length + 1)
      expect(joinPieces(sent, [more.slice(0, at), more.slice(at)], 'prompt')).toBe(
        again === 0 || Math.min(again, cut) >= 4 || /^\p{L}+$/u.test(sent) ? text : sent + more,
      )
    }),
    { numRuns: 500 },
  )
})

test('a text that is not a repeat is sent as soon as that is certain', () => {
  const join = createOverlapStripper(STORY, 'prompt')
  expect(join.push(', ')).toBe(', ')
  expect(createOverlapStripper(STORY, 'prompt').push('on a r')).toBe('')
})
