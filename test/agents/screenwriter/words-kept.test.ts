import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createScreenwriter } from '../../../src/agents/screenwriter/index.ts'
import { readPages } from '../../../src/agents/screenwriter/read-pages.ts'
import { memoryDocumentStore } from '../../support/document-store.ts'
import { testWorld } from '../../support/test-world.ts'
import { cutOff, fakeWriter, questionName } from './fake-writer.ts'

/** All elements of Fountain in the spellings of writers and models. */
const sentence = fc.constantFrom(
  'The lamp burns low and *no one* sees it.',
  'Rain. Then no rain.',
  'SUPER: "Seven years later"',
  'INSERT - THE LETTER. The ink has run.',
  'A door **slams**; _somewhere_ a dog (small) barks twice.',
  'MARA, 40, a coat too large, counts to 11:59 and stops.',
  'He says nothing. It is 5:24 -- then 5:25 -- and still nothing…',
)
const name = fc.constantFrom('MARA', 'OLD PEDRO', 'INÈS', 'GUARD 2', "O'NEIL", 'THE VOICE')
const extension = fc.constantFrom('', ' (V.O.)', ' (O.S.)', " (CONT'D)", ' (ON PHONE)')
const line = fc.constantFrom(
  'No.',
  'You said *was not*. You did not say *is not*.',
  'Certainly. Let me know if it boils.',
  'In fifty minutes there will be eleven metres of water where you are standing. It will not stop.',
  'One.\nTwo.\nThree.',
)
const speech = fc
  .tuple(name, extension, fc.option(fc.constantFrom('(beat)', '(to the lamp)', '(reading, slowly)')), line)
  .map(([name, how, aside, words]) => `${name}${how}\n${aside === null ? '' : `${aside}\n`}${words}`)
const other = fc.constantFrom(
  'CUT TO:',
  '> SMASH CUT TO BLACK.',
  '> THE END <',
  'MARA\n~Sing low, sing long\n~Sing the sea away',
  'MARA\nGo.\n\nTOM ^\nStay.',
  '!NOT A CUE BUT ACTION',
  '[[a note of the writer]]',
  '= A synopsis of what follows.',
)
const paragraph = fc.oneof(
  { weight: 4, arbitrary: sentence },
  { weight: 5, arbitrary: speech },
  { weight: 1, arbitrary: other },
)
const heading = fc.constantFrom(
  'INT. LAMP ROOM - NIGHT',
  'EXT. SHORE - DAWN',
  'I/E. CAR - DAY',
  'INT. TICKET OFFICE - CONTINUOUS',
  '.FLASHBACK: THE PLATFORM',
)
const scene = fc
  .tuple(heading, fc.array(paragraph, { minLength: 1, maxLength: 14 }))
  .map(([head, body]) => [head, ...body].join('\n\n'))
const script = fc.array(scene, { minLength: 1, maxLength: 5 }).map((scenes) => scenes.join(''))

const words = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

/** An answer and the text that may surround it. */
const wrapped = fc.tuple(
  script,
  fc.constantFrom('', '', '', 'Certainly! Here is your script:\n\n', '```fountain\n', 'Here is the scene:\n\n```\n'),
)

test('every word of an answer is in the pages, in order: 2,000 answers', () => {
  fc.assert(
    fc.property(wrapped, ([text, before]) => {
      const answer = `${before}${text}${before.includes('```') ? '\n```' : ''}`
      const { scenes, unreadable } = readPages(answer)
      expect(unreadable).toBe(false)
      expect(words(scenes.join(''))).toEqual(words(text))
    }),
    { numRuns: 2_000 },
  )
}, 120_000)

test('an answer without an error of form is kept byte for byte', () => {
  fc.assert(
    fc.property(script, (text) => {
      const { scenes, fixes } = readPages(text)
      if (fixes.length === 0) expect(scenes.join('')).toBe(text)
    }),
    { numRuns: 300 },
  )
})

test('the whole program keeps each word, from half to twice the requested length, cut off or not', async () => {
  await fc.assert(
    fc.asyncProperty(
      script,
      fc.double({ min: 0.05, max: 0.95, noNaN: true }),
      fc.boolean(),
      async (text, share, isCut) => {
        const at = Math.floor(text.length * share)
        // The question asks for a continuation that begins with the last word, written again in full.
        const lastWordAt = at - (/\S*$/.exec(text.slice(0, at))?.[0].length ?? 0)
        let pieces: readonly string[] = isCut ? [text.slice(0, at), text.slice(lastWordAt)] : [text]
        const { generate } = fakeWriter((request) => {
          const question = questionName(request)
          if (question !== 'pages' && question !== 'continue')
            return question === 'length' || question === 'repair' ? text : undefined
          const [piece = text, ...rest] = pieces
          pieces = rest
          return rest.length > 0 ? cutOff(piece) : piece
        })
        const writer = createScreenwriter({ generate, documents: memoryDocumentStore(), world: testWorld() })
        const { script_id } = await writer.develop(
          { concept: 'A lamp.', format: 'scene', target_pages: 1, polish: 0 },
          { signal: new AbortController().signal },
        )
        const printed = String(await writer.export(script_id, 'fountain')).replace(/^[\s\S]*?Author: Showrunner\n/, '')
        expect(words(printed)).toEqual(words(text))
      },
    ),
    { numRuns: 40 },
  )
}, 120_000)

test.each([
  ['a fence', '```\nINT. ROOM - DAY\n\nIt rains.\n```', 'INT. ROOM - DAY\n\nIt rains.'],
  ['a fence that is not closed', '```fountain\nINT. ROOM - DAY\n\nIt rains.', 'INT. ROOM - DAY\n\nIt rains.'],
  ['a title page', 'Title: X\nAuthor: Y\n\nINT. ROOM - DAY\n\nIt rains.', 'INT. ROOM - DAY\n\nIt rains.'],
  [
    'a farewell',
    'INT. ROOM - DAY\n\nIt rains.\n\nLet me know if you would like changes.',
    'INT. ROOM - DAY\n\nIt rains.',
  ],
])('%s around the pages is removed and listed', (_, answer, pages) => {
  const read = readPages(answer)
  expect(read.scenes.join('')).toBe(pages)
  expect(read.fixes).toHaveLength(1)
})

test('the note on the outline is no part of the pages', () => {
  const read = readPages('INT. ROOM - DAY\n\nIt rains.\n\n[[OUTLINE: He stays.]]')
  expect(read).toMatchObject({ scenes: ['INT. ROOM - DAY\n\nIt rains.'], departure: 'He stays.' })
})

test.each(['Sorry, I cannot do that.', '', '{"elements":[{"type":"action","text":"It rains."}]}'])(
  '%j is no script',
  (answer) => {
    expect(readPages(answer)).toMatchObject({ unreadable: true, scenes: [] })
  },
)
