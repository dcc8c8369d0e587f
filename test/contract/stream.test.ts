import { describe, expect, test } from 'vitest'
import type { GenerateEvent } from '../../src/contract/generate.ts'
import { flattenBatches, lazyStream, tapStream } from '../../src/contract/stream.ts'

const text = (words: string): GenerateEvent => ({ type: 'text', text: words })
const END: GenerateEvent = { type: 'end', finish: 'stop', usage: {} }

/** Events, then the error if one is given; `diary` records every step. */
function source(diary: string[], events: readonly GenerateEvent[], error?: Error): AsyncIterable<GenerateEvent> {
  async function* play(): AsyncGenerator<GenerateEvent> {
    diary.push('begun')
    try {
      yield* events
      if (error) throw error
    } finally {
      diary.push('closed')
    }
  }
  return play()
}

describe('lazyStream', () => {
  test('the stream is made once, when the first event is asked for', async () => {
    const diary: string[] = []
    const stream = lazyStream(async () => {
      diary.push('made')
      return source(diary, [text('a'), END])
    })
    expect(diary).toEqual([])
    expect(await Array.fromAsync(stream)).toEqual([text('a'), END])
    expect(diary).toEqual(['made', 'begun', 'closed'])
  })

  test('a stream that is left before the first event is asked for is never made', async () => {
    const diary: string[] = []
    const stream = lazyStream(async () => source(diary, [END]))
    await stream.return()
    expect(await stream.next()).toMatchObject({ done: true })
    expect(diary).toEqual([])
  })

  test('a stream that is left while it is being made is closed', async () => {
    const made = Promise.withResolvers<AsyncIterable<GenerateEvent>>()
    const stream = lazyStream(() => made.promise)
    const first = stream.next()
    const left = stream.return()
    let closed = 0
    const below = tapStream(source([], [text('a'), END]), { onEvent() {}, onClose: async () => void closed++ })
    made.resolve(below)
    await Promise.all([first, left])
    expect(closed).toBe(1)
  })

  test('the reader of a stream that cannot be made gets the error', async () => {
    const stream = lazyStream(() => Promise.reject(new RangeError('no')))
    await expect(stream.next()).rejects.toThrow('no')
    await stream.return()
  })
})

describe('tapStream', () => {
  const watching = (
    diary: string[],
    events: readonly GenerateEvent[],
    error?: Error,
    see?: () => void | Promise<void>,
  ) =>
    tapStream(source(diary, events, error), {
      onEvent: (event) => {
        diary.push(event.type === 'text' ? event.text : event.type)
        return see?.()
      },
      async onClose(cause) {
        diary.push(cause instanceof Error ? `over: ${cause.message}` : 'over')
      },
    })

  const READ = ['begun', 'a', 'end', 'closed', 'over']
  test.each<{ how: string; read: (diary: string[]) => Promise<unknown>; diary: readonly string[] }>([
    { how: 'read to its end', read: (diary) => Array.fromAsync(watching(diary, [text('a'), END])), diary: READ },
    {
      how: 'read no further than `end`, though there is more',
      read: (diary) => Array.fromAsync(watching(diary, [text('a'), END, text('b')])),
      diary: READ,
    },
    {
      how: 'broken',
      read: (diary) => Array.fromAsync(watching(diary, [text('a')], new Error('no'))).catch(() => {}),
      diary: ['begun', 'a', 'closed', 'over: no'],
    },
    {
      how: 'left',
      async read(diary) {
        for await (const _ of watching(diary, [text('a'), text('b'), END])) break
      },
      diary: ['begun', 'a', 'closed', 'over'],
    },
    {
      how: 'ended by the watch itself',
      read: (diary) =>
        Array.fromAsync(
          watching(diary, [text('a'), END], undefined, () => {
            throw new Error('seen enough')
          }),
        ).catch(() => {}),
      diary: ['begun', 'a', 'closed', 'over: seen enough'],
    },
    {
      how: 'ended by the watch a moment later',
      read: (diary) =>
        Array.fromAsync(
          watching(diary, [text('a'), END], undefined, () => Promise.reject(new Error('on reflection'))),
        ).catch(() => {}),
      diary: ['begun', 'a', 'closed', 'over: on reflection'],
    },
  ])('$how, it is over once, after the stream below has closed', async ({ read, diary }) => {
    const written: string[] = []
    await read(written)
    expect(written).toEqual(diary)
  })

  test('an event waits until its handler is done', async () => {
    const due = Promise.withResolvers<void>()
    const stream = watching([], [text('a'), END], undefined, () => due.promise)
    let came = false
    const first = stream.next().then(() => {
      came = true
    })
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
    expect(came).toBe(false)
    due.resolve()
    await first
    expect(came).toBe(true)
  })
})

describe('each', () => {
  async function* batches(diary: string[]): AsyncGenerator<readonly GenerateEvent[], void> {
    try {
      yield [text('a'), text('b')]
      yield []
      yield [END]
    } finally {
      diary.push('closed')
    }
  }

  test('events come one after another, whatever the size of a batch', async () => {
    expect(await Array.fromAsync(flattenBatches(batches([]), () => {}))).toEqual([text('a'), text('b'), END])
  })

  test('a reader that leaves in the middle of a batch does not read the rest', async () => {
    const diary: string[] = []
    for await (const _ of flattenBatches(batches(diary), () => diary.push('let go'))) break
    expect(diary).toEqual(['let go', 'closed'])
  })
})
