import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCatalog } from '../../src/catalog/index.ts'
import { createShowrunner } from '../../src/index.ts'
import { envPrefix } from '../../src/providers/account.ts'
import { mergeVendors } from '../../src/providers/vendors.ts'
import { realWorld } from '../../src/world.ts'
import { type FakeVendor, startFakeVendor } from '../support/fake-vendor.ts'

const catalog = await openCatalog()
const PATHS = { 'openai-chat': '/chat/completions', 'openai-responses': '/responses' } as const
const compatible = mergeVendors(catalog.vendors).flatMap((vendor) => {
  const keyHeader = vendor.quirks?.keyHeader ?? 'authorization'
  const [model] = catalog.models(vendor.id, Date.now())
  const path = PATHS[vendor.wire as keyof typeof PATHS]
  return path && model
    ? [
        {
          id: vendor.id,
          keyName: vendor.keyNames[0] ?? `${envPrefix(vendor.id)}_API_KEY`,
          model: model.id,
          path,
          keyHeader,
        },
      ]
    : []
})

test('the catalog knows at least 110 vendors and 3,000 text models', () => {
  const models = catalog.vendors.reduce((sum, vendor) => sum + catalog.models(vendor.id, Date.now()).length, 0)
  process.stderr.write(
    `the catalog knows ${catalog.vendors.length} vendors (${compatible.length} OpenAI-compatible) and ${models} text models\n`,
  )
  expect(catalog.vendors.length).toBeGreaterThanOrEqual(110)
  expect(models).toBeGreaterThanOrEqual(3_000)
  expect(compatible.length).toBeGreaterThanOrEqual(110)
})

describe('a key and an address in the environment are enough for', () => {
  let vendor: FakeVendor
  beforeAll(async () => {
    vendor = await startFakeVendor(() => ({ text: 'ok' }))
  })
  afterAll(() => vendor.close())

  test.each(compatible)('$id', async ({ id, keyName, model, path, keyHeader }) => {
    const cwd = mkdtempSync(join(tmpdir(), 'showrunner-vendor-'))
    const env = {
      [keyName]: `key-of-${id}`,
      [`${envPrefix(id)}_BASE_URL`]: `${vendor.origin}/${id}/v1`,
      SHOWRUNNER_HOME: cwd,
    }
    const showrunner = createShowrunner({ env, cwd, world: { ...realWorld(), log() {} } })
    const answer = await showrunner.generateText({ prompt: 'Say ok.', model: `${id}/${model}`, max_output_tokens: 64 })
    await showrunner.close()
    expect(answer).toMatchObject({ text: 'ok', model: `${id}/${model}` })
    const asked = vendor.requests.at(-1)
    expect(asked?.path).toBe(`/${id}/v1${path}`)
    expect(asked?.headers[keyHeader]).toBe(`Bearer key-of-${id}`)
    expect(asked?.body).toMatchObject({ model, stream: true })
    expect(JSON.stringify(asked?.body)).toContain('Say ok.')
  })
})
