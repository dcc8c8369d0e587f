import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collect } from '../../src/contract/collect.ts'
import type { GenerateEvent, GenerateRequest } from '../../src/contract/generate.ts'
import type { Provider } from '../../src/contract/provider.ts'
import type { RoutingPolicy } from '../../src/contract/roster.ts'
import { nameOf } from '../../src/router/words.ts'
import {
  error,
  house,
  type Play,
  passing,
  start,
  end as stop,
  text,
  textOf,
  type Upstream,
  USAGE,
  upstream,
} from './house.ts'

const BOTH = { model: 'a/one', fallbacks: ['b/two'] }
const broken = error({ kind: 'bad_response' })
const half: Play = [start('a/one'), { type: 'thinking', text: 'hm' }, text('Once upon'), text(' a ti'), broken]

/** Its wire goes on from the assistant's own words. */
const prefilling = (one: Upstream): Upstream => ({
  ...one,
  get asked() {
    return one.asked
  },
  candidate: { ...one.candidate, provider: { ...one.candidate.provider, prefill: true } satisfies Provider },
})

const pair = (first: readonly Play[], second: readonly Play[], policy: Partial<RoutingPolicy> = {}) =>
  house((world) => [upstream(world, 'a/one', first), upstream(world, 'b/two', second)], { policy })

