import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type TestClient } from '../support/clients.ts'
import { type FakeVendor, startFakeVendor } from '../support/fake-vendor.ts'
import { ANSWER, FAULTS, faultResponse, healthyResponse } from './faults.ts'
import { WIRES } from './wires.ts'

/** One fault of each sort: refused, asked to wait, no answer at all, broken in each way after its first words, whole. */
const SAMPLE = [
  ...['500', '429, Retry-After of two minutes', 'a web page', 'cut after n chunks', 'stalled'],
  ...['an error event in the middle', 'one byte at a time through a character of several'],
]
const CASES = WIRES.flatMap((ill, i) =>
  FAULTS.filter(({ name }) => SAMPLE.includes(name)).map((fault, j) => ({
    ill,
    well: WIRES[(i + j) % WIRES.length] ?? ill,
    fault,
    wire: ill.name,
  })),
).map((one, nth) => ({ ...one, nth }))

describe('through the built server, over stdio', () => {
  let vendor: FakeVendor
  let client: TestClient
  let shownLength = 0

  beforeAll(async () => {
    vendor = await startFakeVendor((asked) => {
      const [, nth, role] = /^\/(\d+)\/(ill|well)/.exec(asked.path) ?? []
      const one = CASES[Number(nth)]
      return role === 'ill' && one ? faultResponse(one.fault) : healthyResponse(asked)
    })
    const cwd = mkdtempSync(join(tmpdir(), 'showrunner-faults-'))
    writeFileSync(join(cwd, 'showrunner.json'), JSON.stringify(configOf(vendor.origin)))
    client = await connect('2.x on 2026-07-28', { cwd, env: { SHOWRUNNER_CONFIG: join(cwd, 'showrunner.json') } })
  })

  afterAll(async () => {
    await client.close()
    await vendor.close()
  })

  test('the sample has its faults on every wire', () => {
    expect(CASES).toHaveLength(SAMPLE.length * WIRES.length)
  })

  test.concurrent.each(CASES)(
    '$wire, $fault.name: the answer is whole, and its progress is the end of the text so far',
    async ({ nth, fault }) => {
      const messages: string[] = []
      const { structured, isError } = await client.call(
        'generate_text',
        { prompt: 'What could be seen?', model: `ill-${nth}/gpt-4o`, fallbacks: [`well-${nth}/gpt-4o`] },
        { onprogress: ({ message = '' }) => messages.push(message) },
      )
      expect(isError).toBe(false)
      expect(structured['text']).toBe(ANSWER)
      // Each message is the end of the text so far and its length; the client may skip those that come with the result.
      for (const message of messages.filter((one) => !ABOUT.test(one))) {
        const [, tail = '', count] = /^(?:… )?([\s\S]*) \(([\d,]+) characters?\)$/.exec(message) ?? []
        const textSoFar = ANSWER.slice(0, Number(count?.replaceAll(',', '')))
          .replace(/\s+/g, ' ')
          .trimEnd()
        expect(textSoFar.endsWith(tail), `${message} | ${textSoFar}`).toBe(true)
        shownLength += tail.length
      }
      const attempts = structured['attempts'] as readonly { readonly model: string; readonly outcome: string }[]
      expect(attempts.map(({ model, outcome }) => `${model.replace(/-.*/, '')} ${outcome}`)).toEqual([
        ...Array.from({ length: fault.expectedRequests }, () => `ill ${fault.kind}`),
        ...(fault.kind === 'ok' ? [] : ['well ok']),
      ])
      expect(structured['model']).toBe(`${fault.kind === 'ok' ? 'ill' : 'well'}-${nth}/gpt-4o`)
    },
  )

  test('the ledger has every request that went out and holds nothing back, and progress showed the answers as they came', async () => {
    const { periods, budgets } = JSON.parse((await client.read('usage://report/all')).text)
    expect(periods.all.attempts).toBe(vendor.requests.length)
    expect(periods.all.calls).toBe(CASES.length)
    expect(budgets).toMatchObject([{ held_usd: 0 }])
    expect(shownLength).toBeGreaterThan(ANSWER.length)
  })
})

/** Progress that describes the answer and is not part of it. */
const ABOUT = /^starting| is answering| continues the answer|^writing · | · \d+ s$/

function configOf(origin: string): object {
  const sides = CASES.flatMap(({ nth, ill, well }) => [
    { id: `ill-${nth}`, ...ill, path: `/${nth}/ill${ill.path}` },
    { id: `well-${nth}`, ...well, path: `/${nth}/well${well.path}` },
  ])
  return {
    providers: Object.fromEntries(
      sides.map(({ id, config, path }) => [
        id,
        { ...config, base_url: `${origin}${path}`, api_key: 'k', models: ['gpt-4o'] },
      ]),
    ),
    prices: Object.fromEntries(
      sides.map(({ id }) => [`${id}/gpt-4o`, { input_usd_per_mtok: 1, output_usd_per_mtok: 2 }]),
    ),
    budgets: [{ per: 'day', usd: 5 }],
    routing: { timeouts: { connect_ms: 10_000, first_token_ms: 10_000, idle_ms: 3_000 } },
  }
}
