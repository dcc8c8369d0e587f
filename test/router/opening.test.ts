import { expect, test } from 'vitest'
import type { GenerateEvent } from '../../src/contract/generate.ts'
import { opening } from '../../src/router/opening.ts'
import { end, error, start, text } from './house.ts'

function stream(events: readonly (GenerateEvent | Error)[]) {
  const state = { read: 0, closed: false }
  async function* play(): AsyncGenerator<GenerateEvent> {
    try {
      for (const event of events) {
        state.read++
        if (event instanceof Error) throw event
        yield event
      }
    } finally {
      state.closed = true
    }
  }
  return { state, events: play() }
}

const ALL = [start('a/b'), { type: 'thinking', text: 'hm' }, text(''), text('one'), text('two'), end()] as const

test('reads up to the first content and no further, and loses nothing', async () => {
  const { state, events } = stream(ALL)
  const opened = await opening(events)
  expect(state.read).toBe(4)
  expect(await Array.fromAsync(opened)).toEqual(ALL)
})

test('an end without content opens too', async () => {
  expect(await Array.fromAsync(await opening(stream([start('a/b'), end()]).events))).toEqual([start('a/b'), end()])
})

test('a failure before content is the opening’s own', async () => {
  await expect(opening(stream([start('a/b'), error({ kind: 'bad_response' })]).events)).rejects.toThrow('bad_response')
})

test('a failure after content comes where it happened', async () => {
  const opened = await opening(stream([start('a/b'), text('one'), error({ kind: 'bad_response' })]).events)
  expect((await opened.next()).value).toEqual(start('a/b'))
  expect((await opened.next()).value).toEqual(text('one'))
  await expect(opened.next()).rejects.toThrow('bad_response')
})

test('a loser is closed through the reader that it was opened with, before anyone has read from it', async () => {
  const { state, events } = stream(ALL)
  const opened = await opening(events)
  await opened.return?.()
  expect(state.closed).toBe(true)
  expect(await opened.next()).toMatchObject({ done: true })
})
