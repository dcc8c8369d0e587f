import { expect, test } from 'vitest'
import { createHarness, endEvent, fakeUpstream, startEvent, textEvent } from '../harness.ts'

type Facts = Parameters<typeof fakeUpstream>[3]
const singleModel = (facts: Facts = {}) => createHarness((world) => [fakeUpstream(world, 'a/x/one:free', ['x'], facts)])
const ONE = { model: 'a/x/one:free' }

test('the provider sees its own id of the model', async () => {
  const { collectEvents: ask, upstreams } = singleModel()
  await ask(ONE)
  expect(upstreams[0]?.requests[0]?.model).toBe('x/one:free')
})

const table: readonly [string, Facts, number | undefined, number, boolean][] = [
  // facts, asked, sent, told
  ['8,192 where nobody says', {}, undefined, 8_192, false],
  ['what the model can, where that is less', { maxOutputTokens: 4_096 }, undefined, 4_096, false],
  ['what was asked for', {}, 20_000, 20_000, false],
  ['no more than the model can, and says so', { maxOutputTokens: 4_096 }, 20_000, 4_096, true],
  ['what the prompt leaves of the window', { contextTokens: 2_001 }, undefined, 2_000, false],
  ['some, however full the window seems', { contextTokens: 10 }, undefined, 256, false],
]
test.each(table)('the bound on the output is %s', async (_, facts, asked, sent, told) => {
  const { collectEvents: ask, upstreams } = singleModel(facts)
  const [first] = await ask({ ...ONE, ...(asked !== undefined && { maxOutputTokens: asked }) })
  expect(upstreams[0]?.requests[0]?.maxOutputTokens).toBe(sent)
  expect(first).toMatchObject({ type: 'start', ignored: told ? ['maxOutputTokens'] : [] })
})

test('what a wire ignored stays in the list, once', async () => {
  const play = [{ ...startEvent('a/one'), ignored: ['seed', 'maxOutputTokens'] } as const, textEvent('x'), endEvent()]
  const { collectEvents: ask } = createHarness((world) => [
    fakeUpstream(world, 'a/one', [play], { maxOutputTokens: 10 }),
  ])
  expect((await ask({ model: 'a/one', maxOutputTokens: 11 }))[0]).toMatchObject({
    ignored: ['seed', 'maxOutputTokens'],
  })
})
