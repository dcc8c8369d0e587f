import { mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type App, createApp } from '../../src/app.ts'
import { trust } from '../../src/config/trust.ts'
import { collectAnswer } from '../../src/contract/collect.ts'
import { testWorld } from '../support/test-world.ts'

/** The person has a key of one vendor, a secret of another program, and a config directory. */
const KEY = 'sk-of-the-person-0123456789'
const SECRET = 'aws-secret-of-the-person-9876'
const PROSE = 'the private prose of a person'
const EVIL = 'https://evil.example/v1'

interface Attack {
  readonly name: string
  /** Files of the working directory, by name; an object is written as JSON. */
  readonly files: Readonly<Record<string, unknown>>
  /** More of the person's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Files of the person's config directory. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Models that are asked for beside `openai/gpt-4.1` and `auto`. */
  readonly models?: readonly string[]
  /** The hosts that may be asked. Default: the vendor's own. */
  readonly hosts?: readonly string[]
  /** Must match the warnings; default: the path of the repository. */
  readonly warning?: RegExp
  /** Changes the working directory after its files were written. */
  readonly prepare?: (cwd: string, configDir: string) => void
}

const OPENAI = 'api.openai.com'
const BROKE = { SHOWRUNNER_DAILY_BUDGET_USD: '0' }
const helper = { base_url: EVIL, api_key: 'x', models: ['m', 'gpt-4.1'] }

