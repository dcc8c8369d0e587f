import { describe, expect, test } from 'vitest'
import { wholeItems } from '../../../src/agents/screenwriter/cut.ts'
import type { Scene, SceneElement } from '../../../src/agents/screenwriter/document.ts'
import { echoes, echoProblems, withoutEchoes } from '../../../src/agents/screenwriter/echo.ts'
import { cleanFacts, ledgerOf } from '../../../src/agents/screenwriter/facts.ts'
import { introduced } from '../../../src/agents/screenwriter/introduce.ts'
import { withSet } from '../../../src/agents/screenwriter/sets.ts'

const action = (text: string): SceneElement => ({ type: 'action', text })
const says = (speaker: string, text: string): SceneElement => ({ type: 'dialogue', speaker, parenthetical: null, text })
const scene = (elements: readonly SceneElement[], more: Partial<Scene> = {}): Scene => ({
  heading: 'INT. LAMP ROOM - NIGHT',
  summary: '',
  characters: [],
  pages: 1,
  elements,
  passes: 1,
  done: true,
  facts: [],
  ...more,
})

describe('what an answer held before it was cut off', () => {
  test.each<[string, string, unknown[]]>([
    ['nothing', '', []],
    ['no list', '{"a":1}', []],
    ['a list that has only begun', '{"elements":[{"type":"act', []],
    ['one whole and one half', '{"elements":[{"a":1},{"b":', [{ a: 1 }]],
    ['brackets and quotes inside strings', '{"elements":[{"a":"}]\\"{"},{"b":"x', [{ a: '}]"{' }]],
    ['objects in objects', '{"e":[{"a":{"b":[1,2]}},{"c":[', [{ a: { b: [1, 2] } }]],
    ['a whole list: what follows it is not part of it', '{"e":[{"a":1}],"facts":[{"b":2}]}', [{ a: 1 }]],
    ['an item that is no JSON', '{"e":[{"a":1},{a:2},{"b":3},', [{ a: 1 }, { b: 3 }]],
  ])('%s', (_, text, items) => {
    expect(wholeItems(text)).toEqual(items)
  })
})

describe('loops and copies', () => {
  const exchange = [
    says('MARA', 'You never told me that the lamp was broken.'),
    says('TOM', 'You never asked me who had broken it, Mara.'),
  ]
  const reworded = [
    says('TOM', 'You never told me that the lamp was broken!'),
    says('MARA', 'You never asked me who had broken it, Mara...'),
  ]
  const long =
    'She carries the last match up the winding stairs with both hands around it while the wind tears at the door below her.'

  test.each<[string, SceneElement[], SceneElement[][], (number | undefined)[]]>([
    ['an exchange of another scene, in other mouths', [action('Rain.'), ...reworded], [[], exchange], [2]],
    ['an exchange said twice in one scene', [...exchange, action('Rain.'), ...reworded], [], [undefined]],
    ['one long action of another scene', [action(long)], [[action(`${long} `)]], [1]],
    ['one sentence may come back', [exchange[0] as SceneElement], [exchange], []],
    [
      'short lines may come back',
      [says('TOM', 'No.'), says('MARA', 'Yes.')],
      [[says('A', 'No.'), says('B', 'Yes.')]],
      [],
    ],
    [
      'a scene that only has the same words',
      [says('TOM', 'The lamp never told me who was broken.'), says('TOM', 'Mara, who had asked you, never?')],
      [exchange],
      [],
    ],
    [
      'sentences of a script without spaces',
      [action('她在黑暗中慢慢地走上灯塔的台阶,手里拿着最后一根火柴。')],
      [[action('她在黑暗中慢慢地走上灯塔的台阶,手里拿着最后一根火柴!')]],
      [1],
    ],
  ])('%s', (_, elements, others, found) => {
    const scenes = others.map((each) => scene(each))
    expect(echoes(elements, scenes).map((echo) => echo.scene)).toEqual(found)
  })

  test('the model is told where, and at last code takes them out', () => {
    const elements = [
      action('Rain on the roof of the hut.'),
      ...reworded,
      action('The lamp goes out for good this time.'),
    ]
    const found = echoes(elements, [scene([]), scene(exchange)])
    expect(echoProblems(elements, found)).toEqual([
      'The passage that begins "You never told me that the lamp was broken!" stands almost word for word in scene 2: write something new there.',
    ])
    expect(withoutEchoes(elements, found)).toEqual([elements[0], elements[3]])
  })
})

