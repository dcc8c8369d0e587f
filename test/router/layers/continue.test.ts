import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collectAnswer } from '../../../src/contract/collect.ts'
import type { GenerateEvent, GenerateRequest } from '../../../src/contract/generate.ts'
import type { Provider } from '../../../src/contract/provider.ts'
import type { RoutingPolicy } from '../../../src/contract/registry.ts'
import { candidateName } from '../../../src/router/format.ts'
import {
  advanceUntilSettled,
  createHarness,
  type FakeUpstream,
  fakeUpstream,
  makeError,
  startEvent,
  endEvent as stop,
  textEvent,
  textOf,
  type UpstreamScript,
  USAGE,
} from '../harness.ts'

const BOTH = { model: 'a/one', fallbacks: ['b/two'] }
const broken = makeError({ kind: 'bad_response' })
const half: UpstreamScript = [
  startEvent('a/one'),
  { type: 'thinking', text: 'hm' },
  textEvent('Once upon'),
  textEvent(' a ti'),
  broken,
]

/** The upstream with a wire that continues from the assistant's own words. */
const prefilling = (one: FakeUpstream): FakeUpstream => ({
  ...one,
  get requests() {
    return one.requests
  },
  candidate: { ...one.candidate, provider: { ...one.candidate.provider, prefill: true } satisfies Provider },
})

const pair = (
  first: readonly UpstreamScript[],
  second: readonly UpstreamScript[],
  policy: Partial<RoutingPolicy> = {},
) => createHarness((world) => [fakeUpstream(world, 'a/one', first), fakeUpstream(world, 'b/two', second)], { policy })