describe('a stream that breaks after text was sent', () => {
  test('is gone on with by the next model: one text, the end from the last, the usage of both', async () => {
    const { ask, up, attempts, ledger } = pair([half], ['me there was'])
    const events = await ask(BOTH)
    expect(events.map((event) => event.type)).toEqual(['start', 'thinking', 'text', 'text', 'start', 'text', 'end'])
    expect(textOf(events)).toBe('Once upon a time there was')
    expect(events[4]).toEqual({ ...start('b/two'), continues: true })
    expect(attempts.map(({ model, outcome }) => [model, outcome])).toEqual([
      ['a/one', 'bad_response'],
      ['b/two', 'ok'],
    ])
    expect(ledger.entries.map(({ model, fallback, estimated }) => [model, fallback, estimated])).toEqual([
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
    expect(up.map((one) => one.asked.length)).toEqual([1, 1])
  })

  test('whoever answers last is the model that answered', async () => {
    const { router, request, call, world } = pair([half], ['me there was'])
    const answer = await passing(world, collect(router.generate(request(BOTH), call())))
    expect(answer).toMatchObject({ provider: 'b', model: 'two', text: 'Once upon a time there was', finish: 'stop' })
  })

  test('is told to go on where the wire cannot begin an answer, without any thinking', async () => {
    const { ask, up } = pair([half], ['me'])
    await ask(BOTH)
    const [, said, told, ...rest] = up[1]?.asked[0]?.messages ?? []
    expect(said).toEqual({ role: 'assistant', parts: [text('Once upon a ti')] })
    expect(told).toMatchObject({ role: 'user', parts: [{ text: expect.stringContaining('"Once upon a ti"') }] })
    expect(rest).toEqual([])
  })

  test.each([
    ['goes on from its own words where wire and model take that', {}, undefined, ['user', 'assistant']],
    ['is told where the model does not take it', { prefill: false }, undefined, ['user', 'assistant', 'user']],
    ['is told where it is to think', {}, 'high', ['user', 'assistant', 'user']],
  ] as const)('the next %s', async (_, facts, reasoningEffort, roles) => {
    const { ask, up } = house((world) => [
      upstream(world, 'a/one', [half]),
      prefilling(upstream(world, 'b/two', ['me'], facts)),
    ])
    expect(textOf(await ask({ ...BOTH, ...(reasoningEffort && { reasoningEffort }) }))).toBe('Once upon a time')
    expect(up[1]?.asked[0]?.messages.map((message) => message.role)).toEqual(roles)
  })

  test('asks for no more than is left of the bound', async () => {
    const { ask, up } = pair([half], ['me'])
    await ask({ ...BOTH, maxOutputTokens: 100 })
    expect(up[1]?.asked[0]?.maxOutputTokens).toBe(97)
  })

  test('is joined without the end that the next model says again', async () => {
    const { ask } = pair([half], [[start('b/two'), text('Once'), text(' upon a time'), text(' there was'), stop()]])
    expect(textOf(await ask(BOTH))).toBe('Once upon a time there was')
  })

  test('needs nothing more where the text was whole already', async () => {
    const { ask, attempts } = pair([half], [[start('b/two'), stop()]])
    expect(textOf(await ask(BOTH))).toBe('Once upon a ti')
    expect(attempts.map((attempt) => attempt.outcome)).toEqual(['bad_response', 'ok'])
  })

  test('may break again: the one after goes on from all there is', async () => {
    const { ask, up } = house((world) => [
      upstream(world, 'a/one', [half]),
      upstream(world, 'b/two', [[start('b/two'), text('me there'), broken]]),
      upstream(world, 'c/three', [' was']),
    ])
    expect(textOf(await ask({ model: 'a/one', fallbacks: ['b/two', 'c/three'] }))).toBe('Once upon a time there was')
    expect(up[2]?.asked[0]?.messages[1]).toEqual({ role: 'assistant', parts: [text('Once upon a time there')] })
  })

  test('may break again in the middle of a repeat: nothing of it is sent', async () => {
    const { ask } = house((world) => [
      upstream(world, 'a/one', [half]),
      upstream(world, 'b/two', [[start('b/two'), text('Once up'), broken]]),
      upstream(world, 'c/three', ['me']),
    ])
    expect(textOf(await ask({ model: 'a/one', fallbacks: ['b/two', 'c/three'] }))).toBe('Once upon a time')
  })

  test('passes over those that cannot be asked', async () => {
    const { ask, attempts } = house((world) => [
      upstream(world, 'a/one', [half]),
      upstream(world, 'b/two', [error({ kind: 'auth' })]),
      upstream(world, 'c/three', ['me']),
    ])
    expect(textOf(await ask({ model: 'a/one', fallbacks: ['b/two', 'c/three'] }))).toBe('Once upon a time')
    expect(attempts.map((attempt) => attempt.outcome)).toEqual(['bad_response', 'auth', 'ok'])
  })

  test('is gone on with by itself where there is no other, once', async () => {
    const alone = (plays: readonly Play[]) => house((world) => [upstream(world, 'a/one', plays)])
    const well = alone([half, 'me'])
    expect(textOf(await well.ask({ model: 'a/one' }))).toBe('Once upon a time')
    const ill = alone([half])
    expect(await ill.fails({ model: 'a/one' })).toMatchObject({
      failure: { kind: 'bad_response' },
      message: expect.stringContaining('a/one broke off after 14 characters'),
    })
    expect(ill.up[0]?.asked.length).toBe(2)
  })

  test.each<[string, Partial<RoutingPolicy>, object, readonly number[]]>([
    ['it is told to fail', { onBreak: 'fail' }, {}, [1, 0]],
    ['the call has made all its requests', { attemptsInAll: 1 }, {}, [1, 0]],
    ['its money is spent', {}, { maxMicroUsd: 123_200 }, [1, 0]],
  ])('fails, saying how far it came, where %s', async (_, policy, call, asked) => {
    const { fails, up, ledger } = pair([half], ['me'], policy)
    expect((await fails(BOTH, call)).message).toBe(
      'a/one broke off after 14 characters (its answer was broken), and nobody went on from there, so the answer is not whole. Try again, or name another model.',
    )
    expect(up.map((one) => one.asked.length)).toEqual(asked)
    expect(ledger.holds.map((hold) => hold.end)).not.toContain('open')
  })

  test('fails where its time is over', async () => {
    const { fails, up, world } = pair([[start('a/one'), text('Once'), 'hang']], ['me'])
    await fails(BOTH, { deadline: world.now() + 5_000 })
    expect(up.map((one) => one.asked.length)).toEqual([1, 0])
  })

  test('is not gone on with after a tool call, nor when the caller has cancelled', async () => {
    const called: Play = [
      start('a/one'),
      text('So'),
      { type: 'call', call: { id: 'c', name: 'look', args: {} } },
      broken,
    ]
    for (const play of [called, [start('a/one'), text('So'), error({ kind: 'cancelled' })]] as const) {
      const { fails, up } = pair([play], ['no'])
      await fails(BOTH)
      expect(up.map((one) => one.asked.length)).toEqual([1, 0])
    }
  })
})

test('wherever it breaks, and however much of the end is said again, the reader has the whole text once', async () => {
  // No word is there twice, so that nothing but a repeat looks like one.
  const story =
    'Once upon a time there stood one lighthouse on some rock; nobody had lit it for 100 years – 灯台が光る。🗼 Then came Ada.'
  const cuts = fc.tuple(fc.integer({ min: 1, max: story.length - 1 }), fc.integer({ min: 1, max: story.length - 1 }))
  const again = fc.constantFrom(0, 0, 8, 20, 500)
  await fc.assert(
    fc.asyncProperty(cuts, again, again, fc.integer({ min: 1, max: 9 }), async (at, first, second, size) => {
      const [a, b] = [Math.min(...at), Math.max(...at)]
      /** Goes on to `end` from what it is shown as said, but for the last characters of that, which it says again. */
      const next = (one: Upstream, repeat: number, end: number): Upstream => {
        const { candidate } = one
        async function* generate({ messages }: GenerateRequest): AsyncGenerator<GenerateEvent> {
          const said = messages.flatMap(({ role, parts }) => (role === 'assistant' ? parts : []))
          const from = said.map((part) => (part.type === 'text' ? part.text : '')).join('').length
          yield start(nameOf(candidate))
          for (const [piece] of story.slice(Math.max(0, from - repeat), end).matchAll(cut)) yield text(piece)
          if (end < story.length) throw broken
          yield stop()
        }
        return { ...one, candidate: { ...candidate, provider: { ...candidate.provider, generate } } }
      }
      const cut = new RegExp(`[^]{1,${size}}`, 'g')
      const { ask, ledger, attempts } = house((world) => [
        next(upstream(world, 'a/one', []), 0, a),
        next(upstream(world, 'b/two', []), first, b),
        next(upstream(world, 'c/three', []), second, story.length),
      ])
      expect(textOf(await ask({ model: 'a/one', fallbacks: ['b/two', 'c/three'] }))).toBe(story)
      expect(ledger.holds.map((hold) => hold.end)).not.toContain('open')
      expect(attempts.at(-1)?.outcome).toBe('ok')
    }),
    { numRuns: 150 },
  )
})
