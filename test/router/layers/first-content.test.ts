import { expect, test } from 'vitest'
import type { GenerateEvent } from '../../../src/contract/generate.ts'
import { awaitFirstContent } from '../../../src/router/layers/first-content.ts'
import { endEvent, makeError, startEvent, textEvent } from '../harness.ts'

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

const ALL = [
  startEvent('a/b'),
  { type: 'thinking', text: 'hm' },
  textEvent(''),
  textEvent('one'),
  textEvent('two'),
  endEvent(),
] as const

test('reads up to the first content and no further, and loses nothing', async () => {
  const { state, events } = stream(ALL)
  const opened = await awaitFirstContent(events)
  expect(state.read).toBe(4)
  expect(await Array.fromAsync(opened)).toEqual(ALL)
})

test('an end without content opens too', async () => {
  expect(await Array.fromAsync(await awaitFirstContent(stream([startEvent('a/b'), endEvent()]).events))).toEqual([
    startEvent('a/b'),
    endEvent(),
  ])
})

test('a failure before content rejects the opening', async () => {
  await expect(
    awaitFirstContent(stream([startEvent('a/b'), makeError({ kind: 'bad_response' })]).events),
  ).rejects.toThrow('bad_response')
})

test('a failure after content is thrown at its place in the stream', async () => {
  const opened = await awaitFirstContent(
    stream([startEvent('a/b'), textEvent('one'), makeError({ kind: 'bad_response' })]).events,
  )
  expect((await opened.next()).value).toEqual(startEvent('a/b'))
  expect((await opened.next()).value).toEqual(textEvent('one'))
  await expect(opened.next()).rejects.toThrow('bad_response')
})

test('a loser is closed through the reader that opened it, before it is read', async () => {
  const { state, events } = stream(ALL)
  const opened = await awaitFirstContent(events)
  await opened.return?.()
  expect(state.closed).toBe(true)
  expect(await opened.next()).toMatchObject({ done: true })
})