describe('a stream that breaks after text was sent', () => {
  test('is continued by the next model: one text, the end of the last, the usage of both', async () => {
    const { collectEvents: ask, upstreams, attempts, ledger } = pair([half], ['me there was'])
    const events = await ask(BOTH)
    expect(events.map((event) => event.type)).toEqual(['start', 'thinking', 'text', 'text', 'start', 'text', 'end'])
    expect(textOf(events)).toBe('Once upon a time there was')
    expect(events[4]).toEqual({ ...startEvent('b/two'), continues: true })
    expect(attempts.map(({ model, outcome }) => [model, outcome])).toEqual([
      ['a/one', 'bad_response'],
      ['b/two', 'ok'],
    ])
    expect(ledger.entries.map(({ model, isFallback: fallback, estimated }) => [model, fallback, estimated])).toEqual([
      ['one', false, true],
      ['two', true, false],
    ])
    const first = attempts[0]?.usage
    expect(first?.outputTokens).toBe(6) // 'hm' and 14 characters, three bytes a token
    expect(events.at(-1)).toEqual({
      type: 'end',
      finish: 'stop',
      usage: { inputTokens: (first?.inputTokens ?? 0) + USAGE.inputTokens, outputTokens: 6 + USAGE.outputTokens },
    })
    expect(upstreams.map((one) => one.requests.length)).toEqual([1, 1])
  })

  test('reports the last model as the one that answered', async () => {
    const { router, request, call, world } = pair([half], ['me there was'])
    const answer = await advanceUntilSettled(world, collectAnswer(router.generate(request(BOTH), call())))
    expect(answer).toMatchObject({ provider: 'b', model: 'two', text: 'Once upon a time there was', finish: 'stop' })
  })

  test('is continued by an instruction, without any thinking, where the wire cannot begin an answer', async () => {
    const { collectEvents: ask, upstreams } = pair([half], ['me'])
    await ask(BOTH)
    const [, said, instruction, ...rest] = upstreams[1]?.requests[0]?.messages ?? []
    expect(said).toEqual({ role: 'assistant', parts: [textEvent('Once upon a ti')] })
    expect(instruction).toMatchObject({ role: 'user', parts: [{ text: expect.stringContaining('"Once upon a ti"') }] })
    expect(rest).toEqual([])
  })

  test.each([
    ['continues from the text itself where wire and model accept that', {}, undefined, ['user', 'assistant']],
    [
      'gets an instruction where the model does not accept that',
      { prefill: false },
      undefined,
      ['user', 'assistant', 'user'],
    ],
    ['gets an instruction where thinking is on', {}, 'high', ['user', 'assistant', 'user']],
  ] as const)('the next model %s', async (_, facts, reasoningEffort, roles) => {
    const { collectEvents: ask, upstreams } = createHarness((world) => [
      fakeUpstream(world, 'a/one', [half]),
      prefilling(fakeUpstream(world, 'b/two', ['me'], facts)),
    ])
    expect(textOf(await ask({ ...BOTH, ...(reasoningEffort && { reasoningEffort }) }))).toBe('Once upon a time')
    expect(upstreams[1]?.requests[0]?.messages.map((message) => message.role)).toEqual(roles)
  })

  test('asks for no more output than is left of the bound', async () => {
    const { collectEvents: ask, upstreams } = pair([half], ['me'])
    await ask({ ...BOTH, maxOutputTokens: 100 })
    expect(upstreams[1]?.requests[0]?.maxOutputTokens).toBe(97)
  })

  test('is joined without the words that the next model repeats', async () => {
    const { collectEvents: ask } = pair(
      [half],
      [[startEvent('b/two'), textEvent('Once'), textEvent(' upon a time'), textEvent(' there was'), stop()]],
    )
    expect(textOf(await ask(BOTH))).toBe('Once upon a time there was')
  })

  test('needs nothing more where the text is already whole', async () => {
    const { collectEvents: ask, attempts } = pair([half], [[startEvent('b/two'), stop()]])
    expect(textOf(await ask(BOTH))).toBe('Once upon a ti')
    expect(attempts.map((attempt) => attempt.outcome)).toEqual(['bad_response', 'ok'])
  })

  test('may break again: the third model continues from all of the text', async () => {
    const { collectEvents: ask, upstreams } = createHarness((world) => [
      fakeUpstream(world, 'a/one', [half]),
      fakeUpstream(world, 'b/two', [[startEvent('b/two'), textEvent('me there'), broken]]),
      fakeUpstream(world, 'c/three', [' was']),
    ])
    expect(textOf(await ask({ model: 'a/one', fallbacks: ['b/two', 'c/three'] }))).toBe('Once upon a time there was')
    expect(upstreams[2]?.requests[0]?.messages[1]).toEqual({
      role: 'assistant',
      parts: [textEvent('Once upon a time there')],
    })
  })

  test('may break again in the middle of a repeat, of which nothing is sent', async () => {
    const { collectEvents: ask } = createHarness((world) => [
      fakeUpstream(world, 'a/one', [half]),
      fakeUpstream(world, 'b/two', [[startEvent('b/two'), textEvent('Once up'), broken]]),
      fakeUpstream(world, 'c/three', ['me']),
    ])
    expect(textOf(await ask({ model: 'a/one', fallbacks: ['b/two', 'c/three'] }))).toBe('Once upon a time')
  })

  test('skips models that cannot be asked', async () => {
    const { collectEvents: ask, attempts } = createHarness((world) => [
      fakeUpstream(world, 'a/one', [half]),
      fakeUpstream(world, 'b/two', [makeError({ kind: 'auth' })]),
      fakeUpstream(world, 'c/three', ['me']),
    ])
    expect(textOf(await ask({ model: 'a/one', fallbacks: ['b/two', 'c/three'] }))).toBe('Once upon a time')
    expect(attempts.map((attempt) => attempt.outcome)).toEqual(['bad_response', 'auth', 'ok'])
  })

  test('is continued once by the same model where there is no other', async () => {
    const alone = (plays: readonly UpstreamScript[]) => createHarness((world) => [fakeUpstream(world, 'a/one', plays)])
    const well = alone([half, 'me'])
    expect(textOf(await well.collectEvents({ model: 'a/one' }))).toBe('Once upon a time')
    const ill = alone([half])
    expect(await ill.expectError({ model: 'a/one' })).toMatchObject({
      failure: { kind: 'bad_response' },
      message: expect.stringContaining('a/one stopped after 14 characters'),
    })
    expect(ill.upstreams[0]?.requests.length).toBe(2)
  })

  test.each<[string, Partial<RoutingPolicy>, object, readonly number[]]>([
    ['the policy is to fail', { onStreamError: 'fail' }, {}, [1, 0]],
    ['the call has made all its requests', { maxAttempts: 1 }, {}, [1, 0]],
    ['its money is spent', {}, { maxMicroUsd: 123_200 }, [1, 0]],
  ])('fails, saying how far it came, where %s', async (_, policy, call, asked) => {
    const { expectError: fails, upstreams, ledger } = pair([half], ['me'], policy)
    expect((await fails(BOTH, call)).message).toBe(
      'a/one stopped after 14 characters (invalid response) and no other model could continue. The answer is incomplete: try again, or name another model.',
    )
    expect(upstreams.map((one) => one.requests.length)).toEqual(asked)
    expect(ledger.holds.map((hold) => hold.end)).not.toContain('open')
  })

  test('fails when the deadline has passed', async () => {
    const { expectError: fails, upstreams, world } = pair([[startEvent('a/one'), textEvent('Once'), 'hang']], ['me'])
    await fails(BOTH, { deadline: world.now() + 5_000 })
    expect(upstreams.map((one) => one.requests.length)).toEqual([1, 0])
  })

  test('is not continued after a tool call, nor when the caller has cancelled', async () => {
    const called: UpstreamScript = [
      startEvent('a/one'),
      textEvent('So'),
      { type: 'call', call: { id: 'c', name: 'look', args: {} } },
      broken,
    ]
    for (const play of [called, [startEvent('a/one'), textEvent('So'), makeError({ kind: 'cancelled' })]] as const) {
      const { expectError: fails, upstreams } = pair([play], ['no'])
      await fails(BOTH)
      expect(upstreams.map((one) => one.requests.length)).toEqual([1, 0])
    }
  })
})

