import { describe, expect, test } from 'vitest'
import { GenerateError } from '../src/contract/errors.ts'
import { createTextCalls, type TextCallRun, type TextOutcome } from '../src/text-calls.ts'
import { testWorld } from './support/test-world.ts'

const outcome = (text: string): TextOutcome => ({
  answer: { provider: 'p', model: 'm', text, thinking: '', calls: [], finish: 'stop', usage: {}, ignored: [] },
  isJson: false,
  endedAt: 0,
  conversationId: null,
  ignored: [],
  warnings: [],
})

/** Calls that write one word every ten seconds, three words in all. */
function slowCalls() {
  const world = testWorld()
  const calls = createTextCalls(world)
  let runs = 0
  const run = async (call: TextCallRun): Promise<TextOutcome> => {
    runs += 1
    for (const word of ['one ', 'two ', 'three']) {
      await world.sleep(10_000, call.signal).catch(() => {
        throw new GenerateError({ kind: 'cancelled' }, 'Cancelled.')
      })
      call.addText(word)
      call.report({ message: word, done: 1 })
    }
    return outcome('one two three')
  }
  const wait = (seconds: number, signal = new AbortController().signal) => ({ waitMs: seconds * 1_000, signal })
  return { world, calls, run, wait, runs: () => runs }
}

describe('a call that takes longer than its caller waits', () => {
  test('answers running with the text so far, goes on, and can be collected by its id', async () => {
    const { world, calls, run, wait } = slowCalls()
    const call = calls.start('q', run).call
    const first = call.wait(wait(15))
    await world.advance(15_000)
    expect(await first).toBe('running')
    expect(call).toMatchObject({ status: 'running', text: 'one ' })
    await world.advance(60_000)
    expect(await calls.get(call.id)?.wait(wait(0))).toMatchObject({ answer: { text: 'one two three' } })
    expect(call).toMatchObject({ status: 'complete' })
    expect(world.pendingSleeps).toBe(0)
  })

  test('is joined by the same question, while it runs and until its result is collected once', async () => {
    const { world, calls, run, wait, runs } = slowCalls()
    const call = calls.start('q', run).call
    const first = call.wait(wait(1))
    await world.advance(1_000)
    expect(await first).toBe('running')
    expect(calls.start('q', run).call).toBe(call)
    await world.advance(60_000)
    expect(calls.start('q', run).call).toBe(call)
    await call.wait(wait(1))
    expect(calls.start('q', run).call).not.toBe(call)
    expect(runs()).toBe(2)
  })

  test('reports the latest progress to a caller that joins', async () => {
    const { world, calls, run, wait } = slowCalls()
    const call = calls.start('q', run).call
    await world.advance(11_000)
    const heard: string[] = []
    const waiting = call.wait({ ...wait(60), onProgress: ({ message }) => heard.push(message) })
    await world.advance(60_000)
    await waiting
    expect(heard).toEqual(['one ', 'two ', 'three'])
  })
})

describe('the same question', () => {
  test('within a second is another call, because an agent may ask for several answers at once', () => {
    const { calls, run, runs } = slowCalls()
    expect(calls.start('q', run).call).not.toBe(calls.start('q', run).call)
    expect(runs()).toBe(2)
  })

  test('from a client that gave up without a word joins the running call', async () => {
    const { world, calls, run, wait, runs } = slowCalls()
    const first = calls.start('q', run).call
    void first.wait(wait(100))
    await world.advance(5_000)
    expect(calls.start('q', run).call).toBe(first)
    expect(calls.start('another', run).call).not.toBe(first)
    expect(runs()).toBe(2)
  })

  test('after a collected answer is a new call', async () => {
    const { world, calls, run, wait } = slowCalls()
    const first = calls.start('q', run).call
    const waiting = first.wait(wait(100))
    await world.advance(100_000)
    await waiting
    expect(calls.start('q', run).call).not.toBe(first)
  })
})

describe('cancelling', () => {
  test('stops the call at once and keeps its text, which the next call of the question points to', async () => {
    const { world, calls, run, wait } = slowCalls()
    const stop = new AbortController()
    const call = calls.start('q', run).call
    const waiting = call.wait(wait(100, stop.signal)).catch((error: unknown) => error)
    await world.advance(12_000)
    stop.abort()
    expect(await waiting).toMatchObject({ failure: { kind: 'cancelled' } })
    expect(call).toMatchObject({ status: 'cancelled', text: 'one ' })
    expect(calls.list()).toEqual([call])
    const next = calls.start('q', run).call
    expect(next.cancelledBefore).toBe(call)
    expect(next).not.toBe(call)
  })

  test('does not stop a call that another caller waits for', async () => {
    const { world, calls, run, wait } = slowCalls()
    const stop = new AbortController()
    const call = calls.start('q', run).call
    const other = call.wait(wait(100))
    const waiting = call.wait(wait(100, stop.signal)).catch((error: unknown) => error)
    await world.advance(5_000)
    stop.abort()
    expect(await waiting).toMatchObject({ failure: { kind: 'cancelled' } })
    await world.advance(60_000)
    expect(await other).toMatchObject({ answer: { text: 'one two three' } })
  })

  test('by close stops every call and waits until each is settled', async () => {
    const { world, calls, run } = slowCalls()
    const call = calls.start('q', run).call
    await calls.close()
    expect(call.status).toBe('cancelled')
    expect(world.pendingSleeps).toBe(0)
  })
})

test('keeps the newest calls only, and never drops one that runs', async () => {
  const { world, calls, run } = slowCalls()
  const running = calls.start('running', run).call
  for (let at = 0; at < 60; at++) {
    calls.start(`q${at}`, async (call) => {
      call.addText('x')
      return outcome('x')
    })
    await world.advance(1)
  }
  expect(calls.list()).toHaveLength(50)
  expect(calls.get(running.id)).toBe(running)
})
