import type { ModelInfo } from '@pydantic/genai-prices'
import { describe, expect, test } from 'vitest'
import type { DevCost, DevModel, DevVendor } from '../../scripts/catalog/inputs.ts'
import { rowFromModelsDev, writesText } from '../../scripts/catalog/models.ts'
import { devPrices, genaiPrices } from '../../scripts/catalog/prices.ts'
import { isOnVendorWire, toVendor } from '../../scripts/catalog/vendors.ts'

describe('a price of genai-prices', () => {
  const rows = (prices: ModelInfo['prices']) => genaiPrices({ id: 'm', match: { equals: 'm' }, prices })
  const from = (start_date: string) => ({ type: 'start_date', start_date }) as const
  const between = (start_time: string, end_time: string) => ({ type: 'time_of_date', start_time, end_time }) as const

  test.each<[string, ModelInfo['prices'], ReturnType<typeof rows>]>([
    ['is in whole micro-dollars', { input_mtok: 0.15, output_mtok: 0.6 }, [{ r: [150_000, 600_000], s: 1 }]],
    [
      'keeps its parts, and leaves a gap where one is not known',
      { input_mtok: 3, output_mtok: 15, cache_write_mtok: 3.75, cache_write_1h_mtok: 6, web_searches_kcount: 10 },
      [{ r: [3_000_000, 15_000_000, null, 3_750_000], s: 1 }],
    ],
    [
      'has one tier for each place where any part changes',
      {
        input_mtok: { base: 1, tiers: [{ start: 200_000, price: 2 }] },
        output_mtok: { base: 10, tiers: [{ start: 100_000, price: 20 }] },
      },
      [
        {
          r: [1_000_000, 10_000_000],
          t: [
            [100_000, 1_000_000, 20_000_000],
            [200_000, 2_000_000, 20_000_000],
          ],
          s: 1,
        },
      ],
    ],
    [
      'has a row for each day on which it changed',
      [
        { prices: { input_mtok: 10, output_mtok: 40 } },
        { constraint: from('2025-06-10'), prices: { input_mtok: 2, output_mtok: 8 } },
      ],
      [
        { r: [10_000_000, 40_000_000], s: 1 },
        { d: '2025-06-10', r: [2_000_000, 8_000_000], s: 1 },
      ],
    ],
    [
      'has no row for a day on which no used price changed',
      [
        { prices: { input_mtok: 1, output_mtok: 2 } },
        { constraint: from('2026-01-01'), prices: { input_mtok: 1, output_mtok: 2, web_searches_kcount: 10 } },
      ],
      [{ r: [1_000_000, 2_000_000], s: 1 }],
    ],
    [
      'that depends on the hour is the dearest of the day',
      [
        { prices: { input_mtok: 0.135, output_mtok: 0.55 } },
        { constraint: between('00:30:00Z', '16:30:00Z'), prices: { input_mtok: 0.27, output_mtok: 1.1 } },
      ],
      [{ r: [270_000, 1_100_000], s: 1 }],
    ],
    [
      'may hold a fee for the call',
      { input_mtok: 1, output_mtok: 1, requests_kcount: 12 },
      [{ r: [1_000_000, 1_000_000], q: 12_000, s: 1 }],
    ],
    [
      'is none where a part is not counted in tokens that we know',
      { input_mtok: 2, output_mtok: 8, output_citation_mtok: 2 },
      undefined,
    ],
    ['is none where only the input has one', { input_mtok: 0.13 }, undefined],
    ['is none where it is empty', {}, undefined],
  ])('%s', (_, prices, expected) => {
    expect(rows(prices)).toEqual(expected)
  })
})

describe('a cost of models.dev', () => {
  test.each<[string, DevCost | undefined, ReturnType<typeof devPrices>]>([
    ['that is missing is unknown', undefined, undefined],
    ['of 0 and 0 is free, as the source says', { input: 0, output: 0 }, [{ r: [0, 0] }]],
    ['of 0 on one side only is unknown', { input: 0.14, output: 0 }, undefined],
    ['with only an input is unknown', { input: 1 }, undefined],
    [
      'drops a cached rate of 0 beside an input that costs',
      { input: 5, output: 25, cache_read: 0, cache_write: 0 },
      [{ r: [5_000_000, 25_000_000] }],
    ],
    [
      'is read in its odd spellings',
      { input: 1, output: 2, cached_input: 0.1, cached_write: 1.25 },
      [{ r: [1_000_000, 2_000_000, 100_000, 1_250_000] }],
    ],
    [
      'is read in the other odd spelling',
      { input: 1, output: 2, cache_input: 0.1 },
      [{ r: [1_000_000, 2_000_000, 100_000] }],
    ],
    [
      'keeps the rate of reasoning',
      { input: 1, output: 2, reasoning: 3 },
      [{ r: [1_000_000, 2_000_000, null, null, 3_000_000] }],
    ],
    [
      'keeps its tiers, lowest first',
      {
        input: 1,
        output: 2,
        tiers: [
          { tier: { size: 128_000 }, input: 3, output: 6 },
          { tier: { size: 32_000 }, input: 2, output: 4, cache_read: 0.2 },
        ],
      },
      [
        {
          r: [1_000_000, 2_000_000],
          t: [
            [32_000, 2_000_000, 4_000_000, 200_000],
            [128_000, 3_000_000, 6_000_000],
          ],
        },
      ],
    ],
    ['with a fee that no token count tells is unknown', { input: 2, output: 8, citation: 2 }, undefined],
  ])('%s', (_, cost, expected) => {
    expect(devPrices(cost)).toEqual(expected)
  })
})