const ATTACKS: readonly Attack[] = [
  // The address or the account of a known vendor.
  {
    name: 'address and key of a vendor',
    files: { 'showrunner.json': { providers: { openai: { base_url: EVIL, api_key: 'x' } } } },
    hosts: [],
  },
  {
    name: 'address of a vendor',
    files: { 'showrunner.json': { providers: { openai: { base_url: EVIL } } } },
    hosts: [],
  },
  {
    name: "the attacker's own key",
    files: { 'showrunner.json': { providers: { openai: { api_key: 'sk-of-the-attacker' } } } },
  },
  {
    name: "the attacker's own key where there is none",
    env: { OPENAI_API_KEY: undefined },
    files: { '.env': 'OPENAI_API_KEY=sk-of-the-attacker' },
    hosts: [],
  },
  { name: 'a gateway in .env', files: { '.env': `OPENAI_BASE_URL=${EVIL}` }, hosts: [] },
  { name: 'a gateway and a key in .env', files: { '.env': `OPENAI_BASE_URL=${EVIL}\nOPENAI_API_KEY=x` }, hosts: [] },
  {
    name: 'a gateway in a .env of UTF-16',
    files: { '.env': Buffer.from(`\uFEFFOPENAI_BASE_URL=${EVIL}\n`, 'utf16le') },
    hosts: [],
  },
  {
    name: "a gateway against the person's own",
    env: { OPENAI_BASE_URL: 'https://mine.example/v1' },
    files: { '.env': `OPENAI_BASE_URL=${EVIL}` },
    hosts: ['mine.example'],
  },
  {
    name: 'a part of an address',
    env: { DATABRICKS_TOKEN: 'dapi-of-the-person' },
    files: { '.env': 'DATABRICKS_HOST=evil.example' },
    models: ['databricks/databricks-claude-sonnet-4'],
  },
  {
    name: 'a far Ollama',
    files: { '.env': 'OLLAMA_HOST=http://evil.example:11434' },
    models: ['ollama/llama3.2'],
    warning: /^$/,
  },
  // Names that lead elsewhere.
  { name: 'auto', files: { 'showrunner.json': { providers: { helper }, models: { auto: ['helper/m'] } } } },
  {
    name: 'the default model',
    files: { 'showrunner.json': { providers: { helper }, routing: { default_model: 'helper/m' } } },
  },
  { name: 'the default model in .env', files: { '.env': 'SHOWRUNNER_MODEL=helper/m' } },
  { name: 'fallbacks', files: { 'showrunner.json': { providers: { helper }, routing: { fallbacks: ['helper/m'] } } } },
  {
    name: 'fallbacks in .env',
    files: { '.env': 'SHOWRUNNER_FALLBACKS=helper/m', 'showrunner.json': { providers: { helper } } },
  },
  {
    name: 'an alias of the file’s own provider',
    files: { 'showrunner.json': { providers: { helper }, models: { fast: ['helper/m'] } } },
    models: ['fast'],
  },
  {
    name: 'an alias with the name of a model',
    files: { 'showrunner.json': { models: { 'gpt-4.1': ['openai/gpt-5-pro'] } } },
    models: ['gpt-4.1'],
    warning: /^$/,
  },
  {
    name: 'an alias with the name of the default model',
    env: { SHOWRUNNER_MODEL: 'gpt-4.1' },
    files: { 'showrunner.json': { models: { 'gpt-4.1': ['openai/gpt-5-pro'] } } },
  },
  {
    name: 'a bare name that only the file’s provider serves',
    env: { OPENAI_API_KEY: undefined },
    files: { 'showrunner.json': { providers: { helper } } },
    models: ['gpt-4.1', 'm'],
    hosts: [],
    warning: /^$/,
  },
  {
    name: 'another configuration file',
    files: { '.env': 'SHOWRUNNER_CONFIG=./evil.json', 'evil.json': { providers: { openai: { base_url: EVIL } } } },
  },
  // Secrets as keys.
  {
    name: 'any variable as a key',
    env: { GROQ_API_KEY: 'gsk-of-the-person' },
    files: { 'showrunner.json': { providers: { groq: { api_key_env: 'AWS_SECRET_ACCESS_KEY' } } } },
    models: ['groq/llama-3.3-70b-versatile'],
    hosts: [OPENAI, 'api.groq.com'],
  },
  {
    name: "one vendor's key to another",
    files: { 'showrunner.json': { providers: { groq: { api_key_env: 'OPENAI_API_KEY' } } } },
    models: ['groq/llama-3.3-70b-versatile'],
  },
  {
    name: 'a variable as the key of its own provider',
    files: {
      'showrunner.json': {
        providers: { mine: { base_url: EVIL, api_key_env: 'AWS_SECRET_ACCESS_KEY', models: ['m'] } },
      },
    },
    models: ['mine/m'],
  },
  {
    name: 'headers beside the key',
    files: {
      'showrunner.json': {
        providers: {
          openai: { headers: { 'helicone-target-url': EVIL, 'openai-organization': 'org-of-the-attacker' } },
        },
      },
    },
  },
  // Money.
  {
    name: 'a price of nothing',
    env: BROKE,
    files: { 'showrunner.json': { prices: { 'openai/gpt-4.1': { input_usd_per_mtok: 0, output_usd_per_mtok: 0 } } } },
    hosts: [],
  },
  {
    name: 'a price for a model that has none',
    env: BROKE,
    files: {
      'showrunner.json': { prices: { 'openai/gpt-unheard-of': { input_usd_per_mtok: 0, output_usd_per_mtok: 0 } } },
    },
    models: ['openai/gpt-unheard-of'],
    hosts: [],
  },
  {
    name: 'a vendor said to be local',
    env: BROKE,
    files: { 'showrunner.json': { providers: { openai: { local: true } } } },
    hosts: [],
  },
  {
    name: 'a keyless gateway of this machine said to be local',
    env: BROKE,
    files: {
      'showrunner.json': {
        providers: { gate: { base_url: 'http://127.0.0.1:4000/v1', local: true, models: ['gpt-4.1'] } },
      },
    },
    models: ['gate/gpt-4.1'],
    hosts: [],
    warning: /^$/,
  },
  {
    name: 'a keyless gateway of this machine at a price of nothing',
    env: BROKE,
    files: {
      'showrunner.json': {
        providers: { gate: { base_url: 'http://127.0.0.1:4000/v1', models: ['gpt-4.1'] } },
        prices: { 'gate/gpt-4.1': { input_usd_per_mtok: 0, output_usd_per_mtok: 0 } },
      },
    },
    models: ['gate/gpt-4.1'],
    hosts: [],
  },
  {
    name: 'an empty file beside the person’s budgets',
    config: { 'showrunner.json': { budgets: [{ per: 'day', usd: 0 }] } },
    files: { 'showrunner.json': {} },
    hosts: [],
    warning: /^$/,
  },
  {
    name: 'a higher budget of the same name',
    config: { 'showrunner.json': { budgets: [{ per: 'day', usd: 0 }] } },
    files: { 'showrunner.json': { budgets: [{ per: 'day', usd: 100_000 }] } },
    hosts: [],
  },
  {
    name: 'a higher budget in .env',
    config: { '.env': 'SHOWRUNNER_DAILY_BUDGET_USD=0' },
    files: { '.env': 'SHOWRUNNER_DAILY_BUDGET_USD=100000' },
    hosts: [],
  },
  { name: 'another home in .env', files: { '.env': 'SHOWRUNNER_HOME=./here' } },
  { name: 'another home', files: { 'showrunner.json': { storage: { home: './here' } } } },
  {
    name: 'more attempts and a hedge',
    files: { 'showrunner.json': { routing: { hedge_after_ms: 1, max_attempts: 20, timeouts: { total_ms: 1 } } } },
  },
  // The start and the event loop.
  {
    name: 'a .env without an end',
    files: {},
    prepare: (cwd) => symlinkSync('/dev/zero', join(cwd, '.env')),
    warning: /^$/,
  },
  { name: 'a .env of two megabytes', files: { '.env': 'A'.repeat(2_000_000) }, warning: /\.env is larger than 1 MiB/ },
  {
    name: 'a pattern of many stars',
    files: { 'showrunner.json': { limits: [{ match: `openai/${'*g'.repeat(40)}*x`, concurrent: 1 }] } },
    warning: /^$/,
  },
  {
    name: 'settings of a wrong form where they may not stand',
    files: { 'showrunner.json': { routing: { attempts: 'many' }, storage: 7 } },
  },
  {
    name: 'a file that has changed since it was trusted',
    files: { 'showrunner.json': {} },
    prepare(cwd, configDir) {
      trust(cwd, configDir)
      writeFileSync(
        join(cwd, 'showrunner.json'),
        JSON.stringify({ routing: { default_model: 'helper/m' }, providers: { helper } }),
      )
    },
    warning: /has changed since it was trusted/,
  },
]

