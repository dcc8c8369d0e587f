import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { breakdown } from '../../src/screenplay/breakdown.ts'
import { fromFdx } from '../../src/screenplay/fdx/read.ts'
import { toFdx } from '../../src/screenplay/fdx/write.ts'
import { parseFountain } from '../../src/screenplay/fountain/parse.ts'
import { printFountain } from '../../src/screenplay/fountain/print.ts'
import { lint } from '../../src/screenplay/lint.ts'
import { TAG_CATEGORIES, type Tag, tagsOf } from '../../src/screenplay/tags.ts'
import type { Script, ScriptElement } from '../../src/screenplay/types.ts'
import { anyTaggedScript } from './arbitrary-script.ts'
import { fdxFiles, hasData, readData, stripInstructions, withoutFdx, withoutPositions } from './final-draft-data.ts'

const action = (text: string, ...tags: Tag[]): Script => ({
  titlePage: [],
  elements: [{ type: 'action', text, ...(tags.length > 0 && { tags }) }],
})
const props = (text: string, more: Partial<Tag> = {}): Tag => ({ category: 'Props', text, ...more })

describe('a tag marks its words', () => {
  test.each<[string, string, readonly Tag[], string]>([
    ['where they stand', 'She lifts the old kettle.', [props('old kettle')], 'She lifts the [1 old kettle].'],
    ['alone, rather than in a longer word', 'A string, a ring.', [props('ring')], 'A string, a [1 ring].'],
    ['in a longer word, if nowhere else', 'A string.', [props('ring')], 'A st[1 ring].'],
    ['at the place it counts to', 'A cup, a cup, a cup.', [props('cup', { nth: 3 })], 'A cup, a cup, a [1 cup].'],
    ['through a change of style', 'The **old** kettle.', [props('old kettle')], 'The [1 old][1  kettle].'],
    ['through the end of a line', 'The old\nkettle.', [props('old kettle')], 'The [1 old\nkettle].'],
    ['with marks that mean nothing there', 'A (b) c*.', [props('(b) c*')], 'A [1 (b) c*].'],
    ['together with another', 'An old dog.', [props('dog'), { category: 'Animals', text: 'dog' }], 'An old [1 dog].'],
    ['in order of the text', 'A cup, a pot.', [props('pot'), props('cup')], 'A [1 cup], a [2 pot].'],
    ['but not across another', 'An old tin cup.', [props('tin cup'), props('old tin')], 'An old [1 tin cup].'],
    ['and no others', 'An old cup.', [props('pot'), props('cup', { nth: 2 }), props(' ')], 'An old cup.'],
  ])('%s', (_, text, tags, expected) => {
    const xml = toFdx(action(text, ...tags))
    const body = xml.slice(0, xml.indexOf('</Content>'))
    const shown = [...body.matchAll(/<Text([^>]*)>([^<]*)</g)].map(([, attributes = '', words = '']) => {
      const number = /TagNumber="(\d+)"/.exec(attributes)?.[1]
      return number === undefined ? words : `[${number} ${words}]`
    })
    expect(shown.join('')).toBe(expected)
    expect(fromFdx(xml)).toEqual(action(text, ...tags))
  })

  test('things of one category with one label are defined once, under the category’s id', () => {
    const { titlePage, elements } = parseFountain('INT. X - DAY\n\nThe old kettle. A dog barks.\n\nThe kettle boils.')
    const tags = [[], [props('old kettle'), { category: 'Animals', text: 'dog', label: 'Rex' } as const], []]
    const again = props('kettle', { label: 'old kettle' })
    const xml = toFdx({ titlePage, elements: elements.map((one, at) => ({ ...one, tags: tags[at] ?? [again] })) })
    expect(xml.match(/<TagDefinition .*/g)).toEqual([
      '<TagDefinition CatId="05c556eb-6bc1-4a3a-b09f-f8b5ba1b6afa" Id="00000000-0000-4000-8000-000000000001" Label="old kettle" Number="1"/>',
      '<TagDefinition CatId="09cb0d1c-ce01-4f22-bb64-b5f2e6c491c6" Id="00000000-0000-4000-8000-000000000002" Label="Rex" Number="2"/>',
    ])
  })
})