describe('a vendor of models.dev', () => {
  const dev: DevVendor = { name: 'V', env: ['V_API_KEY'], protocol: '@ai-sdk/openai-compatible', models: {} }
  const vendor = (id: string, over: Partial<DevVendor>) => toVendor(id, { ...dev, ...over })

  test.each([
    ['https://api.v.ai/v1/', 'https://api.v.ai/v1'],
    ['https://api.v.ai/v1/chat/completions', 'https://api.v.ai/v1'],
    ['https://${V_HOST}/v1', 'https://${V_HOST}/v1'],
  ])('at %s is at %s', (api, baseUrl) => {
    expect(vendor('v', { api })).toMatchObject({ baseUrl, wire: 'openai-chat' })
  })

  test('on Messages has the address that its SDK takes, which adds /v1 itself', () => {
    expect(vendor('v', { protocol: '@ai-sdk/anthropic', api: 'https://v.ai/anthropic/v1' })).toMatchObject({
      wire: 'anthropic',
      baseUrl: 'https://v.ai/anthropic',
    })
  })

  test('keeps the names of keys, not those of hosts and accounts', () => {
    const env = ['V_ACCOUNT_ID', 'V_HOST', 'V_BASE_URL', 'V_TOKEN', 'V_PAT', 'V_API_KEY']
    expect(vendor('v', { env, api: 'https://${V_ACCOUNT_ID}.v.ai' })?.keyNames).toEqual([
      'V_TOKEN',
      'V_PAT',
      'V_API_KEY',
    ])
  })

  test('that speaks none of our wires is left out', () => {
    expect(vendor('amazon-bedrock', { protocol: '@ai-sdk/amazon-bedrock' })).toBeUndefined()
  })

  test.each([
    ['@ai-sdk/openai-compatible', undefined, true],
    ['@ai-sdk/openai-compatible', '@ai-sdk/openai-compatible', true],
    ['@ai-sdk/openai-compatible', '@ai-sdk/anthropic', false],
    ['@ai-sdk/openai-compatible', '@ai-sdk/google', false],
    ['@ai-sdk/azure', '@ai-sdk/openai-compatible', true],
    ['@ai-sdk/azure', '@ai-sdk/anthropic', false],
  ])('of %s: a model marked %s can be asked: %s', (protocol, npm, can) => {
    const of = vendor('v', { protocol })
    expect(of && isOnVendorWire(of, { ...model, ...(npm && { provider: { npm } }) })).toBe(can)
  })
})

const model: DevModel = {
  name: 'M',
  release_date: '2026-05',
  reasoning: true,
  tool_call: true,
  limit: { context: 0, output: 4096 },
  modalities: { input: ['text', 'image'], output: ['text'] },
}
const alone = { lite: undefined, genai: undefined }

describe('a model of models.dev', () => {
  test('keeps what is known', () => {
    expect(rowFromModelsDev('m', model, alone)).toEqual({ i: 'm', n: 'M', o: 4096, a: 'ith', r: '2026-05-01' })
  })

  test('takes windows, refusals and abilities from LiteLLM where they are missing, and says so', () => {
    const lite = {
      max_input_tokens: 9,
      max_output_tokens: 1,
      supports_sampling_params: false,
      supports_assistant_prefill: false,
      supports_response_schema: true,
    }
    expect(rowFromModelsDev('m', model, { ...alone, lite })).toMatchObject({
      c: 9,
      o: 4096,
      a: 'itjh',
      x: 1,
      f: 0,
      w: [0, 3],
    })
  })

  test.each<[NonNullable<DevModel['reasoning_options']>, object]>([
    [[{ type: 'effort', values: ['max', 'none', 'high'] }, { type: 'toggle' }], { e: 'none,high,max' }],
    [[{ type: 'budget_tokens', min: 1024 }], { b: [1024, null] }],
    [[{ type: 'budget_tokens', min: -1, max: 32_768 }], { b: [null, 32_768] }],
    [[{ type: 'toggle' }], { g: 1 }],
  ])('has the reasoning options %j as %j', (reasoning_options, expected) => {
    const {
      i: _i,
      n: _n,
      o: _o,
      a: _a,
      r: _r,
      ...thinking
    } = rowFromModelsDev('m', { ...model, reasoning_options }, alone)
    expect(thinking).toEqual(expected)
  })

  test('that chooses among others is not free because its entry says 0', () => {
    const free = { ...model, cost: { input: 0, output: 0 } }
    expect(rowFromModelsDev('openrouter/auto', free, alone)).not.toHaveProperty('p')
    expect(rowFromModelsDev('openrouter/free', free, alone)).toHaveProperty('p')
  })
})

describe('a model that writes text', () => {
  test.each([
    ['gpt-5.1', ['text', 'image'], ['text', 'image'], true],
    ['gpt-5-image', ['text', 'image'], ['text', 'image'], false],
    ['qwen3-embedding-8b', ['text'], ['text'], false],
    ['llama-guard-4-12b', ['text', 'image'], ['text'], false],
    ['whisper-large-v3', ['audio'], ['text'], false],
    ['some-tts', ['text'], ['audio'], false],
    ['llama-3.2-90b-vision', ['text', 'image'], ['text'], true],
  ])('%s from %j to %j: %s', (id, input, output, writes) => {
    expect(writesText(id, { input, output })).toBe(writes)
  })
})
