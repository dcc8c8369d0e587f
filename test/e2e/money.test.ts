import { calcPrice } from '@pydantic/genai-prices'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type TestClient } from '../support/clients.ts'
import { type FakeVendor, startFakeVendor, type TokenCounts } from '../support/fake-vendor.ts'

/** The counts that each vendor bills, with cached and reasoning tokens, in the fields of its own wire. */
const BILLS: readonly { readonly model: string; readonly vendor: string; readonly counts: TokenCounts }[] = [
  {
    model: 'openai/gpt-5-mini',
    vendor: 'openai',
    counts: { input: 12_345, cached: 9_876, output: 4_321, reasoning: 3_210 },
  },
  {
    model: 'anthropic/claude-sonnet-4-5',
    vendor: 'anthropic',
    counts: { input: 777, cached: 8_765, written: 1_234, output: 987 },
  },
  { model: 'groq/llama-3.3-70b-versatile', vendor: 'groq', counts: { input: 54_321, cached: 0, output: 12_321 } },
]

describe('what a call costs', () => {
  let vendor: FakeVendor
  let client: TestClient

  beforeAll(async () => {
    vendor = await startFakeVendor(({ body }) => ({
      text: 'Paid for.',
      usage: BILLS.find(({ model }) => model.endsWith(`/${body['model']}`))?.counts ?? { input: 1, output: 1 },
    }))
    client = await connect('2.x on 2026-07-28', {
      env: {
        OPENAI_API_KEY: 'k1',
        OPENAI_BASE_URL: `${vendor.origin}/v1`,
        ANTHROPIC_API_KEY: 'k2',
        ANTHROPIC_BASE_URL: vendor.origin,
        GROQ_API_KEY: 'k3',
        GROQ_BASE_URL: `${vendor.origin}/openai/v1`,
      },
    })
  })

  afterAll(async () => {
    await client.close()
    await vendor.close()
  })

  test.each(BILLS)(
    '$model equals an independent calculation to the micro-dollar',
    async ({ model, vendor: providerId, counts }) => {
      const { structured } = await client.call('generate_text', { prompt: 'What do I owe?', model })
      // On Messages the wire's input leaves out what was cached and written; everywhere else it is all of it.
      const input =
        providerId === 'anthropic' ? counts.input + (counts.cached ?? 0) + (counts.written ?? 0) : counts.input
      const usage = {
        input_tokens: input,
        ...(counts.cached !== undefined && { cache_read_tokens: counts.cached }),
        ...(counts.written !== undefined && { cache_write_tokens: counts.written }),
        output_tokens: counts.output,
      }
      const price = calcPrice(usage, model.slice(providerId.length + 1), { providerId })
      expect(Math.round(Number(structured['cost_usd']) * 1e6)).toBe(Math.round(Number(price?.total_price) * 1e6))
      expect(structured['usage']).toMatchObject({
        input_tokens: input,
        cached_input_tokens: counts.cached ?? 0,
        output_tokens: counts.output,
      })
      if (counts.reasoning !== undefined)
        expect(structured['usage']).toMatchObject({ reasoning_tokens: counts.reasoning })
    },
  )

  test('the report adds it all up, and max_cost_usd refuses what could cost more', async () => {
    const { periods } = JSON.parse((await client.read('usage://report/today')).text)
    const rows = periods.today.by.model as { cost_usd: number }[]
    expect(rows).toHaveLength(BILLS.length)
    expect(Math.round(periods.today.cost_usd * 1e6)).toBe(
      rows.reduce((sum, row) => sum + Math.round(row.cost_usd * 1e6), 0),
    )
    const refused = await client.call('generate_text', {
      prompt: 'More.',
      model: 'anthropic/claude-sonnet-4-5',
      max_cost_usd: 0.0001,
    })
    expect(refused).toMatchObject({ isError: true, text: expect.stringContaining('max_cost_usd') })
    expect(vendor.requests).toHaveLength(BILLS.length)
  })
})