describe('tags are read', () => {
  const KETTLE = '<TagDefinition CatId="05c556eb-6bc1-4a3a-b09f-f8b5ba1b6afa" Id="k" Label="Kettle" Number="1"/>'
  const DOG = '<TagDefinition CatId="09cb0d1c-ce01-4f22-bb64-b5f2e6c491c6" Id="d" Label="" Number="2"/>'
  const DRONE = '<TagDefinition CatId="own" Id="f" Label="Drone" Number="3"/>'
  const NAMED = '<TagDefinition CatId="other" Id="g" Label="Gown" Number="4"/>'
  const categories =
    '<TagCategory Id="own" Name="Drones" Number="32"/><TagCategory Id="other" Name="Wardrobe" Number="9"/>'
  const numbers = ['k', 'd', 'k</DefId><DefId>d', 'f', 'g', 'nothing'].map(
    (id, at) => `<Tag Number="${at + 1}"><DefId>${id}</DefId></Tag>`,
  )
  const elementsOf = (paragraphs: string): readonly ScriptElement[] =>
    fromFdx(
      `<FinalDraft><Content>${paragraphs}</Content><TagData><TagCategories>${categories}</TagCategories><TagDefinitions>${KETTLE}${DOG}${DRONE}${NAMED}</TagDefinitions><Tags>${numbers.join('')}</Tags></TagData></FinalDraft>`,
    ).elements
  const paragraph = (type: string, text: string): string =>
    `<Paragraph Type="${type}">${text.replace(/\[(\d+) ([^\]]*)\]|[^[]+/g, (all, number, words) => (number === undefined ? `<Text>${all}</Text>` : `<Text TagNumber="${number}">${words}</Text>`))}</Paragraph>`

  test.each<[string, string, readonly Tag[]]>([
    ['with their label', 'An [1 old kettle].', [props('old kettle', { label: 'Kettle' })]],
    ['without one', 'A [2 dog ]barks.', [{ category: 'Animals', text: 'dog' }]],
    ['as two things', 'A [3 dog].', [props('dog', { label: 'Kettle' }), { category: 'Animals', text: 'dog' }]],
    ['of a category of one’s own', 'A [4 drone].', [{ category: 'Miscellaneous', text: 'drone', label: 'Drone' }]],
    ['of a category under another id', 'A [5 gown].', [{ category: 'Wardrobe', text: 'gown', label: 'Gown' }]],
    ['in two pieces', 'An [1 old][1  kettle].', [props('old kettle', { label: 'Kettle' })]],
    ['at a later place', 'A dog, a [2 dog].', [{ category: 'Animals', text: 'dog', nth: 2 }]],
    ['in a longer word', 'A dog, a [2 dog]ma.', [{ category: 'Animals', text: 'dog', nth: 2 }]],
    ['that mean nothing', 'A [6 dog], a [7 cat].', []],
    ['of blanks', 'A[1  ]dog.', []],
  ])('%s', (_, text, tags) => {
    expect(elementsOf(paragraph('Action', text)).flatMap(tagsOf)).toEqual(tags)
  })

  test('in every kind of paragraph, each on the element that has its words', () => {
    const given = [
      ['Scene Heading', 'INT. [1 KETTLE] ROOM - DAY'],
      ['Action', 'A dog.\n\nA dog, a [2 dog].'],
      ['Character', '[1 ANNA] (V.O.)'],
      ['Parenthetical', '([2 dog] in hand)'],
      ['Dialogue', 'My dog.'],
      ['Dialogue', 'My [2 dog].'],
    ]
    expect(elementsOf(given.map(([type = '', text = '']) => paragraph(type, text)).join(''))).toEqual([
      { type: 'scene_heading', text: 'INT. KETTLE ROOM - DAY', tags: [props('KETTLE', { label: 'Kettle' })] },
      { type: 'action', text: 'A dog.' },
      { type: 'action', text: 'A dog, a dog.', tags: [{ category: 'Animals', text: 'dog', nth: 2 }] },
      { type: 'character', name: 'ANNA', extensions: ['V.O.'], tags: [props('ANNA', { label: 'Kettle' })] },
      { type: 'parenthetical', text: 'dog in hand', tags: [{ category: 'Animals', text: 'dog' }] },
      { type: 'dialogue', text: 'My dog.\nMy dog.', tags: [{ category: 'Animals', text: 'dog', nth: 2 }] },
    ])
  })

  test('as they were changed elsewhere, not as they were kept', () => {
    const xml = toFdx(action('A [[note]] dog and a cup.', props('cup'), props('gone')))
    expect(fromFdx(xml)).toEqual(action('A [[note]] dog and a cup.', props('cup'), props('gone')))
    const changed = xml.replace('Label="cup"', 'Label="tin cup"')
    expect(fromFdx(changed)).toEqual(action('A  dog and a cup.', props('cup', { label: 'tin cup' })))
  })
})

test('what another program keeps of tags is read, written and read again equal, on the same words', {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(anyTaggedScript, (given) => {
      const xml = toFdx(given)
      const back = fromFdx(stripInstructions(xml))
      expect(fromFdx(toFdx(back))).toEqual(back)
      // A tagged cue comes back in the capitals that Final Draft shows.
      const upper = (marks: unknown): string => JSON.stringify(marks).toUpperCase()
      expect(upper(marksIn(toFdx(back)))).toBe(upper(marksIn(xml)))
    }),
    { numRuns: 500 },
  )
})

