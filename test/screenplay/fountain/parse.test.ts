import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseFountain } from '../../../src/screenplay/fountain/parse.ts'
import { printFountain } from '../../../src/screenplay/fountain/print.ts'
import type { ScriptElement } from '../../../src/screenplay/types.ts'
import { anyScript, fountainLine } from '../arbitrary-script.ts'
import { countByType, hasData, readData, withoutPositions } from '../final-draft-data.ts'

const elements = (text: string): readonly ScriptElement[] => withoutPositions(parseFountain(text).elements)
const action = (text: string): ScriptElement => ({ type: 'action', text })
const says = (name: string, text: string): ScriptElement[] => [
  { type: 'character', name, extensions: [] },
  { type: 'dialogue', text },
]

describe('Fountain, one feature a row', () => {
  test.each<[string, string, readonly ScriptElement[]]>([
    ['a heading', 'INT. HOUSE - DAY', [{ type: 'scene_heading', text: 'INT. HOUSE - DAY' }]],
    ['a heading in small letters', 'ext. house - day', [{ type: 'scene_heading', text: 'ext. house - day' }]],
    ['both inside and outside', 'I/E. CAR - DAY', [{ type: 'scene_heading', text: 'I/E. CAR - DAY' }]],
    ['a forced heading', '.KITCHEN', [{ type: 'scene_heading', text: 'KITCHEN' }]],
    ['three dots', '... and then.', [action('... and then.')]],
    [
      'a scene number',
      'INT. HOUSE - DAY #I-1-A#',
      [{ type: 'scene_heading', text: 'INT. HOUSE - DAY', number: 'I-1-A' }],
    ],
    [
      'a heading without a blank below',
      'INT. HOUSE - DAY\nHe sits.',
      [{ type: 'scene_heading', text: 'INT. HOUSE - DAY' }, action('He sits.')],
    ],
    [
      'a heading without a blank above',
      'He sits.\nEXT. ROAD - DAY',
      [action('He sits.'), { type: 'scene_heading', text: 'EXT. ROAD - DAY' }],
    ],
    ['action of several lines', 'One.\n  Two.', [action('One.\n  Two.')]],
    ['a second blank line', 'One.\n\n\nTwo.', [action('One.'), action(''), action('Two.')]],
    ['forced action', '!BANG\nBANG', [action('BANG\nBANG')]],
    ['a speech', 'ANNA\nHello.', says('ANNA', 'Hello.')],
    ['an accented cue', 'ÉLODIE\nBonjour.', says('ÉLODIE', 'Bonjour.')],
    ['a cue in capitals without a speech', 'ANNA', [action('ANNA')]],
    ['a cue without a letter', '23\nHello.', [action('23\nHello.')]],
    ['a forced cue', '@McAVOY\nHello.', says('McAVOY', 'Hello.')],
    [
      'extensions',
      "HANS (on the radio) (CONT'D)\nHello.",
      [
        { type: 'character', name: 'HANS', extensions: ['on the radio', "CONT'D"] },
        { type: 'dialogue', text: 'Hello.' },
      ],
    ],
    [
      'dual dialogue',
      'EVE ^\nNo.',
      [
        { type: 'character', name: 'EVE', extensions: [], dual: true },
        { type: 'dialogue', text: 'No.' },
      ],
    ],
    [
      'a parenthetical',
      'EVE\n(low)\nNo.',
      [
        { type: 'character', name: 'EVE', extensions: [] },
        { type: 'parenthetical', text: 'low' },
        { type: 'dialogue', text: 'No.' },
      ],
    ],
    ['a pause inside a speech', 'EVE\nNo.\n  \nYes.', says('EVE', 'No.\n\nYes.')],
    ['an indented speech', '    EVE\n  No.', says('EVE', 'No.')],
    [
      'sung lines',
      'EVE\n~La\n~la',
      [
        { type: 'character', name: 'EVE', extensions: [] },
        { type: 'lyrics', text: 'La\nla' },
      ],
    ],
    ['a transition', 'CUT TO:', [{ type: 'transition', text: 'CUT TO:' }]],
    ['a forced transition', '> FADE OUT.', [{ type: 'transition', text: 'FADE OUT.' }]],
    ['centred', '>  THE END  <', [{ type: 'centered', text: 'THE END' }]],
    ['a page break', 'One.\n\n=====\n\nTwo.', [action('One.'), { type: 'page_break' }, action('Two.')]],
    [
      'a section and a synopsis',
      '## Act\n= They meet.',
      [
        { type: 'section', depth: 2, text: 'Act' },
        { type: 'synopsis', text: 'They meet.' },
      ],
    ],
    [
      'a note',
      'One.\n\n[[two\nlines]]\n\nThree.',
      [action('One.'), { type: 'note', text: 'two\nlines' }, action('Three.')],
    ],
    ['a note in a text', 'One [[a\nb]] two.', [action('One [[a\nb]] two.')]],
    ['no note: a blank line inside', 'One [[a\n\nb]]', [action('One [[a'), action('b]]')]],
    [
      'a boneyard',
      'One.\n/*\nINT. X - DAY\n\n*/\nTwo.',
      [action('One.'), { type: 'boneyard', text: '\nINT. X - DAY\n\n' }, action('Two.')],
    ],
    ['a boneyard never closed', 'One /* two', [action('One /* two')]],
    [
      'a scene number before a note',
      'INT. SHED - DAY #104# [[COLOR BLUE]]',
      [{ type: 'scene_heading', text: 'INT. SHED - DAY [[COLOR BLUE]]', number: '104' }],
    ],
    [
      'a scene number with other marks',
      'INT. SHED - DAY #A5/B#',
      [{ type: 'scene_heading', text: 'INT. SHED - DAY', number: 'A5/B' }],
    ],
    [
      'a cue with a note',
      'LOU [[say it as Loo]] (V.O.)\nHello.',
      [
        { type: 'character', name: 'LOU', extensions: ['V.O.'], notes: '[[say it as Loo]]' },
        { type: 'dialogue', text: 'Hello.' },
      ],
    ],
    ['a cue with ß', 'FRAU WEIß\nHallo.', says('FRAU WEIß', 'Hallo.')],
    ['German headings with ß', 'AUßEN. HOF - TAG', [{ type: 'scene_heading', text: 'AUßEN. HOF - TAG' }]],
    ['Russian headings', 'ИНТ. САРАЙ - НОЧЬ', [{ type: 'scene_heading', text: 'ИНТ. САРАЙ - НОЧЬ' }]],
    ['a shot of Beat', '!!CLOSE ON A DOG', [action('CLOSE ON A DOG')]],
    ['a text on a screen', 'SUPER:\nTWO YEARS LATER', [action('SUPER:\nTWO YEARS LATER')]],
    [
      'a parenthetical of two lines',
      'EVE\n(low,\nsad)\nNo.',
      [
        { type: 'character', name: 'EVE', extensions: [] },
        { type: 'parenthetical', text: 'low,\nsad' },
        { type: 'dialogue', text: 'No.' },
      ],
    ],
    [
      'a parenthetical in full-width brackets',
      '@李明\n（低声）\n不。',
      [
        { type: 'character', name: '李明', extensions: [] },
        { type: 'parenthetical', text: '（低声）' },
        { type: 'dialogue', text: '不。' },
      ],
    ],
    [
      'lyrics after a sung speech',
      'EVE\n~La\n\n~lo',
      [
        { type: 'character', name: 'EVE', extensions: [] },
        { type: 'lyrics', text: 'La' },
        { type: 'lyrics', text: 'lo', alone: true },
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(elements(text)).toEqual(expected)
  })

  test('a title page, and a script that begins like one but has none', () => {
    const { titlePage, elements: body } = parseFountain(
      'Title: X\nContact:\n    a@b.example\n\t(555)\nfmt: y\n\nFADE IN:',
    )
    expect(titlePage).toEqual([
      { key: 'Title', values: ['X'] },
      { key: 'Contact', values: ['a@b.example', '(555)'] },
      { key: 'fmt', values: ['y'] },
    ])
    expect(withoutPositions(body)).toEqual([action('FADE IN:')])
    expect(parseFountain('CUT TO:\n\nINT. X - DAY').titlePage).toEqual([])
  })

  test.each([
    ['another key first', 'Logline: A dog waits.\nTitle: Dog\n\nRain.', ['Logline', 'Title']],
    ['a boneyard above', '/* v2 */\n\nTitle: Dog\n\nRain.', ['Title']],
    ['no key that is known', 'ANNA: Hello.\n\nRain.', []],
  ])('a title page with %s', (_, text, keys) => {
    expect(parseFountain(text).titlePage.map(({ key }) => key)).toEqual(keys)
  })

  test('every element knows the lines it came from', () => {
    const { elements } = parseFountain(
      '\uFEFFTitle: X\r\n\r\nINT. X - DAY\r\n\r\nEVE\r\nNo.\r\nNo!\r\n\r\n/* a\r\nb */\r\n\r\nEnd.',
    )
    expect(elements.map(({ type, at }) => [type, at?.from, at?.to])).toEqual([
      ['scene_heading', 3, 3],
      ['character', 5, 5],
      ['dialogue', 6, 7],
      ['boneyard', 9, 10],
      ['action', 12, 12],
    ])
  })
})

describe('what goes out comes back', () => {
  test.each([
    'EVE\n~La\n\n~lo\n',
    'EVE\n\\(low,\nsad)\nNo.\n',
    'EVE\n(low,\nsad)\nNo.\n',
    'LOU (V.O.) [[say it as Loo]] ^\nHello.\n',
    'INT. SHED - DAY [[COLOR BLUE]] #104#\n',
    '!!!SHOT\n',
  ])('%j', (text) => {
    expect(printFountain(parseFountain(text))).toBe(text)
  })

  test('parse(print(script)) equals the script', () => {
    fc.assert(
      fc.property(anyScript, (given) => {
        expect(withoutPositions(parseFountain(printFountain(given)))).toEqual(given)
      }),
      { numRuns: 1_000 },
    )
  })

  test('any text is read without a throw, and printing settles at once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fountainLine, fc.constantFrom('', '  ', '/*', '*/', '[[', ']]', 'INT. X - DAY', 'EVE')), {
          maxLength: 30,
        }),
        (some) => {
          const read = parseFountain(some.join('\n'))
          for (const element of read.elements) expect(element.at?.from).toBeGreaterThan(0)
        },
      ),
      { numRuns: 1_000 },
    )
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (some) => void parseFountain(some)),
      { numRuns: 1_000 },
    )
  })
})

describe.skipIf(!hasData)('scripts saved by Final Draft (skipped where ../shared/data is absent)', () => {
  // Final Draft's own counts. One of its paragraphs in vikings is only the frame around a dual dialogue; it counts centred lines as action.
  test.each([
    [
      'vikings',
      {
        scene_heading: 115,
        action: 755,
        centered: 1,
        character: 849,
        parenthetical: 69,
        dialogue: 863,
        transition: 4,
        section: 27,
      },
    ],
    [
      'gumshoe',
      { scene_heading: 25, action: 220, centered: 1, character: 269, parenthetical: 44, dialogue: 283, transition: 2 },
    ],
    ['mostly-genius', { scene_heading: 16, action: 106, centered: 8, character: 318, dialogue: 318, page_break: 3 }],
  ])('%s has the elements that Final Draft counts, and survives a round trip', (name, counts) => {
    const script = parseFountain(readData(`final-draft/${name}/source.fountain`))
    expect(countByType(script.elements)).toEqual(counts)
    expect(withoutPositions(parseFountain(printFountain(script)))).toEqual(withoutPositions(script))
  })
})
