import { describe, expect, test } from 'vitest'
import { resolveProviders } from '../../src/config/accounts.ts'
import { createEnvironment, type EnvironmentSource } from '../../src/config/environment.ts'
import type { Settings } from '../../src/config/index.ts'
import type { VendorEntry } from '../../src/providers/vendors.ts'

const VENDORS: readonly VendorEntry[] = [
  {
    id: 'openai',
    name: 'OpenAI',
    wire: 'openai-responses',
    baseUrl: 'https://api.openai.com/v1',
    keyNames: ['OPENAI_API_KEY'],
  },
  {
    id: 'wafer.ai',
    name: 'Wafer',
    wire: 'openai-chat',
    baseUrl: 'https://pass.wafer.ai/v1',
    keyNames: ['WAFER_API_KEY'],
  },
  {
    id: 'databricks',
    name: 'Databricks',
    wire: 'openai-chat',
    baseUrl: 'https://${DATABRICKS_HOST}/v1',
    keyNames: ['DATABRICKS_TOKEN'],
    autoExcluded: true,
  },
  { id: 'azure', name: 'Azure', wire: 'azure', keyNames: ['AZURE_API_KEY', 'AZURE_OPENAI_API_KEY'] },
]

interface Given {
  readonly real?: EnvironmentSource['values']
  readonly cwd?: EnvironmentSource['values']
  readonly config?: EnvironmentSource['values']
  readonly providers?: Settings['providers']
  readonly fileTrusted?: boolean
}

function knownAccounts({ real = {}, cwd = {}, config = {}, providers = {}, fileTrusted = false }: Given) {
  const env = createEnvironment([
    { origin: 'environment', trusted: true, values: real },
    { origin: '/repo/.env', trusted: false, values: cwd },
    { origin: '/home/.config/.env', trusted: true, values: config },
  ])
  const settings = { env, providers, file: { path: '/repo/showrunner.json', trusted: fileTrusted } } as Settings
  return new Map(resolveProviders(settings, VENDORS).map((provider) => [provider.id, provider]))
}

describe('a provider', () => {
  test('is ready with its key alone', () => {
    expect(knownAccounts({ real: { OPENAI_API_KEY: 'k' } }).get('openai')).toMatchObject({
      account: { baseUrl: 'https://api.openai.com/v1', key: 'k', wire: 'openai-responses' },
      auto: true,
    })
  })

  test('is not ready without a key, and says which one', () => {
    expect(knownAccounts({}).get('azure')).toMatchObject({
      account: undefined,
      fix: 'Set AZURE_API_KEY or AZURE_OPENAI_API_KEY.',
    })
    expect(knownAccounts({ real: { AZURE_API_KEY: 'k' } }).get('azure')?.fix).toBe(
      'Set AZURE_API_BASE or AZURE_OPENAI_ENDPOINT to its address.',
    )
    expect(knownAccounts({ real: { DATABRICKS_TOKEN: 'k' } }).get('databricks')?.fix).toBe(
      'Set DATABRICKS_HOST or DATABRICKS_BASE_URL to its address.',
    )
  })

  test.each([
    [
      'WAFER_AI_BASE_URL',
      { WAFER_API_KEY: 'k', WAFER_AI_BASE_URL: 'http://localhost:1/v1/' },
      'wafer.ai',
      'http://localhost:1/v1',
    ],
    [
      'a variable of its address',
      { DATABRICKS_TOKEN: 'k', DATABRICKS_HOST: 'x.databricks.com' },
      'databricks',
      'https://x.databricks.com/v1',
    ],
    [
      'AZURE_OPENAI_ENDPOINT',
      { AZURE_OPENAI_API_KEY: 'k', AZURE_OPENAI_ENDPOINT: 'https://me.openai.azure.com/' },
      'azure',
      'https://me.openai.azure.com',
    ],
  ])('takes its address from %s', (_, real, id, baseUrl) => {
    expect(knownAccounts({ real }).get(id)?.account?.baseUrl).toBe(baseUrl)
  })

  test('of Azure serves what its deployment map names, and is then one that auto may choose', () => {
    const real = {
      AZURE_API_KEY: 'k',
      AZURE_API_BASE: 'https://me',
      AZURE_OPENAI_DEPLOYMENTS: 'gpt-4o=prod, gpt-5=five',
      OPENAI_API_VERSION: '2025-04-01',
    }
    expect(knownAccounts({ real }).get('azure')).toMatchObject({
      account: { deployments: { 'gpt-4o': 'prod', 'gpt-5': 'five' }, apiVersion: '2025-04-01' },
      models: ['gpt-4o', 'gpt-5'],
      onlyListedModels: true,
      auto: true,
    })
    expect(knownAccounts({ real: { ...real, AZURE_OPENAI_DEPLOYMENTS: '' } }).get('azure')?.auto).toBe(false)
  })

  test('with a key that is on the machine for other reasons is never chosen by auto', () => {
    expect(knownAccounts({ real: { DATABRICKS_TOKEN: 'k', DATABRICKS_HOST: 'h' } }).get('databricks')?.auto).toBe(false)
  })

  test('of one’s own comes from the configuration, with or without a key', () => {
    const providers: Settings['providers'] = {
      lab: { base_url: 'https://llm.lab/v1', api_key_env: 'LAB_KEY', models: ['m1'], headers: { 'x-team': 'a' } },
      shed: { base_url: 'http://127.0.0.1:9000/v1', local: true, models: ['m2'] },
      off: { base_url: 'https://off/v1', api_key: 'k', enabled: false },
    }
    const all = knownAccounts({ providers, fileTrusted: true, real: { LAB_KEY: 'k' } })
    expect(all.get('lab')).toMatchObject({
      account: { wire: 'openai-chat', key: 'k', headers: { 'x-team': 'a' } },
      models: ['m1'],
    })
    expect(all.get('shed')?.account).toEqual({
      id: 'shed',
      wire: 'openai-chat',
      baseUrl: 'http://127.0.0.1:9000/v1',
      keyNames: [],
      local: true,
    })
    expect(all.get('off')).toMatchObject({ account: undefined, fix: expect.stringContaining('`enabled`') })
  })
})

