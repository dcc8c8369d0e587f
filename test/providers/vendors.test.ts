import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCatalog } from '../../src/catalog/index.ts'
import type { Vendor } from '../../src/contract/provider.ts'
import { createProvider } from '../../src/providers/index.ts'
import { mergeVendors } from '../../src/providers/vendors.ts'
import { type RawServer, startRawServer } from '../suites/raw-server.ts'
import { testWorld } from '../support/test-world.ts'
import { chatFixtures, responsesFixtures } from './openai/fixtures.ts'

const catalog = await openCatalog()
const all = mergeVendors(catalog.vendors)
const WIRES = {
  'openai-chat': { path: '/chat/completions', stream: chatFixtures.textStream('ok'), messages: 'messages' },
  'openai-responses': { path: '/responses', stream: responsesFixtures.textStream('ok'), messages: 'input' },
} as const
const compatible = all.flatMap((vendor) => {
  if (!(vendor.wire in WIRES) || !vendor.baseUrl) return []
  return [{ ...vendor, wire: vendor.wire as keyof typeof WIRES, baseUrl: vendor.baseUrl }]
})

describe(`${compatible.length} OpenAI-compatible vendors, one request to each`, () => {
  let server: RawServer
  beforeAll(async () => {
    server = await startRawServer()
  })
  afterAll(() => server.close())

  test.each(compatible.map((vendor) => [vendor.id, vendor] as const))('%s', async (id, vendor) => {
    const { path, stream, messages } = WIRES[vendor.wire]
    server.respond = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(stream.join(''))
    }
    // The vendor's own path, at a test server in place of its host.
    const address = new URL(vendor.baseUrl.replace(/^\$\{\w+\}/, 'https://filled.test').replace(/\$\{\w+\}/g, 'filled'))
    const baseUrl = `${server.origin}/${id}${address.pathname}`.replace(/\/+$/, '')
    const [model] = catalog.models(id, Date.UTC(2026, 6, 1))
    const account = {
      id,
      wire: vendor.wire,
      baseUrl,
      key: `key-of-${id}`,
      ...(vendor.quirks && { quirks: vendor.quirks }),
    }
    const provider = createProvider(account, {
      world: testWorld({ fetch: globalThis.fetch }),
      facts: (name) => catalog.model(id, name, Date.UTC(2026, 6, 1)),
    })
    const request = {
      model: model?.id ?? 'some-model',
      maxOutputTokens: 64,
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'Say ok.' }] }],
    } as const
    const call = { id: 'c', tool: 'test', signal: new AbortController().signal }
    const events = await Array.fromAsync(provider.generate(request, call))
    expect(events.map((event) => (event.type === 'text' ? event.text : '')).join('')).toBe('ok')

    const asked = server.requests.at(-1)
    expect(asked?.method).toBe('POST')
    expect(asked?.path).toBe(`/${id}${address.pathname.replace(/\/+$/, '')}${path}`)
    expect(asked?.headers[vendor.quirks?.keyHeader ?? 'authorization']).toBe(`Bearer key-of-${id}`)
    expect(asked?.body).toMatchObject({ model: request.model, stream: true })
    expect(JSON.stringify(Object(asked?.body)[messages])).toContain('Say ok.')
    const bounds = ['max_tokens', 'max_completion_tokens', 'max_output_tokens']
    expect(bounds.filter((name) => name in Object(asked?.body))).toHaveLength(1)
  })
})

test('at least 116 vendors are OpenAI-compatible, each with an address and a key name', () => {
  expect(compatible.length).toBeGreaterThanOrEqual(116)
  expect(compatible.filter((vendor) => vendor.keyNames.length === 0).map((vendor) => vendor.id)).toEqual([])
})

test('addresses are plain: https or this machine, no slash at the end, no method', () => {
  const odd = all.filter(({ baseUrl }) => {
    if (!baseUrl) return false
    return (
      !/^(https:|http:\/\/(127\.0\.0\.1|localhost)|\$\{)/.test(baseUrl) ||
      /\/$|\/(chat\/completions|responses)$/.test(baseUrl)
    )
  })
  expect(odd.map((vendor) => vendor.id)).toEqual([])
})

test('no variable of an address is used as a key', () => {
  for (const { id, keyNames } of all) {
    expect(
      keyNames.filter((name) =>
        /_(HOST|ENDPOINT|BASE_URL|RESOURCE_NAME|ACCOUNT|ACCOUNT_ID|GATEWAY_ID|REGION)$/.test(name),
      ),
      id,
    ).toEqual([])
  }
})

test.each([
  'openai',
  'google',
  'groq',
  'mistral',
  'xai',
  'deepseek',
  'togetherai',
  'cerebras',
  'cohere',
  'perplexity',
  'deepinfra',
  'openrouter',
  'vercel',
])('%s has an address and is chosen by auto', (id) => {
  const vendor = all.find((each) => each.id === id)
  expect(vendor?.baseUrl).toMatch(/^https:/)
  expect(vendor?.autoExcluded).toBeUndefined()
})

test.each([
  'github-models',
  'github-copilot',
  'huggingface',
  'gitlab',
  'databricks',
  'cloudflare-workers-ai',
  'digitalocean',
])('the key of %s is on machines for other reasons', (id) => {
  expect(all.find((each) => each.id === id)?.autoExcluded).toBe(true)
})

test('of the vendor entries that share a key, auto uses the plainest', () => {
  const auto = (keyName: string) =>
    all.filter((vendor) => vendor.keyNames[0] === keyName && !vendor.autoExcluded).map((vendor) => vendor.id)
  expect(auto('MOONSHOT_API_KEY')).toEqual(['moonshotai'])
  expect(auto('MINIMAX_API_KEY')).toEqual(['minimax'])
  expect(auto('ZHIPU_API_KEY')).toEqual(['zai'])
  expect(auto('DASHSCOPE_API_KEY')).toEqual(['alibaba'])
})

test('a vendor that is not in the table is as in the catalog', () => {
  const plain: Vendor = {
    id: 'new',
    name: 'New',
    wire: 'openai-chat',
    baseUrl: 'https://new.test/v1/',
    keyNames: ['NEW_KEY'],
  }
  expect(mergeVendors([plain]).find((vendor) => vendor.id === 'new')).toEqual({
    ...plain,
    baseUrl: 'https://new.test/v1',
  })
})
