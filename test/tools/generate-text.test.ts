import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type App, createApp } from '../../src/app.ts'
import generateText from '../../src/tools/generate-text.ts'
import { realWorld } from '../../src/world.ts'
import { type FakeVendor, startFakeVendor } from '../support/fake-vendor.ts'

type Input = Parameters<typeof generateText.input.parse>[0] & object

/** Answers by the last message: `SLOW`, `EMPTY`, `LONG 20000`, `JSON …` or a greeting. */
let vendor: FakeVendor
beforeAll(async () => {
  vendor = await startFakeVendor(({ body }) => {
    const last = JSON.stringify((body['messages'] as readonly unknown[]).at(-1))
    const long = /LONG (\d+)/.exec(last)
    if (long) return { text: '0123456789'.repeat(Number(long[1]) / 10) }
    if (last.includes('EMPTY')) return { text: '', usage: { input: 3, output: 7 } }
    if (last.includes('ODD')) return { text: 'Odd.', usage: { input: 12.5, output: 1e20 } }
    if (last.includes('SLOW')) return { text: 'one two three four five six', chunkMs: 300 }
    return { text: 'Good evening.' }
  })
})
afterAll(() => vendor.close())

function setUp() {
  const cwd = mkdtempSync(join(tmpdir(), 'showrunner-text-'))
  writeFileSync(
    join(cwd, 'showrunner.json'),
    JSON.stringify({ providers: { lab: { base_url: `${vendor.origin}/v1`, api_key: 'k', models: ['m'] } } }),
  )
  const app = createApp({
    env: { SHOWRUNNER_HOME: join(cwd, 'home') },
    cwd,
    world: { ...realWorld(), log: () => {} },
    configDir: join(cwd, 'config'),
  })
  onTestFinished(() => app.close())
  return { app, ask: (input: Input, signal?: AbortSignal) => ask(app, input, signal) }
}

function ask(app: App, input: Input, signal = new AbortController().signal) {
  const parsed = generateText.input.parse({ ...('call_id' in input ? {} : { model: 'lab/m' }), ...input })
  return generateText.run(parsed, { app, signal, progress: () => {} })
}

const requestsOf = (prompt: string) => vendor.requests.filter(({ body }) => JSON.stringify(body).includes(prompt))

describe('a call that takes longer than wait_seconds', () => {
  test('answers running with the text so far, and the call_id fetches the whole answer, asked and paid once', async () => {
    const { app, ask } = setUp()
    const prompt = 'SLOW, please.'
    const first = await ask({ prompt, wait_seconds: 0 })
    await until(() => app.textCalls.get(first.call_id)?.text)
    expect(await ask({ call_id: first.call_id, wait_seconds: 0 })).toMatchObject({
      status: 'running',
      model: null,
      cost_usd: null,
      text: expect.stringMatching(/^one/),
      next: expect.stringContaining(`call_id "${first.call_id}"`),
    })
    expect(await ask({ prompt, wait_seconds: 0 })).toMatchObject({ status: 'running', call_id: first.call_id })
    const done = await ask({ call_id: first.call_id })
    expect(done).toMatchObject({ status: 'complete', text: 'one two three four five six', call_id: first.call_id })
    expect(await ask({ call_id: first.call_id })).toEqual(done)
    expect(requestsOf(prompt)).toHaveLength(1)
    expect((await (await app.ledger()).getCall(first.call_id))?.attempts).toHaveLength(1)
  })

  test('of an unknown id says what to do', async () => {
    await expect(setUp().ask({ call_id: 'nosuch' })).rejects.toThrow(/no call "nosuch".*leave call_id out/)
  })

  test('keeps its text when it is cancelled', async () => {
    const { ask, app } = setUp()
    const prompt = 'SLOW, then cancelled.'
    const stop = new AbortController()
    const asked = ask({ prompt }, stop.signal)
    const [call] = await until(() => (app.textCalls.list()[0]?.text ? app.textCalls.list() : undefined))
    stop.abort()
    await expect(asked).rejects.toThrow(/Cancelled|cancelled/)
    await until(() => requestsOf(prompt)[0]?.disconnected)
    const kept = await ask({ call_id: call?.id ?? '' })
    expect(kept).toMatchObject({ status: 'cancelled', text: expect.stringMatching(/^one/) })
    expect(kept.next).toContain('incomplete')
    const again = await ask({ prompt, wait_seconds: 10 })
    expect(again).toMatchObject({ status: 'complete', warnings: [expect.stringContaining(`call_id "${call?.id}"`)] })
  })
})

test('a long answer can be read to its end in pieces, and is in its resource', async () => {
  const { app, ask } = setUp()
  const first = await ask({ prompt: 'LONG 20000' })
  expect(first).toMatchObject({ status: 'complete', resource: `answer://${first.call_id}` })
  expect(first.text).toHaveLength(8_000)
  expect(first.next).toContain('offset 8000')
  const pieces = [first.text]
  for (let offset = 8_000; offset < 20_000; offset += 8_000)
    pieces.push((await ask({ call_id: first.call_id, offset })).text)
  expect(pieces.join('')).toBe('0123456789'.repeat(2_000))
  expect(app.textCalls.get(first.call_id)?.text).toBe(pieces.join(''))
  expect(await ask({ prompt: 'LONG 8000' })).not.toHaveProperty('resource')
})

test('an empty answer is not kept in the conversation, and no empty message is sent', async () => {
  const { ask } = setUp()
  const empty = await ask({ prompt: 'EMPTY', conversation_id: 'talk', max_output_tokens: 7 }).catch(() => undefined)
  if (empty) expect(empty).toMatchObject({ conversation_id: null, ignored_settings: ['conversation_id'] })
  expect(await ask({ prompt: 'Hello?', conversation_id: 'talk' })).toMatchObject({ conversation_id: 'talk' })
  await ask({
    messages: [
      { role: 'user', content: 'First.' },
      { role: 'assistant', content: '' },
      { role: 'user', content: 'Second.' },
    ],
  })
  for (const { body } of [...requestsOf('Hello?'), ...requestsOf('Second.')])
    expect((body['messages'] as readonly { readonly role: string }[]).map(({ role }) => role)).not.toContain(
      'assistant',
    )
})

test('a count that is no safe integer does not cost the answer', async () => {
  const { text, usage } = await setUp().ask({ prompt: 'ODD' })
  expect(text).toBe('Odd.')
  for (const count of Object.values(usage)) expect(count === null || Number.isSafeInteger(count)).toBe(true)
})

/** Waits for another process or a stream: tries again every few milliseconds, for five seconds at most. */
async function until<T>(find: () => T | undefined): Promise<T> {
  for (let tries = 0; tries < 250; tries++) {
    const found = find()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`timed out: ${find}`)
}
