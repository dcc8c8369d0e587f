import { describe, expect, test } from 'vitest'
import type { GenerateEvent } from '../../src/contract/generate.ts'
import { told } from '../../src/tools/told.ts'
import { type TestWorld, testWorld } from '../support/world.ts'

const start: GenerateEvent = { type: 'start', provider: 'p', model: 'm', ignored: [] }
const goesOn: GenerateEvent = { ...start, model: 'other', continues: true }
const end: GenerateEvent = { type: 'end', finish: 'stop', usage: {} }
const text = (said: string): GenerateEvent => ({ type: 'text', text: said })

type Moment = readonly [atMs: number, what: GenerateEvent | Error]

/** Plays moments by the hand-turned clock; hears what the person is told, and when. */
function hearing(moments: readonly Moment[], world: TestWorld = testWorld()) {
  const began = world.now()
  const heard: [atMs: number, message: string][] = []
  async function* play(): AsyncGenerator<GenerateEvent> {
    for (const [at, what] of moments) {
      await world.sleep(began + at - world.now())
      if (what instanceof Error) throw what
      yield what
    }
  }
  const passed = told(play(), world, ({ message }) => heard.push([world.now() - began, message]))
  return { world, heard, passed }
}

const answering = 'p/m is answering'

describe('the person is told', () => {
  test.each<[what: string, moments: Moment[], heard: [number, string][]]>([
    [
      'words at once after a quiet tenth of a second',
      [
        [0, start],
        [500, text('one ')],
        [900, text('two')],
        [2000, end],
      ],
      [
        [0, answering],
        [500, 'one '],
        [900, 'two'],
      ],
    ],
    [
      'words that come faster in one piece every tenth of a second',
      [
        [0, start],
        [500, text('one ')],
        [530, text('two ')],
        [560, text('three ')],
        [620, text('four')],
        [900, end],
      ],
      [
        [0, answering],
        [500, 'one '],
        [600, 'two three '],
        [700, 'four'],
      ],
    ],
    [
      'the last words of a model that then pauses',
      [
        [0, start],
        [500, text('wait ')],
        [550, text('for it')],
        [60_000, end],
      ],
      [
        [0, answering],
        [500, 'wait '],
        [600, 'for it'],
      ],
    ],
    [
      'what is held with the end',
      [
        [0, start],
        [500, text('one ')],
        [550, text('two')],
        [560, end],
      ],
      [
        [0, answering],
        [500, 'one '],
        [560, 'two'],
      ],
    ],
    [
      'the words of a model before it is told who goes on from them',
      [
        [0, start],
        [500, text('one ')],
        [550, text('two ')],
        [560, goesOn],
        [570, text('three')],
        [900, end],
      ],
      [
        [0, answering],
        [500, 'one '],
        [560, 'two '],
        [560, 'p/other goes on from there'],
        [660, 'three'],
      ],
    ],
    [
      'nothing where there are no words',
      [
        [0, start],
        [500, text('')],
        [900, end],
      ],
      [[0, answering]],
    ],
  ])('%s', async (_, moments, expected) => {
    const { world, heard, passed } = hearing(moments)
    const all = Array.fromAsync(passed)
    await world.advance(100_000)
    expect(await all).toEqual(moments.map(([, event]) => event))
    expect(heard).toEqual(expected)
  })
})

describe('no timer is left behind, and nobody is told anything more', () => {
  const held: readonly Moment[] = [
    [0, start],
    [500, text('one ')],
    [550, text('two')],
  ]

  test.each<[how: string, last: Moment]>([
    ['when the answer ends', [560, end]],
    ['when it breaks', [560, new Error('cancelled')]],
  ])('%s', async (_, last) => {
    const { world, heard, passed } = hearing([...held, last])
    const all = Array.fromAsync(passed).catch((error: unknown) => error)
    await world.advance(560)
    expect(world.sleeping).toBe(0)
    expect(await all).toEqual(last[1] instanceof Error ? last[1] : [...held, last].map(([, event]) => event))
    const before = heard.length
    await world.advance(10_000)
    expect(heard).toHaveLength(before)
  })

  test('when the reader walks away', async () => {
    const { world, heard, passed } = hearing(held)
    const read = (async () => {
      for await (const event of passed) if (event.type === 'text' && event.text === 'two') return
    })()
    await world.advance(550)
    await read
    expect(world.sleeping).toBe(0)
    await world.advance(10_000)
    expect(heard.map(([, message]) => message)).toEqual([answering, 'one '])
  })
})
