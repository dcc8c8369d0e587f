import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { makeCatalog } from '../../scripts/catalog/make-catalog.ts'
import { openCatalog } from '../../src/catalog/index.ts'
import { ABILITIES, type CatalogData, type ModelRow, type PriceRow, STATUSES } from '../../src/catalog/rows.ts'

const root = join(import.meta.dirname, '../..')
const text = readFileSync(join(root, 'src/catalog/catalog.json'), 'utf8')
const data: CatalogData = JSON.parse(text)
const lists = join(root, '../shared/data/catalog')
const wrong = (of: (row: ModelRow, vendor: string) => boolean): string[] =>
  Object.entries(data.models).flatMap(([vendor, rows]) =>
    rows.filter((row) => of(row, vendor)).map((row) => `${vendor}/${JSON.stringify(row)}`),
  )
const count = (value: unknown): boolean => typeof value === 'number' && Number.isSafeInteger(value) && value > 0

test.skipIf(!existsSync(lists))('the committed file is what `npm run catalog` makes of the published lists', () => {
  expect(makeCatalog(lists) === text, 'run `npm run catalog`').toBe(true)
})

test('it is one line a vendor and a model, and small enough to ship', () => {
  const rows = Object.values(data.models).flat()
  expect(text.split('\n').filter((line) => line.startsWith('{"id":'))).toHaveLength(data.vendors.length)
  expect(text.split('\n').filter((line) => line.startsWith('{"i":'))).toHaveLength(rows.length)
  expect(text.length).toBeLessThan(1_000_000)
  expect(brotliCompressSync(text).length).toBeLessThan(130_000)
})

test('it knows at least 110 vendors and 3,000 text models', async () => {
  const catalog = await openCatalog()
  const models = catalog.vendors.flatMap(({ id }) => catalog.models(id, 0))
  expect(catalog.vendors.length).toBeGreaterThanOrEqual(110)
  expect(models.length).toBeGreaterThanOrEqual(3_000)
  expect(models.every(({ abilities }) => abilities[0] === 'text')).toBe(true)
  expect(await openCatalog()).toBe(catalog)
})

describe('every vendor', () => {
  const of = <Key extends string | undefined>(key: (vendor: CatalogData['vendors'][number]) => Key): Key[] =>
    data.vendors.map(key)

  test('has its own id, models, and one of our wires', () => {
    expect(new Set(of(({ id }) => id)).size).toBe(data.vendors.length)
    expect(Object.keys(data.models)).toEqual(of(({ id }) => id))
    expect(Object.entries(data.models).filter(([, rows]) => rows.length === 0)).toEqual([])
    expect([...new Set(of(({ wire }) => wire))].sort()).toEqual([
      'anthropic',
      'azure',
      'openai-chat',
      'openai-responses',
    ])
  })

  test('is at https, on this machine, or where a variable says; as its SDK takes the address', () => {
    const address = /^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost)(:|\/|$)|\$\{[A-Z0-9_]+\})/
    for (const { id, wire, baseUrl } of data.vendors) {
      if (baseUrl === undefined) continue
      expect(baseUrl, id).toMatch(address)
      expect(baseUrl, id).not.toMatch(/\/$|\/chat\/completions$/)
      expect(baseUrl.replace(/\$\{[A-Z0-9_]+\}/g, ''), id).not.toContain('$')
      if (wire === 'anthropic') expect(baseUrl, id).not.toMatch(/\/v1$/)
    }
  })

  test('has a key under names that are keys, not hosts or accounts', () => {
    for (const { id, keyNames, baseUrl } of data.vendors) {
      expect(keyNames.length, id).toBeGreaterThan(0)
      for (const name of keyNames) {
        expect(name, id).toMatch(/^[A-Z0-9][A-Z0-9_]*_(KEY|TOKEN|PAT)$/)
        expect(baseUrl ?? '', id).not.toContain(name)
      }
    }
  })

  test.each([
    ['openai', 'openai-responses', ['OPENAI_API_KEY']],
    ['anthropic', 'anthropic', ['ANTHROPIC_API_KEY']],
    ['azure', 'azure', ['AZURE_API_KEY', 'AZURE_OPENAI_API_KEY']],
    ['google', 'openai-chat', ['GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY']],
    ['openrouter', 'openai-chat', ['OPENROUTER_API_KEY']],
    ['groq', 'openai-chat', ['GROQ_API_KEY']],
    ['mistral', 'openai-chat', ['MISTRAL_API_KEY']],
    ['deepseek', 'openai-chat', ['DEEPSEEK_API_KEY']],
    ['xai', 'openai-chat', ['XAI_API_KEY']],
    ['togetherai', 'openai-chat', ['TOGETHER_API_KEY']],
    ['cloudflare-workers-ai', 'openai-chat', ['CLOUDFLARE_API_KEY']],
    ['databricks', 'openai-chat', ['DATABRICKS_TOKEN']],
  ])('%s speaks %s and its key is called %j', (id, wire, keyNames) => {
    expect(data.vendors.find((vendor) => vendor.id === id)).toMatchObject({ wire, keyNames })
  })
})

