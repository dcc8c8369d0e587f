import { expect, test } from 'vitest'
import type { Limit, Outcome } from '../../../src/contract/limit.ts'
import { type AttemptContext, createCallContext, type Handler } from '../../../src/router/context.ts'
import { admission } from '../../../src/router/layers/admission.ts'
import { measurePrompt } from '../../../src/router/metering/estimate-tokens.ts'
import { testWorld } from '../../support/test-world.ts'
import { endEvent, makeError, type ScriptStep, startEvent, textEvent } from '../harness.ts'

/** A limit that records its calls. */
function recordingLimit(
  name: string,
  diary: string[],
  freeAt?: number,
): Limit & { readonly outcomes: readonly Outcome[] } {
  const outcomes: Outcome[] = []
  return {
    name,
    outcomes,
    freeAt: (now) => freeAt ?? now,
    // Answers with a promise, as a limit shared by several processes does.
    async reserve() {
      diary.push(`reserve ${name}`)
      if (freeAt !== undefined) return { ok: false, freeAt, limitName: name }
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
const answering = (...steps: readonly ScriptStep[]): Handler =>
  async function* () {
    for (const step of steps) {
      if (step instanceof Error) throw step
      if (typeof step === 'object') yield step
    }
  }

const context = () => createCallContext(call, { now: world.now(), totalMs: 60_000, promptSize: measurePrompt(request) })

/** As accounting does below admission: the meter sees every event first. */
const metered = (next: Handler): Handler<AttemptContext> =>
  async function* (request, attempt) {
    for await (const event of next(request, attempt)) {
      attempt.meter.observe(event, world.now())
      yield event
    }
  }

function runAdmission(limits: readonly Limit[], next: Handler) {
  return admission(world, limits, 'a/m', 15_000)(metered(next))(request, context())
}

test('reserves in order, settles when the stream has ended and not before', async () => {
  const diary: string[] = []
  const [a, b] = [recordingLimit('a', diary), recordingLimit('b', diary)]
  for await (const event of runAdmission([a, b], answering(startEvent('a/m'), textEvent('x'), endEvent())))
    diary.push(event.type)
  expect(diary).toEqual(['reserve a', 'reserve b', 'start', 'text', 'end', 'settle a', 'settle b'])
  expect(a.outcomes).toEqual([{ used: { requests: 1, tokens: 120 }, arrivedBy: world.now() }])
})

test('keeps a place in the wait queue for a call and a model, for max_wait_ms at most', async () => {
  const places: unknown[] = []
  const limit: Limit = {
    ...recordingLimit('a', [], world.now() + 1),
    reserve(_, now, ticket) {
      places.push(ticket)
      return { ok: false, freeAt: now + 1, limitName: 'slow' }
    },
  }
  for (const patienceMs of [15_000, 90_000]) {
    const stream = admission(world, [limit], 'a/m', patienceMs)(answering())(request, context())
    await expect(Array.fromAsync(stream)).rejects.toThrow()
  }
  expect(places).toEqual([15_000, 60_000].map((ms) => ({ id: 'c a/m', waitUntil: world.now() + ms })))
})

test('an answer is not lost when a limit cannot be written', async () => {
  const broken: Limit = {
    ...recordingLimit('a', []),
    reserve: () => ({ ok: true, settle: () => Promise.reject(new Error('disk full')), release() {} }),
  }
  const diary: string[] = []
  await Array.fromAsync(
    runAdmission([broken, recordingLimit('b', diary)], answering(startEvent('a/m'), textEvent('x'), endEvent())),
  )
  expect(diary).toEqual(['reserve b', 'settle b'])
  expect(world.logLines).toEqual(['limit_not_settled {"model":"a/m","error":"Error: disk full"}'])
})

test('a refusal releases everything granted before it, asks no later limit, and names its limit', async () => {
  const diary: string[] = []
  const limits = [
    recordingLimit('a', diary),
    recordingLimit('b', diary, world.now() + 1_000),
    recordingLimit('c', diary),
  ]
  await expect(Array.fromAsync(runAdmission(limits, answering()))).rejects.toMatchObject({
    failure: { kind: 'refused_by_limit', limit: 'b', freeAt: world.now() + 1_000 },
    message:
      'a/m is held back by the limit "b". The next call passes at 2026-01-01T00:00:01Z. Try again then, or name another model.',
  })
  expect(diary).toEqual(['reserve a', 'reserve b', 'release a'])
})

test.each([
  [
    'a failure',
    [startEvent('a/m'), textEvent('twelve bytes'), makeError({ kind: 'bad_response' })],
    'settle',
    4,
    'bad_response',
  ],
  ['a failure before any answer', [makeError({ kind: 'overloaded' })], 'settle', 0, 'overloaded'],
  [
    'a refusal of the ledger: no request was sent',
    [makeError({ kind: 'over_budget', budget: 'b', freeAt: undefined })],
    'release',
    0,
    undefined,
  ],
] as const)('tells of %s', async (_, steps, act, tokens, kind) => {
  const diary: string[] = []
  const limit = recordingLimit('a', diary)
  await expect(Array.fromAsync(runAdmission([limit], answering(...steps)))).rejects.toThrow()
  expect(diary).toEqual(['reserve a', `${act} a`])
  expect(limit.outcomes.map(({ used, error: cause }) => [used.tokens, cause?.failure.kind])).toEqual(
    act === 'settle' ? [[tokens, kind]] : [],
  )
})

test.each([
  ['before any content says nothing about the model', 'start', 'cancelled'],
  ['later has seen it answer', 'text', undefined],
] as const)('a reader that leaves %s', async (_, leaveAt, kind) => {
  const limit = recordingLimit('a', [])
  for await (const event of runAdmission([limit], answering(startEvent('a/m'), textEvent('x'), endEvent()))) {
    if (event.type === leaveAt) break
  }
  expect(limit.outcomes.map((outcome) => outcome.error?.failure.kind)).toEqual([kind])
})