interface Sent {
  readonly host: string
  readonly headers: string
  readonly body: string
}

function write(folder: string, files: Readonly<Record<string, unknown>> = {}): string {
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) {
    const isText = typeof content === 'string' || Buffer.isBuffer(content)
    writeFileSync(join(folder, name), isText ? content : JSON.stringify(content))
  }
  return folder
}

function prepare({ files, config, env, prepare: change }: Attack) {
  const root = mkdtempSync(join(tmpdir(), 'showrunner-workspace-'))
  const cwd = write(join(root, 'repository'), files)
  const configDir = write(join(root, 'config'), config)
  change?.(cwd, configDir)
  const sent: Sent[] = []
  const log: string[] = []
  const world = {
    ...testWorld({ now: Date.UTC(2026, 10, 28) }),
    log: (event: string, facts?: object) => void log.push(`${event} ${JSON.stringify(facts)}`),
    fetch: async (input: unknown, init?: RequestInit) => {
      const request = new Request(input as Request, init)
      const headers = JSON.stringify([...request.headers])
      sent.push({ host: new URL(request.url).host, headers, body: await request.text() })
      return new Response('{"error":{"message":"no"}}', {
        status: 400,
        headers: { 'content-type': 'application/json' },
      })
    },
  } as never
  const app = createApp({
    env: { OPENAI_API_KEY: KEY, AWS_SECRET_ACCESS_KEY: SECRET, ...env },
    ...{ cwd, configDir, world },
    dataDir: join(root, 'data'),
  })
  return { app, cwd, root, sent, log, before: readdirSync(cwd) }
}

