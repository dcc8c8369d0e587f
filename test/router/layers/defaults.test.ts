import { describe, expect, test } from 'vitest'
import { createHarness, endEvent, fakeUpstream, makeError, startEvent, textEvent } from '../harness.ts'

type Facts = Parameters<typeof fakeUpstream>[3]
const singleModel = (facts: Facts = {}) => createHarness((world) => [fakeUpstream(world, 'a/x/one:free', ['x'], facts)])
const ONE = { model: 'a/x/one:free' }

test('the provider sees its own id of the model', async () => {
  const { collectEvents: ask, upstreams } = singleModel()
  await ask(ONE)
  expect(upstreams[0]?.requests[0]?.model).toBe('x/one:free')
})

const table: readonly [string, Facts, number | undefined, number, boolean][] = [
  // facts, asked, sent, ignored
  ['8,192 by default', {}, undefined, 8_192, false],
  ['the maximum of the model, where that is less', { maxOutputTokens: 4_096 }, undefined, 4_096, false],
  ['the requested one', {}, 20_000, 20_000, false],
  ['the maximum of the model, and reported as ignored', { maxOutputTokens: 4_096 }, 20_000, 4_096, true],
  ['the rest of the window after the prompt', { contextTokens: 2_001 }, undefined, 2_000, false],
  ['at least 256, however full the window seems', { contextTokens: 10 }, undefined, 256, false],
]
test.each(table)('the bound on the output is %s', async (_, facts, asked, sent, ignored) => {
  const { collectEvents: ask, upstreams } = singleModel(facts)
  const [first] = await ask({ ...ONE, ...(asked !== undefined && { maxOutputTokens: asked }) })
  expect(upstreams[0]?.requests[0]?.maxOutputTokens).toBe(sent)
  expect(first).toMatchObject({ type: 'start', ignored: ignored ? ['maxOutputTokens'] : [] })
})

describe('a bound that the model refuses', () => {
  const window = makeError({ kind: 'context_too_long', limitTokens: 8_192, promptTokens: 12 })
  const ceiling = makeError({ kind: 'invalid_request', field: 'max_tokens', maxOutputTokens: 4_096 })
  const bounds = (requests: readonly { readonly maxOutputTokens?: number }[]) =>
    requests.map(({ maxOutputTokens }) => maxOutputTokens)

  test.each([
    ['by its window', window, 8_192 - 11 - 32 - 1],
    ['by its ceiling', ceiling, 4_096],
    ['without a number', makeError({ kind: 'invalid_request', field: 'max_tokens' }), 4_096],
  ])('%s is lowered to what fits, once, and remembered', async (_, refusal, fitting) => {
    const { collectEvents: ask, upstreams } = createHarness((world) => [
      fakeUpstream(world, 'a/one', [refusal, 'x'], { contextTokens: 1_000_000, maxOutputTokens: 1_000_000 }),
    ])
    await ask({ model: 'a/one' })
    await ask({ model: 'a/one' })
    expect(bounds(upstreams[0]?.requests ?? [])).toEqual([8_192, fitting, fitting])
  })

  test('because of the prompt is not sent again', async () => {
    const tooLong = makeError({ kind: 'context_too_long', limitTokens: 8_192, promptTokens: 9_216 })
    const { expectError: fails, upstreams } = createHarness((world) => [fakeUpstream(world, 'a/one', [tooLong])])
    expect((await fails({ model: 'a/one' })).failure.kind).toBe('context_too_long')
    expect(upstreams[0]?.requests.length).toBe(1)
  })
})

describe('a schema that the model refuses', () => {
  const json = { schema: { type: 'object', properties: { n: { type: 'number' } } } }
  test.each([['response_format'], ['additionalProperties'], [undefined]])(
    'with the error blaming %s, is sent in words, and remembered',
    async (field) => {
      const refusal = makeError({ kind: 'invalid_request', ...(field && { field }) })
      const { collectEvents: ask, upstreams } = createHarness((world) => [
        fakeUpstream(world, 'a/one', [refusal, '{"n":1}']),
      ])
      expect((await ask({ model: 'a/one', json, system: 'Be brief.' }))[1]).toEqual(textEvent('{"n":1}'))
      await ask({ model: 'a/one', json })
      const [first, second, third] = upstreams[0]?.requests ?? []
      expect([first?.json, second?.json, third?.json]).toEqual([json, undefined, undefined])
      expect(second?.system).toMatch(/^Be brief\.\n\nAnswer with one JSON value .*"type":"object"/s)
    },
  )

  test('is not blamed for a refusal that names another setting', async () => {
    const refusal = makeError({ kind: 'invalid_request', field: 'temperature' })
    const { expectError: fails, upstreams } = createHarness((world) => [fakeUpstream(world, 'a/one', [refusal])])
    expect((await fails({ model: 'a/one', json })).failure.kind).toBe('invalid_request')
    expect(upstreams[0]?.requests.length).toBe(1)
  })
})

test('the default bound fits a tokens-a-minute limit', async () => {
  const { collectEvents: ask, upstreams } = createHarness((world) => [fakeUpstream(world, 'a/one', ['x'])], {
    policy: { limits: [{ match: 'a', tokensPerMinute: 4_000 }] },
  })
  await ask({ model: 'a/one' })
  expect(upstreams[0]?.requests[0]?.maxOutputTokens).toBe(3_999)
})

test('empty assistant messages are not sent', async () => {
  const { collectEvents: ask, upstreams } = createHarness((world) => [fakeUpstream(world, 'a/one', ['x'])])
  const user = { role: 'user', parts: [textEvent('hi')] } as never
  await ask({ model: 'a/one', messages: [user, { role: 'assistant', parts: [] }, user] })
  expect(upstreams[0]?.requests[0]?.messages).toEqual([user, user])
})

test('a setting that the wire ignores is listed once', async () => {
  const play = [{ ...startEvent('a/one'), ignored: ['seed', 'maxOutputTokens'] } as const, textEvent('x'), endEvent()]
  const { collectEvents: ask } = createHarness((world) => [
    fakeUpstream(world, 'a/one', [play], { maxOutputTokens: 10 }),
  ])
  expect((await ask({ model: 'a/one', maxOutputTokens: 11 }))[0]).toMatchObject({
    ignored: ['seed', 'maxOutputTokens'],
  })
})
