import { describe, expect, test } from 'vitest'
import { resolveProviders } from '../../src/config/accounts.ts'
import { createEnvironment, type EnvironmentSource } from '../../src/config/environment.ts'
import type { Settings } from '../../src/config/index.ts'
import type { ProviderConfig } from '../../src/config/project.ts'
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
  /** The `providers` of a showrunner.json in the working directory. */
  readonly providers?: Readonly<Record<string, ProviderConfig>>
  readonly fileTrusted?: boolean
}

const FILE = '/repo/showrunner.json'

function knownAccounts({ real = {}, cwd = {}, config = {}, providers = {}, fileTrusted = false }: Given) {
  const env = createEnvironment([
    { origin: 'environment', trusted: true, values: real },
    { origin: '/home/.config/.env', trusted: true, values: config },
    { origin: '/repo/.env', trusted: false, values: cwd },
  ])
  const inFile = Object.fromEntries(Object.entries(providers).map(([id, value]) => [id, { value, origin: FILE }]))
  const settings = {
    env,
    providers: fileTrusted ? inFile : {},
    projectProviders: fileTrusted ? {} : inFile,
  } as unknown as Settings
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
    const providers: Given['providers'] = {
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
      keyNames: ['`api_key` of `providers.shed` in /repo/showrunner.json'],
      local: true,
    })
    expect(all.get('off')).toMatchObject({ account: undefined, fix: expect.stringContaining('`enabled`') })
  })
})

describe('the account says where its key came from', () => {
  test.each<[string, Given, readonly string[]]>([
    ['a variable', { real: { AZURE_OPENAI_API_KEY: 'k', AZURE_API_BASE: 'https://me' } }, ['AZURE_OPENAI_API_KEY']],
    [
      'a file',
      { real: { AZURE_API_BASE: 'https://me' }, providers: { azure: { api_key: 'k' } }, fileTrusted: true },
      ['`api_key` of `providers.azure` in /repo/showrunner.json'],
    ],
  ])('%s', (_, given, keyNames) => {
    expect(knownAccounts(given).get('azure')?.account?.keyNames).toEqual(keyNames)
  })

  test('and the environment is stronger than a file', () => {
    const given = { real: { OPENAI_API_KEY: 'env' }, providers: { openai: { api_key: 'file' } }, fileTrusted: true }
    expect(knownAccounts(given).get('openai')?.account?.key).toBe('env')
  })
})

describe('a key as people paste it', () => {
  test.each([
    ['in straight quotation marks', '"sk-1"', 'sk-1'],
    ['in curly quotation marks', '“sk-1”', 'sk-1'],
    ['after Bearer', 'Bearer sk-1', 'sk-1'],
    ['after Bearer in quotation marks', "'Bearer sk-1'", 'sk-1'],
  ])('%s is cleaned', (_, value, key) => {
    expect(knownAccounts({ real: { OPENAI_API_KEY: value } }).get('openai')?.account?.key).toBe(key)
  })

  test.each([
    'YOUR_KEY_HERE',
    '$OPENAI_API_KEY',
    '${OPENAI_API_KEY}',
    '<your key>',
    'sk-...',
    'your-api-key',
    'xxxxxxxx',
    'OPENAI_API_KEY',
  ])('a placeholder (%s) is no key, and the fix says so', (value) => {
    const openai = knownAccounts({ real: { OPENAI_API_KEY: value } }).get('openai')
    expect(openai?.account).toBeUndefined()
    expect(openai?.fix).toMatch(/^Set OPENAI_API_KEY to the key itself: its value is a placeholder/)
  })
})

describe('a whole endpoint as the address is cut back to the base URL', () => {
  test.each([
    ['OPENAI_BASE_URL', 'https://gateway.example/v1/responses', 'openai', 'https://gateway.example/v1'],
    ['WAFER_AI_BASE_URL', 'https://gateway.example/v1/chat/completions/', 'wafer.ai', 'https://gateway.example/v1'],
  ])('%s', (name, value, id, baseUrl) => {
    const real = { OPENAI_API_KEY: 'k', WAFER_API_KEY: 'k', [name]: value }
    expect(knownAccounts({ real }).get(id)?.account?.baseUrl).toBe(baseUrl)
  })

  test("Azure's target URI gives the endpoint, the API version and the deployment", () => {
    const AZURE_API_BASE =
      'https://me.openai.azure.com/openai/deployments/prod/chat/completions?api-version=2025-01-01-preview'
    expect(knownAccounts({ real: { AZURE_API_KEY: 'k', AZURE_API_BASE } }).get('azure')).toMatchObject({
      account: {
        baseUrl: 'https://me.openai.azure.com/openai',
        apiVersion: '2025-01-01-preview',
        deployments: { prod: 'prod' },
      },
      auto: true,
    })
  })

  test('an address that is no web address is reported', () => {
    const fix = knownAccounts({ real: { WAFER_API_KEY: 'k', WAFER_AI_BASE_URL: '127.0.0.1:80/v1' } }).get(
      'wafer.ai',
    )?.fix
    expect(fix).toBe(
      'WAFER_AI_BASE_URL is "127.0.0.1:80/v1", which is not a web address: begin it with https:// or http://.',
    )
  })
})

