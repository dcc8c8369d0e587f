import { expect, test } from 'vitest'
import type { Limit, Outcome } from '../../src/contract/limit.ts'
import { guard } from '../../src/router/guard.ts'
import { firstTurn, type Step } from '../../src/router/turn.ts'
import { testWorld } from '../support/world.ts'
import { end, error, type PlayStep, start, text } from './house.ts'

/** A limit that writes down what is done to it. */
function noted(name: string, diary: string[], freeAt?: number): Limit & { readonly outcomes: readonly Outcome[] } {
  const outcomes: Outcome[] = []
  return {
    name,
    outcomes,
    freeAt: (now) => freeAt ?? now,
    // As one that several processes share would: with a promise.
    async reserve() {
      diary.push(`reserve ${name}`)
      if (freeAt !== undefined) return { ok: false, freeAt, by: name }
      return {
        ok: true,
        settle(outcome) {
          diary.push(`settle ${name}`)
          outcomes.push(outcome)
        },
        release: () => void diary.push(`release ${name}`),
      }
    },
  }
}

const world = testWorld()
const call = { id: 'c', tool: 't', signal: new AbortController().signal }
const request = { model: 'm', messages: [], maxOutputTokens: 50 }
const answering = (...steps: readonly PlayStep[]): Step =>
  async function* () {
    for (const step of steps) {
      if (step instanceof Error) throw step
      if (typeof step === 'object') yield step
    }
  }

function through(limits: readonly Limit[], next: Step) {
  return guard(world, limits, 'a/m', 15_000)(next)(request, firstTurn(call, world.now(), 60_000))
}

test('reserves in order, settles when the stream has ended and not before', async () => {
  const diary: string[] = []
  const [a, b] = [noted('a', diary), noted('b', diary)]
  for await (const event of through([a, b], answering(start('a/m'), text('x'), end()))) diary.push(event.type)
  expect(diary).toEqual(['reserve a', 'reserve b', 'start', 'text', 'end', 'settle a', 'settle b'])
  expect(a.outcomes).toEqual([{ used: { requests: 1, tokens: 120 }, arrivedBy: world.now() }])
})

test('keeps a place in line for a call and a model, for as long as the patience lasts', async () => {
  const places: unknown[] = []
  const limit: Limit = {
    ...noted('a', [], world.now() + 1),
    reserve(_, now, place) {
      places.push(place)
      return { ok: false, freeAt: now + 1, by: 'slow' }
    },
  }
  for (const patienceMs of [15_000, 90_000]) {
    const stream = guard(world, [limit], 'a/m', patienceMs)(answering())(request, firstTurn(call, world.now(), 60_000))
    await expect(Array.fromAsync(stream)).rejects.toThrow()
  }
  expect(places).toEqual([15_000, 60_000].map((ms) => ({ id: 'c a/m', until: world.now() + ms })))
})

test('an answer is not lost because a limit could not be written down', async () => {
  const broken: Limit = {
    ...noted('a', []),
    reserve: () => ({ ok: true, settle: () => Promise.reject(new Error('disk full')), release() {} }),
  }
  const diary: string[] = []
  await Array.fromAsync(through([broken, noted('b', diary)], answering(start('a/m'), text('x'), end())))
  expect(diary).toEqual(['reserve b', 'settle b'])
  expect(world.logged).toEqual(['limit_not_settled {"model":"a/m","error":"Error: disk full"}'])
})

test('one refusal gives back everything granted before it, asks nobody after it, and names itself', async () => {
  const diary: string[] = []
  const limits = [noted('a', diary), noted('b', diary, world.now() + 1_000), noted('c', diary)]
  await expect(Array.fromAsync(through(limits, answering()))).rejects.toMatchObject({
    failure: { kind: 'refused_by_limit', limit: 'b', freeAt: world.now() + 1_000 },
    message:
      'a/m is held back by the limit "b": it lets the next call through at 2026-01-01T00:00:01Z. Try again then, or name another model.',
  })
  expect(diary).toEqual(['reserve a', 'reserve b', 'release a'])
})

test.each([
  ['a failure', [start('a/m'), text('twelve bytes'), error({ kind: 'bad_response' })], 'settle', 4, 'bad_response'],
  ['a failure before any answer', [error({ kind: 'overloaded' })], 'settle', 0, 'overloaded'],
  [
    'a refusal of the ledger: it never went out',
    [error({ kind: 'over_budget', budget: 'b', freeAt: undefined })],
    'release',
    0,
    undefined,
  ],
] as const)('tells of %s', async (_, steps, act, tokens, kind) => {
  const diary: string[] = []
  const limit = noted('a', diary)
  await expect(Array.fromAsync(through([limit], answering(...steps)))).rejects.toThrow()
  expect(diary).toEqual(['reserve a', `${act} a`])
  expect(limit.outcomes.map(({ used, error: cause }) => [used.tokens, cause?.failure.kind])).toEqual(
    act === 'settle' ? [[tokens, kind]] : [],
  )
})

test.each([
  ['before any content says nothing about the model', 'start', 'cancelled'],
  ['later has seen it answer', 'text', undefined],
] as const)('a reader that leaves %s', async (_, leaveAt, kind) => {
  const limit = noted('a', [])
  for await (const event of through([limit], answering(start('a/m'), text('x'), end()))) {
    if (event.type === leaveAt) break
  }
  expect(limit.outcomes.map((outcome) => outcome.error?.failure.kind)).toEqual([kind])
})