describe('an address from a file in the working directory', () => {
  const evil = 'https://evil.example/v1'
  test.each<[string, Given, string, string | undefined]>([
    [
      'is passed over with a key from the environment',
      { real: { OPENAI_API_KEY: 'k' }, cwd: { OPENAI_BASE_URL: evil } },
      'openai',
      'https://api.openai.com/v1',
    ],
    [
      'is passed over with a key from the config directory',
      { config: { OPENAI_API_KEY: 'k' }, cwd: { OPENAI_BASE_URL: evil } },
      'openai',
      'https://api.openai.com/v1',
    ],
    ['is used with a key from the same file', { cwd: { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: evil } }, 'openai', evil],
    [
      'cannot stand in for part of an address',
      { real: { DATABRICKS_TOKEN: 'k' }, cwd: { DATABRICKS_HOST: 'evil.example' } },
      'databricks',
      undefined,
    ],
    [
      'of showrunner.json gets no key from the environment',
      { real: { OPENAI_API_KEY: 'k' }, providers: { openai: { base_url: evil } } },
      'openai',
      'https://api.openai.com/v1',
    ],
    [
      'of showrunner.json gets no key that api_key_env names',
      { real: { OPENAI_API_KEY: 'k' }, providers: { mine: { base_url: evil, api_key_env: 'OPENAI_API_KEY' } } },
      'mine',
      undefined,
    ],
    [
      'of showrunner.json is used with its own key',
      { providers: { openai: { base_url: evil, api_key: 'own' } } },
      'openai',
      evil,
    ],
    ['without a key must be on this machine', { providers: { mine: { base_url: evil } } }, 'mine', undefined],
    [
      'without a key may be on this machine',
      { providers: { mine: { base_url: 'http://localhost:1/v1' } } },
      'mine',
      'http://localhost:1/v1',
    ],
    [
      'is as good as any in a file that the person named',
      { real: { OPENAI_API_KEY: 'k' }, providers: { openai: { base_url: 'https://proxy/v1' } }, fileTrusted: true },
      'openai',
      'https://proxy/v1',
    ],
  ])('%s', (_, given, id, baseUrl) => {
    expect(knownAccounts(given).get(id)?.account?.baseUrl).toBe(baseUrl)
  })

  test('that may not be used is explained', () => {
    expect(
      knownAccounts({ real: { K: 'k' }, providers: { mine: { base_url: evil, api_key_env: 'K' } } }).get('mine')?.fix,
    ).toBe(
      'Its address stands in /repo/showrunner.json, which may not be used with a key from elsewhere: put both into the same file, or set MINE_BASE_URL in the environment.',
    )
  })
})
