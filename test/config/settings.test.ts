import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError, readSettings, type Settings } from '../../src/config/index.ts'
import { trust } from '../../src/config/trust.ts'

/** A working directory and a config directory with these files in them. */
function makeFiles(files: {
  readonly cwd?: Readonly<Record<string, string>>
  readonly config?: Readonly<Record<string, string>>
}) {
  const root = mkdtempSync(join(tmpdir(), 'showrunner-config-'))
  const write = (folder: string, contents: Readonly<Record<string, string>> = {}): string => {
    const path = join(root, folder)
    mkdirSync(path)
    for (const [name, text] of Object.entries(contents)) writeFileSync(join(path, name), text)
    return path
  }
  return { cwd: write('cwd', files.cwd), configDir: write('config', files.config), dataDir: join(root, 'data') }
}

function problemsOf(read: () => Settings): readonly string[] {
  try {
    read()
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('settings', () => {
  test('are all optional', () => {
    const paths = makeFiles({})
    const settings = readSettings({ env: {}, ...paths })
    expect(settings.home).toBe(paths.dataDir)
    expect(settings.budgets).toEqual([])
    expect(settings.routing).toMatchObject({
      strategy: 'order',
      maxAttemptsPerModel: 3,
      aliases: {},
      defaultModel: undefined,
    })
  })

  test('the environment is stronger than .env of the config directory, and that than .env of a trusted working directory', () => {
    const paths = makeFiles({
      cwd: { '.env': 'SHOWRUNNER_MODEL=from-cwd\nSHOWRUNNER_FALLBACKS=b, c\nAZURE_API_VERSION=2025-04-01' },
      config: { '.env': 'SHOWRUNNER_MODEL=from-config\nSHOWRUNNER_DAILY_BUDGET_USD=2.5' },
    })
    trust(paths.cwd, paths.configDir)
    const { routing, budgets, env } = readSettings({ env: { SHOWRUNNER_FALLBACKS: 'x' }, ...paths })
    expect(routing).toMatchObject({ defaultModel: 'from-config', fallbacks: ['x'] })
    expect(env.get('AZURE_API_VERSION')?.value).toBe('2025-04-01')
    expect(budgets).toEqual([{ name: 'daily', match: '*', per: 'day', limitMicroUsd: 2_500_000 }])
  })

  test.each(['', '   ', '${OPENAI_API_KEY}', '${user_config.key}'])('%j counts as not set', (value) => {
    const { env } = readSettings({ env: { OPENAI_API_KEY: value }, ...makeFiles({}) })
    expect(env.get('OPENAI_API_KEY')).toBeUndefined()
  })

  test('of showrunner.json are read in full', () => {
    const file = {
      models: { fast: ['openai/gpt-5-mini', 'groq/x'] },
      routing: { strategy: 'cheapest', max_attempts_per_model: 2, timeouts: { first_token_ms: 5000 } },
      limits: [{ match: 'openai', requests_per_minute: 60 }],
      budgets: [
        { per: 'month', usd: 20 },
        { per: 'total', usd: 1, match: 'openai/*', name: 'trial' },
      ],
      prices: { 'lab/m1': { input_usd_per_mtok: 1, output_usd_per_mtok: 2.5, cached_input_usd_per_mtok: 0.1 } },
      storage: { home: '~/kept' },
    }
    const paths = makeFiles({ config: { 'showrunner.json': JSON.stringify(file) } })
    const settings = readSettings({ env: { HOME: '/home/me' }, ...paths })
    expect(settings.routing).toMatchObject({
      aliases: file.models,
      strategy: 'cheapest',
      maxAttemptsPerModel: 2,
      timeouts: { firstTokenMs: 5000, connectMs: 30_000 },
      limits: [{ match: 'openai', requestsPerMinute: 60 }],
    })
    expect(settings.budgets.map((budget) => [budget.name, budget.per, budget.limitMicroUsd])).toEqual([
      ['month', 'month', 20_000_000],
      ['trial', 'total', 1_000_000],
    ])
    expect(settings.prices.get('lab/m1')).toEqual({
      input: 1_000_000,
      output: 2_500_000,
      cachedInput: 100_000,
      source: 'config',
    })
    expect(settings.home).toBe('/home/me/kept')
  })

  test('that are wrong are all named at once, each with its fix', () => {
    const file = {
      rooting: {},
      routing: { max_attempts_per_model: 99 },
      budgets: [{ per: 'week', usd: 1 }],
      limits: [{ match: 'openai' }],
    }
    const paths = makeFiles({ config: { 'showrunner.json': JSON.stringify(file) } })
    const problems = problemsOf(() =>
      readSettings({ env: { SHOWRUNNER_DAILY_BUDGET_USD: 'five', AZURE_OPENAI_DEPLOYMENTS: 'gpt-4o' }, ...paths }),
    )
    expect(problems.map((problem) => problem.replace(`${join(paths.configDir, 'showrunner.json')}: `, ''))).toEqual([
      'routing.max_attempts_per_model: must be at most 5',
      expect.stringContaining('limits.0: names no limit: add requests_per_minute'),
      'budgets.0.per: must be one of "day", "month", "total"',
      'the top level: `rooting` is not a setting; did you mean `routing`?',
      'SHOWRUNNER_DAILY_BUDGET_USD is "five", which is not an amount of US dollars: write a number such as 5 or 2.50',
      'AZURE_OPENAI_DEPLOYMENTS is "gpt-4o": write model=deployment,model=deployment',
    ])
  })

  test.each([
    ['a file that is not JSON', { cwd: { 'showrunner.json': '{ // no' } }, {}, /is not valid JSON .* fix it there/],
    [
      'a named file that is not there',
      {},
      { SHOWRUNNER_CONFIG: './gone.json' },
      /SHOWRUNNER_CONFIG names .*gone\.json, which cannot be read/,
    ],
    [
      'two budgets of one name',
      { cwd: { 'showrunner.json': '{"budgets":[{"per":"day","usd":1},{"per":"day","usd":2}]}' } },
      {},
      /two budgets are called "day"/,
    ],
  ])('%s is a clear problem', (_, files, env, problem) => {
    expect(problemsOf(() => readSettings({ env, ...makeFiles(files) })).join('\n')).toMatch(problem)
  })

  test('never show a key of a wrong place', () => {
    const file = { providers: { openai: { api_key: 'sk-planted-7f3', base_url: 'not an address' } } }
    const problems = problemsOf(() =>
      readSettings({ env: {}, ...makeFiles({ cwd: { 'showrunner.json': JSON.stringify(file) } }) }),
    )
    expect(problems).toHaveLength(1)
    expect(problems.join()).not.toContain('sk-planted')
  })
})
