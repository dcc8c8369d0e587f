import fc from 'fast-check'
import { TAG_CATEGORIES, type Tag, tagsOf } from '../../src/screenplay/tags.ts'
import type { Script, ScriptElement } from '../../src/screenplay/types.ts'

const word = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[a-zA-Zéñ0-9,.!?'-]{1,9}$/) },
  fc.constantFrom(
    'INT.',
    'EXT.',
    'INNEN.',
    'AUSSEN.',
    'EST.',
    'CUT',
    'TO:',
    '>',
    '<',
    '(',
    ')',
    '#1#',
    '*a*',
    '_b_',
    '\\*',
    '~',
    '!',
    '@',
    '=',
    '#',
    '^',
    '\\(',
    '.',
    '[[n]]',
  ),
)
/** Words of every kind of mark. */
export const fountainLine = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' '))
const lines = fc.array(fountainLine, { minLength: 1, maxLength: 3 }).map((some) => some.join('\n'))
const plain = fc.stringMatching(/^[A-Za-z][a-z ]{0,12}[a-z]$/)
const name = fc.oneof(
  fc.stringMatching(/^[A-ZÉ][A-Z0-9 ]{0,8}[A-Z]$/),
  fc.stringMatching(/^[A-Z][a-z]{1,6}$/),
  fc.constantFrom('INT. VOICE', '李明', '#4'),
)
const text = <T extends string>(type: T, value: fc.Arbitrary<string>) => value.map((text) => ({ type, text }))
const spoken: fc.Arbitrary<ScriptElement[]> = fc
  .array(fc.oneof(text('dialogue', lines), text('parenthetical', plain), text('lyrics', plain)), { maxLength: 4 })
  .map((parts) => parts.filter((part, i) => part.type === 'parenthetical' || part.type !== parts[i - 1]?.type))
const speech: fc.Arbitrary<ScriptElement[]> = fc
  .record({ name, extensions: fc.array(plain, { maxLength: 2 }), dual: fc.boolean(), parts: spoken })
  .map(({ name, extensions, dual, parts }) => [
    { type: 'character', name, extensions, ...(dual && { dual }) },
    ...parts,
  ])
const one: fc.Arbitrary<ScriptElement[]> = fc
  .oneof(
    fc.record({ type: fc.constant('scene_heading' as const), text: plain.map((p) => `INT. ${p} - DAY`) }),
    fc.record({
      type: fc.constant('scene_heading' as const),
      text: plain.map((p) => `INNEN. ${p.toUpperCase()} - TAG`),
    }),
    fc.record({ type: fc.constant('scene_heading' as const), text: plain, number: fc.constantFrom('1', '2A') }),
    text('action', lines),
    text('transition', fc.oneof(plain, fc.constant('CUT TO:'))),
    text('centered', plain),
    text('synopsis', plain),
    text('note', plain),
    text('boneyard', plain),
    fc.record({ type: fc.constant('section' as const), depth: fc.integer({ min: 1, max: 6 }), text: plain }),
    fc.constant({ type: 'page_break' as const }),
  )
  .map((element) => [element])
const blank: fc.Arbitrary<ScriptElement[]> = fc.constant([{ type: 'action', text: '' }])
const between = fc.oneof({ weight: 5, arbitrary: fc.oneof(one, speech) }, { weight: 1, arbitrary: blank })
/** Well-formed scripts, with texts that try to be taken for something else. */
export const anyScript: fc.Arbitrary<Script> = fc
  .record({
    title: fc.option(plain, { nil: undefined }),
    body: fc.tuple(one, fc.array(between, { maxLength: 12 }), one),
  })
  .map(({ title, body: [first, middle, last] }) => ({
    titlePage:
      title === undefined
        ? []
        : [
            { key: 'Title', values: [title] },
            { key: 'Contact', values: [title, title] },
          ],
    elements: [...first, ...middle.flat(), ...last],
  }))

const mark = fc.record(
  {
    element: fc.nat(),
    words: fc.oneof(
      { weight: 5, arbitrary: fc.tuple(fc.nat(), fc.nat({ max: 12 })) },
      { weight: 1, arbitrary: fountainLine },
    ),
    category: fc.constantFrom(...TAG_CATEGORIES),
    nth: fc.integer({ min: 1, max: 3 }),
    label: fc.oneof(plain, fc.string({ unit: 'binary', maxLength: 6 })),
  },
  { requiredKeys: ['element', 'words', 'category'] },
)
/** Scripts with tags: on words that are there and on some that are not, one across another, once and again. */
export const anyTaggedScript: fc.Arbitrary<Script> = fc
  .tuple(anyScript, fc.array(mark, { minLength: 1, maxLength: 10 }))
  .map(([given, marks]) => {
    const elements = [...given.elements]
    for (const { element, words, ...rest } of marks) {
      const at = element % elements.length
      const one = elements[at]
      if (!one || one.type === 'page_break') continue
      const seen = one.type === 'character' ? one.name : one.text
      const [start, length] = typeof words === 'string' ? [0, 0] : words
      const from = start % (seen.length + 1)
      const text = typeof words === 'string' ? words : seen.slice(from, from + length)
      const tag: Tag = { ...rest, text }
      elements[at] = { ...one, tags: [...tagsOf(one), tag] }
    }
    return { ...given, elements }
  })