describe('every model', () => {
  test('is listed once, in order', () => {
    for (const [vendor, rows] of Object.entries(data.models)) {
      const ids = rows.map((row) => row.i)
      expect(ids, vendor).toEqual([...new Set(ids)].sort())
    }
  })

  test('has counts that count, and words that are known', () => {
    const efforts =
      /^(none|minimal|low|medium|default|high|xhigh|max)(,(?!\1)(minimal|low|medium|default|high|xhigh|max))*$/
    expect(
      wrong(
        ({ i, c, o, a = '', e, r, s, w, b }) =>
          i.trim() !== i ||
          i === '' ||
          (c !== undefined && !count(c)) ||
          (o !== undefined && !count(o)) ||
          [...a].some((letter) => ABILITIES[letter] === undefined) ||
          (e !== undefined && !efforts.test(e)) ||
          (r !== undefined && new Date(r).toISOString().slice(0, 10) !== r) ||
          (s !== undefined && STATUSES[s] === undefined) ||
          (w ?? []).some((place) => data.sources[place] === undefined) ||
          (b ?? []).some((bound) => bound !== null && !(bound >= 0)),
      ),
    ).toEqual([])
  })

  test('has prices in whole micro-dollars, none below zero, dearer tiers and later days last', () => {
    const rate = (value: unknown): boolean =>
      value === null || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)
    const sound = ({ r, t = [], q = 0, s = 0, d }: PriceRow): boolean =>
      r.length >= 2 &&
      r.length <= 5 &&
      typeof r[0] === 'number' &&
      typeof r[1] === 'number' &&
      [...r, ...t.flat(), q].every(rate) &&
      t.every(([above], place) => count(above) && above > (t[place - 1]?.[0] ?? 0)) &&
      data.sources[s] !== undefined &&
      (d === undefined || new Date(d).toISOString().startsWith(d))
    const rising = (rows: readonly PriceRow[]): boolean =>
      rows.every(({ d }, place) => (place === 0 ? d === undefined : (d ?? '') > (rows[place - 1]?.d ?? '')))
    expect(wrong(({ p = [{ r: [0, 0] }] }) => p.length === 0 || !p.every(sound) || !rising(p))).toEqual([])
  })

  test('is free on both sides or on none, and never has a part for nothing beside a whole that costs', () => {
    const gift = ({ r: [input, output, ...parts] }: PriceRow): boolean =>
      (input === 0) !== (output === 0) || (input > 0 && parts.includes(0))
    expect(wrong(({ p = [] }) => p.some(gift))).toEqual([])
  })

  test('writes text: none that embeds, guards, ranks, hears, speaks or paints', () => {
    expect(wrong(({ i }) => /embed|guard|rerank|whisper|tts|transcribe|dall-e|flux|imagen/i.test(i))).toEqual([])
  })
})