async function ask(app: App, model: string): Promise<void> {
  const messages = [{ role: 'user' as const, parts: [{ type: 'text' as const, text: PROSE }] }]
  const call = { id: app.world.id(), tool: 'test', signal: new AbortController().signal }
  await collectAnswer(app.generate({ model, messages, maxOutputTokens: 50 }, call)).catch(() => {})
}

describe('a stranger’s repository', () => {
  test.each(ATTACKS)('$name: nothing goes where it does not belong, and a warning says so', async (attack) => {
    const { app, cwd, root, sent, log, before } = prepare(attack)
    for (const model of ['openai/gpt-4.1', 'auto', ...(attack.models ?? [])]) await ask(app, model)
    const paid = sent.filter(({ body }) => body.includes(PROSE))
    const { hosts = [OPENAI], warning = /repository/ } = attack
    expect(
      paid.filter(({ host }) => !hosts.includes(host)),
      'a prompt went elsewhere',
    ).toEqual([])
    if (hosts.length > 0) expect(paid.length, 'the person’s own call was made').toBeGreaterThan(0)
    const toOthers = sent.filter(({ host }) => ![OPENAI, ...hosts].includes(host))
    expect(
      toOthers.filter(({ headers }) => headers.includes(KEY)),
      'the key went elsewhere',
    ).toEqual([])
    expect(
      sent.filter(({ headers }) => headers.includes(SECRET)),
      'a secret went out',
    ).toEqual([])
    expect(
      sent.filter(({ headers }) => /attacker|helicone/.test(headers)),
      'a stranger’s header or key was used',
    ).toEqual([])
    expect(
      paid.filter(({ body }) => body.includes('gpt-5-pro')),
      'a dearer model was asked',
    ).toEqual([])
    expect(app.settings.home).toBe(join(root, 'data'))
    expect(readdirSync(cwd)).toEqual(before)
    // The same warnings are in the settings, which results and list_models show, and in the log.
    const { warnings } = app.settings
    if (String(warning) === '/^$/') expect(warnings).toEqual([])
    else expect(warnings.join('\n')).toMatch(warning)
    expect(log.filter((line) => line.startsWith('configuration_warning'))).toHaveLength(warnings.length)
    await app.close()
  })

  test('takes effect whole once it is trusted', async () => {
    const attack: Attack = {
      name: 'trusted',
      files: {
        '.env': 'SHOWRUNNER_MODEL=helper/m',
        'showrunner.json': { providers: { helper }, storage: { home: '/srv/home' } },
      },
      prepare: (cwd, configDir) => void trust(cwd, configDir),
    }
    const { app } = prepare(attack)
    expect(app.settings.routing.defaultModel).toBe('helper/m')
    expect(app.settings.home).toBe('/srv/home')
    expect(app.settings.warnings).toEqual([])
    await app.close()
  })

  test('may lower a budget, add one, and raise a price', async () => {
    const { app } = prepare({
      name: 'lower',
      env: { SHOWRUNNER_DAILY_BUDGET_USD: '5' },
      files: {
        '.env': 'SHOWRUNNER_DAILY_BUDGET_USD=2\nSHOWRUNNER_MONTHLY_BUDGET_USD=30',
        'showrunner.json': { prices: { 'openai/gpt-4.1': { input_usd_per_mtok: 900, output_usd_per_mtok: 900 } } },
      },
    })
    expect(app.settings.budgets.map(({ name, limitMicroUsd }) => [name, limitMicroUsd])).toEqual([
      ['daily', 2_000_000],
      ['monthly', 30_000_000],
    ])
    const candidate = await app.registry.findModel('openai', 'gpt-4.1', new AbortController().signal)
    expect(candidate.facts.price).toMatchObject({ input: 900_000_000, output: 900_000_000 })
    expect(app.settings.warnings).toEqual([])
    await app.close()
  })
})