test('the reader has the whole text once, wherever it breaks and however much of the end is repeated', async () => {
  // No word occurs twice, so that only a repeat looks like one.
  const story =
    'Once upon a time there stood one lighthouse on some rock; no keeper had lit it for 100 years – 灯台が光る。🗼 Then came Ada.'
  const cuts = fc.tuple(fc.integer({ min: 1, max: story.length - 1 }), fc.integer({ min: 1, max: story.length - 1 }))
  const again = fc.constantFrom(0, 0, 8, 20, 500)
  await fc.assert(
    fc.asyncProperty(cuts, again, again, fc.integer({ min: 1, max: 9 }), async (at, first, second, size) => {
      const [a, b] = [Math.min(...at), Math.max(...at)]
      /** Continues the shown text to `end`, and repeats the last characters of the shown text first. */
      const next = (one: FakeUpstream, repeat: number, end: number): FakeUpstream => {
        const { candidate } = one
        async function* generate({ messages }: GenerateRequest): AsyncGenerator<GenerateEvent> {
          const said = messages.flatMap(({ role, parts }) => (role === 'assistant' ? parts : []))
          const from = said.map((part) => (part.type === 'text' ? part.text : '')).join('').length
          yield startEvent(candidateName(candidate))
          for (const [piece] of story.slice(Math.max(0, from - repeat), end).matchAll(cut)) yield textEvent(piece)
          if (end < story.length) throw broken
          yield stop()
        }
        return { ...one, candidate: { ...candidate, provider: { ...candidate.provider, generate } } }
      }
      const cut = new RegExp(`[^]{1,${size}}`, 'g')
      const {
        collectEvents: ask,
        ledger,
        attempts,
      } = createHarness((world) => [
        next(fakeUpstream(world, 'a/one', []), 0, a),
        next(fakeUpstream(world, 'b/two', []), first, b),
        next(fakeUpstream(world, 'c/three', []), second, story.length),
      ])
      expect(textOf(await ask({ model: 'a/one', fallbacks: ['b/two', 'c/three'] }))).toBe(story)
      expect(ledger.holds.map((hold) => hold.end)).not.toContain('open')
      expect(attempts.at(-1)?.outcome).toBe('ok')
    }),
    { numRuns: 150 },
  )
})