describe('the ledger of facts', () => {
  test('facts are short lines, each once, five of a scene', () => {
    const given = ['**Mara** knows.', 'Mara knows.', ' ', 'x'.repeat(500), 'a', 'b', 'c', 'd']
    expect(cleanFacts(given)).toEqual(['x'.repeat(160), 'a', 'b', 'c', 'd'])
  })

  test('a scene is given what the scenes before it settled, in order', () => {
    const scenes = [
      scene([], { facts: ['Tom lied.'] }),
      scene([], { facts: ['Mara knows.'] }),
      scene([], { facts: ['Late.'] }),
    ]
    expect(ledgerOf(scenes, 2)).toEqual(['1: Tom lied.', '2: Mara knows.'])
    expect(ledgerOf(scenes, 0)).toEqual([])
  })

  test('of a long script it stays bounded: what concerns the people of the scene, then what came last', () => {
    const filler = (at: number) => `Something about number ${at} that is long enough to fill the ledger with words.`
    const scenes = Array.from({ length: 120 }, (_, at) =>
      scene([], { facts: [at === 3 ? 'Ines has the key.' : filler(at)], characters: ['INES'] }),
    )
    const ledger = ledgerOf(scenes, 119)
    expect(ledger.join('\n').length).toBeLessThanOrEqual(2_400)
    expect(ledger[0]).toBe('4: Ines has the key.')
    expect(ledger.at(-1)).toBe(`119: ${filler(118)}`)
  })
})

describe('introductions', () => {
  const cast = [
    { name: 'MARA', role: 'Mara, a keeper, 62. Stubborn.', want: '', voice: '' },
    { name: 'TOM', role: 'her brother', want: '', voice: '' },
    { name: 'J.R.', role: '', want: '', voice: '' },
  ]

  test.each<[string, SceneElement[], SceneElement[][], SceneElement[]]>([
    [
      'the first mention before the first speech gets capitals',
      [action('Mara waits. Marathon. Mara coughs.'), says('MARA', 'Well.')],
      [],
      [action('MARA waits. Marathon. Mara coughs.'), says('MARA', 'Well.')],
    ],
    [
      'who speaks unseen gets a line of its own',
      [action('Rain.'), says('MARA', 'Well.'), action('Mara sits.')],
      [],
      [action('Rain.'), action('MARA, a keeper, 62.'), says('MARA', 'Well.'), action('Mara sits.')],
    ],
    ['a name of dots, and nothing known of it', [says('J.R.', 'Hi.')], [], [action('J.R.'), says('J.R.', 'Hi.')]],
    ['who was there before is known', [says('TOM', 'Well.')], [[action('TOM comes in.')]], [says('TOM', 'Well.')]],
    ['who spoke before is known', [says('TOM', 'Well.')], [[says('TOM', 'Oh.')]], [says('TOM', 'Well.')]],
    ['who is not there is not introduced', [action('Rain.')], [], [action('Rain.')]],
  ])('%s', (_, elements, before, made) => {
    const scenes = before.map((each) => scene(each))
    expect(introduced(elements, scenes, cast)).toEqual(made)
  })
})

test.each([
  ['INT. Lamp Room - NIGHT', ['LAMP ROOM'], 'LAMP ROOM'],
  ['the lamp rooms', ['THE LAMP ROOM'], 'THE LAMP ROOM'],
  ["Anna's house, kitchen", ['ANNA’S HOUSE - KITCHEN'], 'ANNA’S HOUSE - KITCHEN'],
  ['A lamp room', ['THE LAMP ROOM'], 'THE LAMP ROOM'],
  ['**Küche**', [], 'KÜCHE'],
  ['???', [], 'A PLACE'],
])('the place %s', (given, sets, set) => {
  expect(withSet(sets, given)).toEqual({ set, sets: sets.includes(set) ? sets : [...sets, set] })
})