describe('an address that is not the vendor’s own is marked', () => {
  test.each([
    ['https://api.openai.com/v1/', undefined],
    ['https://eu.api.openai.com/v1', undefined],
    ['http://127.0.0.1:4000/v1', '127.0.0.1:4000'],
    ['https://api.openai.com.evil.example/v1', 'api.openai.com.evil.example'],
  ])('%s', (OPENAI_BASE_URL, host) => {
    expect(knownAccounts({ real: { OPENAI_API_KEY: 'k', OPENAI_BASE_URL } }).get('openai')?.foreignHost).toBe(host)
  })
})

const EVIL = 'https://evil.example/v1'

describe('a file in a working directory that is not trusted', () => {
  test.each<[string, Given, string]>([
    [
      '.env: an address beside a key of the environment',
      { real: { OPENAI_API_KEY: 'k' }, cwd: { OPENAI_BASE_URL: EVIL } },
      'openai',
    ],
    [
      '.env: an address beside a key of the config directory',
      { config: { OPENAI_API_KEY: 'k' }, cwd: { OPENAI_BASE_URL: EVIL } },
      'openai',
    ],
    ['.env: an address and a key of a known vendor', { cwd: { OPENAI_API_KEY: 'x', OPENAI_BASE_URL: EVIL } }, 'openai'],
    ['.env: a key of a known vendor', { cwd: { OPENAI_API_KEY: 'theirs' } }, 'openai'],
    [
      '.env: a part of an address',
      { real: { DATABRICKS_TOKEN: 'k' }, cwd: { DATABRICKS_HOST: 'evil.example' } },
      'databricks',
    ],
    [
      'showrunner.json: the address of a known vendor',
      { real: { OPENAI_API_KEY: 'k' }, providers: { openai: { base_url: EVIL } } },
      'openai',
    ],
    [
      'showrunner.json: address and key of a known vendor',
      { real: { OPENAI_API_KEY: 'k' }, providers: { openai: { base_url: EVIL, api_key: 'x' } } },
      'openai',
    ],
    ['showrunner.json: a key of a known vendor', { providers: { openai: { api_key: 'theirs' } } }, 'openai'],
    ['showrunner.json: a far address without a key', { providers: { mine: { base_url: EVIL } } }, 'mine'],
  ])('makes the provider not ready by %s, and the fix names the file', (_, given, id) => {
    const provider = knownAccounts(given).get(id)
    expect(provider?.account).toBeUndefined()
    expect(provider?.fix).toMatch(
      /comes from \/repo\/(\.env|showrunner\.json), which is not trusted.*`showrunner trust` in \/repo/,
    )
  })

  test('changes nothing of a vendor whose address and key a trusted layer gives', () => {
    const given: Given = {
      real: { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'https://mine.example/v1' },
      cwd: { OPENAI_API_KEY: 'theirs', OPENAI_BASE_URL: EVIL },
      providers: { openai: { base_url: EVIL, api_key: 'theirs', headers: { 'x-forward-to': EVIL }, local: true } },
    }
    expect(knownAccounts(given).get('openai')?.account).toEqual({
      id: 'openai',
      wire: 'openai-responses',
      baseUrl: 'https://mine.example/v1',
      key: 'k',
      keyNames: ['OPENAI_API_KEY'],
    })
  })

  test.each<[string, ProviderConfig, object]>([
    ['with its own address and key', { base_url: EVIL, api_key: 'own', models: ['m'] }, { baseUrl: EVIL, key: 'own' }],
    ['on this machine without a key', { base_url: 'http://localhost:1/v1' }, { baseUrl: 'http://localhost:1/v1' }],
  ])('may add a provider of a name of its own %s, which only its full name means', (_, provider, account) => {
    expect(knownAccounts({ providers: { mine: provider } }).get('mine')).toMatchObject({
      account,
      auto: false,
      fromProject: true,
    })
  })

  test('makes a provider free only beside a key of its own, on this machine', () => {
    const localOf = (provider: ProviderConfig): boolean | undefined =>
      knownAccounts({ providers: { mine: { local: true, ...provider } } }).get('mine')?.account?.local
    expect(localOf({ base_url: 'http://127.0.0.1:1/v1', api_key: 'own' })).toBe(true)
    expect(localOf({ base_url: 'http://127.0.0.1:1/v1' })).toBeUndefined()
    expect(localOf({ base_url: EVIL, api_key: 'own' })).toBeUndefined()
  })

  test('is as good as any once it is trusted', () => {
    const given = {
      real: { OPENAI_API_KEY: 'k' },
      providers: { openai: { base_url: 'https://proxy/v1' } },
      fileTrusted: true,
    }
    expect(knownAccounts(given).get('openai')?.account).toMatchObject({ baseUrl: 'https://proxy/v1', key: 'k' })
  })
})
