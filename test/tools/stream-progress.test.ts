import { describe, expect, test } from 'vitest'
import type { GenerateEvent } from '../../src/contract/generate.ts'
import { withTextProgress } from '../../src/tools/stream-progress.ts'
import { testWorld } from '../support/test-world.ts'

/** What happens at which millisecond: a string is text that comes, an error breaks the stream. */
type Moments = Readonly<Record<number, GenerateEvent | string | Error>>

const start: GenerateEvent = { type: 'start', provider: 'p', model: 'm', ignored: [] }
const continueEvent: GenerateEvent = { ...start, model: 'other', continues: true }
const end: GenerateEvent = { type: 'end', finish: 'stop', usage: {} }
const broken = new Error('broken')

/** Plays moments by the hand-turned clock; hears what the person is told, by the millisecond. */
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

describe('the person is told', () => {
  test.each<[what: string, moments: Moments, heard: Readonly<Record<number, string>>]>([
    [
      'words at once after a quiet tenth of a second',
      { 0: start, 500: 'one ', 900: 'two', 2000: end },
      { 0: 'p/m is answering', 500: 'one ', 900: 'two' },
    ],
    [
      'words that come faster in one piece every tenth of a second',
      { 0: start, 500: 'one ', 530: 'two ', 560: 'three ', 620: 'four', 900: end },
      { 0: 'p/m is answering', 500: 'one ', 600: 'two three ', 700: 'four' },
    ],
    [
      'the last words of a model that then pauses',
      { 0: start, 500: 'wait ', 550: 'for it', 60000: end },
      { 0: 'p/m is answering', 500: 'wait ', 600: 'for it' },
    ],
    [
      'what is held with the end',
      { 0: start, 500: 'one ', 550: 'two', 560: end },
      { 0: 'p/m is answering', 500: 'one ', 560: 'two' },
    ],
    [
      'the words of a model before it is told who goes on from them',
      { 0: start, 500: 'one ', 550: 'two ', 560: continueEvent, 570: 'three', 900: end },
      { 0: 'p/m is answering', 500: 'one ', 560: 'two  | p/other goes on from there', 660: 'three' },
    ],
    ['nothing where there are no words', { 0: start, 500: '', 900: end }, { 0: 'p/m is answering' }],
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
  ['when the reader walks away', { 500: 'one ', 550: 'two' }, 2],
])('no timer is left behind, and nothing more is told, %s', async (_, moments, most) => {
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