test('Fountain leaves tags out, and that is no finding', () => {
  const script = parseFountain('INT. X - DAY #1#\n\nA cup.\n\nANNA\nMy cup.\n\n> FADE OUT.')
  const elements = script.elements.map(
    (one): ScriptElement => (one.type === 'page_break' ? one : { ...one, tags: [props('cup')] }),
  )
  expect(printFountain({ ...script, elements })).toBe(printFountain(script))
  expect(lint({ ...script, elements })).toEqual(lint(script))
})

test('a breakdown names what is tagged in each scene, each thing once', () => {
  const { titlePage, elements } = parseFountain('INT. A - DAY\n\nA cup. A dog.\n\nThe cup.\n\nINT. B - DAY\n\nA pot.')
  const tags: Readonly<Record<number, readonly Tag[]>> = {
    0: [{ category: 'Script Day', text: 'DAY', label: 'D1' }],
    1: [props('cup'), { category: 'Animals', text: 'dog', label: 'Rex' }],
    2: [props('cup'), props('The cup')],
  }
  const script = { titlePage, elements: elements.map((one, at) => ({ ...one, ...(tags[at] && { tags: tags[at] }) })) }
  expect(breakdown(script).map(({ tagged }) => tagged)).toEqual([
    { 'Script Day': ['D1'], Props: ['cup', 'The cup'], Animals: ['Rex'] },
    {},
  ])
})

describe.skipIf(!hasData)('real files (skipped where ../shared/data is absent)', () => {
  test.each(fdxFiles)('%s with tags on every element reads, writes and reads again equal', (file) => {
    const { elements, ...rest } = fromFdx(readData(file))
    const given = { ...rest, elements: elements.map(withSomeTags) }
    const xml = toFdx(given)
    // A paragraph with new tags is written from the tree, so its XML is not kept.
    expect(withoutFdx(fromFdx(xml))).toEqual(withoutFdx(given))
    const back = fromFdx(stripInstructions(xml))
    expect(back.elements.flatMap(tagsOf)).toEqual(given.elements.flatMap(tagsOf))
    expect(fromFdx(toFdx(back))).toEqual(back)
    expect(withoutPositions(parseFountain(printFountain(given))).elements).toEqual(withoutFdx(elements))
  })

  test('the categories are those of Final Draft, under its ids', () => {
    const theirs = readData('cases/final-draft-v6-tagged.fdx')
    const ours = toFdx(action('A cup.', props('cup')))
    expect(categoriesIn(ours)).toHaveLength(TAG_CATEGORIES.length)
    expect(categoriesIn(ours)).toEqual(categoriesIn(theirs))
  })
})

function categoriesIn(xml: string): readonly string[] {
  const all = xml.matchAll(/<TagCategory [^>]*Id="([^"]*)" Name="([^"]*)" Number="(\d+)"/g)
  return [...all].map(([, id, name, number]) => `${number} ${name} ${id}`).toSorted()
}

/** The last word of an element, and every seventh in between, in categories by turns. */
function withSomeTags(element: ScriptElement, at: number): ScriptElement {
  if (element.type === 'page_break' || element.type === 'character' || !('text' in element)) return element
  const words = [...new Set(element.text.match(/\p{L}{4,}/gu) ?? [])]
  const chosen = words.filter((word, index) => {
    const stands = new RegExp(`(?<![\\p{L}\\p{N}])${word}(?![\\p{L}\\p{N}])`, 'gu')
    return (index + at) % 7 === 0 && element.text.match(stands)?.length === 1
  })
  if (chosen.length === 0) return element
  const tags = chosen.map((text, index): Tag => {
    const category = TAG_CATEGORIES[(at + index) % TAG_CATEGORIES.length] ?? 'Props'
    return { category, text, ...(index % 2 === 1 && { label: `${text} & <co>` }) }
  })
  return { ...element, tags }
}

/** Every text that is tagged, with the names of its things. */
function marksIn(xml: string): readonly unknown[] {
  const labels = new Map(
    [...xml.matchAll(/<TagDefinition CatId="([^"]*)" Id="([^"]*)" Label="([^"]*)"/g)].map(([, category, id, label]) => {
      return [id, `${category} ${label}`]
    }),
  )
  const things = new Map(
    [...xml.matchAll(/<Tag Number="(\d+)">([\s\S]*?)<\/Tag>/g)].map(([, number, ids = '']) => {
      return [number, [...ids.matchAll(/<DefId>(.*?)</g)].map(([, id]) => labels.get(id))]
    }),
  )
  return [...xml.matchAll(/<Text[^>]* TagNumber="(\d+)"[^>]*>([^<]*)</g)].map(([, number, text]) => {
    return [text, things.get(number)]
  })
}
