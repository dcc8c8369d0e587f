import { describe, expect, test } from 'vitest'
import { createCatalog } from '../../src/catalog/index.ts'
import { decodeModel, type ModelRow, priceAt } from '../../src/catalog/rows.ts'

const SOURCES = ['models.dev 2026-07-02', 'genai-prices 0.1.8']
const day = (text: string): number => Date.parse(text)
const facts = (row: Partial<ModelRow>) => decodeModel({ i: 'm', ...row }, SOURCES, day('2026-07-02'))

describe('a row becomes facts', () => {
  const bare = { id: 'm', name: 'm', abilities: ['text'], source: 'models.dev 2026-07-02' }
  test.each<[string, Partial<ModelRow>, object]>([
    ['with nothing known but the id', {}, bare],
    ['with a name', { n: 'M' }, { ...bare, name: 'M' }],
    ['with its windows', { c: 200_000, o: 8_192 }, { ...bare, contextTokens: 200_000, maxOutputTokens: 8_192 }],
    ['with every ability', { a: 'itjh' }, { ...bare, abilities: ['text', 'images', 'tools', 'json', 'thinking'] }],
    ['that refuses sampling settings', { x: 1 }, { ...bare, refuses: ['temperature', 'topP'] }],
    ['with efforts', { e: 'none,low,high' }, { ...bare, efforts: ['none', 'low', 'high'] }],
    ['with a budget', { b: [1024, 63_999] }, { ...bare, thinkingBudget: { min: 1024, max: 63_999 } }],
    ['with a budget without bounds', { b: [null, null] }, { ...bare, thinkingBudget: {} }],
    ['with a budget from 0', { b: [0, null] }, { ...bare, thinkingBudget: { min: 0 } }],
    ['with a switch for thinking', { g: 1 }, { ...bare, thinkingToggle: true }],
    ['that takes no prefill', { f: 0 }, { ...bare, prefill: false }],
    ['with a day and a status', { r: '2026-01-31', s: 'd' }, { ...bare, released: '2026-01-31', status: 'deprecated' }],
    ['from two sources', { w: [0, 1] }, { ...bare, source: 'models.dev 2026-07-02, genai-prices 0.1.8' }],
  ])('%s', (_, row, expected) => {
    expect(facts(row)).toEqual(expected)
  })

  test('a price keeps what is not known apart from what is free', () => {
    expect(facts({ p: [{ r: [3, 15, null, 4], t: [[200_000, 6, 22, 1]], q: 9, s: 1 }] }).price).toEqual({
      input: 3,
      output: 15,
      cacheWrite: 4,
      tiers: [{ aboveInputTokens: 200_000, input: 6, output: 22, cachedInput: 1 }],
      perCall: 9,
      source: 'genai-prices 0.1.8',
    })
    expect(facts({ p: [{ r: [0, 0] }] }).price).toEqual({ input: 0, output: 0, source: 'models.dev 2026-07-02' })
    expect(facts({})).not.toHaveProperty('price')
  })
})

describe('a price is that of the day', () => {
  const changing = [{ r: [10, 40] }, { d: '2025-06-10', r: [2, 8] }, { d: '2027-01-01', r: [3, 9] }] as const
  test.each([
    ['1970-01-01T00:00:00Z', 10],
    ['2025-06-09T23:59:59.999Z', 10],
    ['2025-06-10T00:00:00Z', 2],
    ['2026-12-31T23:59:59Z', 2],
    ['2027-01-01T00:00:00Z', 3],
  ])('%s', (at, input) => {
    expect(priceAt(changing, SOURCES, day(at))?.input).toBe(input)
  })

  test('before the first known price there is none', () => {
    expect(priceAt([{ d: '2026-01-01', r: [1, 1] }], SOURCES, day('2025-12-31'))).toBeUndefined()
  })
})

describe('a catalog answers by exact names', () => {
  const vendor = { id: 'v', name: 'V', wire: 'openai-chat', keyNames: ['V_API_KEY'] } as const
  const catalog = createCatalog({ sources: SOURCES, vendors: [vendor], models: { v: [{ i: 'a' }, { i: 'b/c' }] } })
  test.each([
    ['v', 'a', true],
    ['v', 'b/c', true],
    ['v', 'A', false],
    ['v', 'a-5', false],
    ['w', 'a', false],
    ['constructor', 'a', false],
    ['v', 'constructor', false],
  ])('%s/%s: %s', (of, id, known) => {
    expect(catalog.model(of, id, 0) !== undefined).toBe(known)
  })

  test('lists vendors and their models, and says where it all comes from', () => {
    expect(catalog.vendors).toEqual([vendor])
    expect(catalog.vendor('v')).toEqual(vendor)
    expect(catalog.models('v', 0).map((model) => model.id)).toEqual(['a', 'b/c'])
    expect(catalog.models('constructor', 0)).toEqual([])
    expect(catalog.source).toBe('models.dev 2026-07-02, genai-prices 0.1.8')
  })
})

test('a routing suffix of OpenRouter has the facts of its base, and no price where it adds a fee', () => {
  const openrouter = { id: 'openrouter', name: 'OpenRouter', wire: 'openai-chat', keyNames: [] } as const
  const other = { ...openrouter, id: 'v' }
  const rows = [
    { i: 'o/m', c: 8192, p: [{ r: [1, 2] as const }] },
    { i: 'o/m:free', c: 4096 },
  ]
  const catalog = createCatalog({
    sources: SOURCES,
    vendors: [openrouter, other],
    models: { openrouter: rows, v: rows },
  })
  const facts = (id: string, vendor = 'openrouter') => catalog.model(vendor, id, 0)
  expect(facts('o/m:nitro')).toMatchObject({ id: 'o/m:nitro', contextTokens: 8192, price: { input: 1, output: 2 } })
  expect(facts('o/m:online')).toMatchObject({ id: 'o/m:online', contextTokens: 8192 })
  expect(facts('o/m:online')?.price).toBeUndefined()
  expect(facts('o/m:free')).toMatchObject({ contextTokens: 4096 })
  expect(facts('o/m:other')).toBeUndefined()
  expect(facts('o/m:nitro', 'v')).toBeUndefined()
})
