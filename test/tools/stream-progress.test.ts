import { describe, expect, test } from 'vitest'
import type { GenerateEvent } from '../../src/contract/generate.ts'
import { withTextProgress } from '../../src/tools/stream-progress.ts'
import { testWorld } from '../support/test-world.ts'

/** Events by their millisecond: a string is text, an error breaks the stream. */
type Moments = Readonly<Record<number, GenerateEvent | string | Error>>

const start: GenerateEvent = { type: 'start', provider: 'p', model: 'm', ignored: [] }
const continueEvent: GenerateEvent = { ...start, model: 'other', continues: true }
const end: GenerateEvent = { type: 'end', finish: 'stop', usage: {} }
const broken = new Error('broken')

/** Plays moments by the test clock, and collects the reported messages by their millisecond. */
function playStream(moments: Moments) {
  const world = testWorld()
  const began = world.now()
  const heard: Record<number, string> = {}
  async function* play(): AsyncGenerator<GenerateEvent> {
    for (const [at, what] of Object.entries(moments)) {
      await world.sleep(began + Number(at) - world.now())
      if (what instanceof Error) throw what
      yield typeof what === 'string' ? { type: 'text', text: what } : what
    }
  }
  const stream = withTextProgress(play(), world, ({ message }) => {
    const at = world.now() - began
    heard[at] = heard[at] === undefined ? message : `${heard[at]} | ${message}`
  })
  return { world, heard, stream }
}

describe('progress of a text', () => {
  const long = 'The keeper climbs the stair with one match left, and the lamp on the top step is out.'
  test.each<[what: string, moments: Moments, heard: Readonly<Record<number, string>>]>([
    [
      'goes out at once after a quiet tenth of a second',
      { 0: start, 500: 'one ', 900: 'two', 2000: end },
      { 0: 'p/m is answering', 500: 'one (4 characters)', 900: 'one two (7 characters)' },
    ],
    [
      'goes out every tenth of a second while text comes faster',
      { 0: start, 500: 'one ', 530: 'two ', 560: 'three ', 620: 'four', 900: end },
      {
        0: 'p/m is answering',
        500: 'one (4 characters)',
        600: 'one two three (14 characters)',
        700: 'one two three four (18 characters)',
      },
    ],
    [
      'shows the last text of a model that then pauses',
      { 0: start, 500: 'wait ', 550: 'for it', 60000: end },
      { 0: 'p/m is answering', 500: 'wait (5 characters)', 600: 'wait for it (11 characters)' },
    ],
    [
      'shows the last text at the end',
      { 0: start, 500: 'one ', 550: 'two', 560: end },
      { 0: 'p/m is answering', 500: 'one (4 characters)', 560: 'one two (7 characters)' },
    ],
    [
      'shows the text of a model before it names the next one',
      { 0: start, 500: 'one ', 550: 'two ', 560: continueEvent, 570: 'three', 900: end },
      {
        0: 'p/m is answering',
        500: 'one (4 characters)',
        560: 'one two (8 characters) | p/other continues the answer',
        660: 'one two three (13 characters)',
      },
    ],
    [
      'shows the last 60 characters on one line',
      { 0: start, 500: `${long.repeat(20)}\n\nAnd  then`, 900: end },
      {
        0: 'p/m is answering',
        500: '… ne match left, and the lamp on the top step is out. And then (1,711 characters)',
      },
    ],
    ['says nothing where there is no text', { 0: start, 500: '', 900: end }, { 0: 'p/m is answering' }],
  ])('%s', async (_, moments, expected) => {
    const { world, heard, stream } = playStream(moments)
    const events = Array.fromAsync(stream)
    await world.advance(100_000)
    expect(await events).toHaveLength(Object.keys(moments).length)
    expect(heard).toEqual(expected)
  })
})

test.each<[how: string, moments: Moments, read: number]>([
  ['when the answer ends', { 500: 'one ', 550: 'two', 560: end }, 3],
  ['when it breaks', { 500: 'one ', 550: 'two', 560: broken }, 3],
  ['when the reader leaves', { 500: 'one ', 550: 'two' }, 2],
])('no timer is left behind, and nothing more is reported, %s', async (_, moments, most) => {
  const { world, heard, stream } = playStream(moments)
  const reading = (async () => {
    let read = 0
    for await (const _event of stream) if (++read === most) return
  })()
  const outcome = reading.catch((error: unknown) => error)
  await world.advance(560)
  expect(await outcome).toBe(Object.values(moments).find((what) => what instanceof Error))
  expect(world.pendingSleeps).toBe(0)
  const before = { ...heard }
  await world.advance(10_000)
  expect(heard).toEqual(before)
})
