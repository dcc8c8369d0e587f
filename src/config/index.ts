import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import envPaths from 'env-paths'
import type { Budget } from '../contract/ledger.ts'
import { findNearestNames } from '../contract/nearest.ts'
import type { Price } from '../contract/price.ts'
import type { RoutingPolicy } from '../contract/registry.ts'
import { type Environment, normalizeValue, readEnvironment } from './environment.ts'
import { type ConfigFile, configFileSchema } from './schema.ts'

/** Everything that was configured, checked, with its defaults filled in. */
export interface Settings {
  readonly env: Environment
  /** The `providers` of the config file, as they stand there. */
  readonly providers: NonNullable<ConfigFile['providers']>
  /** Where the config file was found; undefined: there is none. Keys and addresses in it have this origin. */
  readonly file: { readonly path: string; readonly trusted: boolean } | undefined
  readonly routing: RoutingPolicy
  readonly budgets: readonly Budget[]
  /** `provider/model` -> the price that wins over every other. */
  readonly prices: ReadonlyMap<string, Price>
  /** Where ledger, scripts and plans live: an absolute path, perhaps not there yet. */
  readonly home: string
  /** Where `.env` was looked for, for people. */
  readonly searchedSources: readonly string[]
}

/** Thrown for a wrong configuration: `problems` holds every one of them, each with its fix. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(
      `${problems.length === 1 ? 'One setting is' : `${problems.length} settings are`} wrong:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    )
    this.problems = problems
  }
}

/**
 * Reads the environment, `.env` and `showrunner.json` (DESIGN A2). Reads at most three small files, writes nothing.
 * Throws `ConfigError` with every problem at once.
 */
export function readSettings(options: {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly configDir?: string
  readonly dataDir?: string
}): Settings {
  const paths = envPaths('showrunner', { suffix: '' })
  const configDir = options.configDir ?? paths.config
  const env = readEnvironment(options.env, options.cwd, configDir)
  const problems: string[] = []
  const { file, config } = readConfigFile(env, options.cwd, configDir, problems)
  const envSettings = readEnvSettings(env, problems)
  const budgets = [...envSettings.budgets, ...(config.budgets ?? []).map(toBudget)]
  problems.push(
    ...findDuplicates(budgets.map((budget) => budget.name)).map(
      (name) => `two budgets are called "${name}": give one of them another \`name\``,
    ),
  )
  if (problems.length > 0) throw new ConfigError(problems)
  return {
    env,
    providers: config.providers ?? {},
    file,
    routing: toRoutingPolicy(config, envSettings),
    budgets,
    prices: new Map(Object.entries(config.prices ?? {}).map(([model, price]) => [model, toPrice(price)])),
    home: resolve(options.cwd, envSettings.home ?? config.storage?.home ?? options.dataDir ?? paths.data),
    searchedSources: ['the environment', join(options.cwd, '.env'), join(configDir, '.env')],
  }
}

function readConfigFile(
  env: Environment,
  cwd: string,
  configDir: string,
  problems: string[],
): { file: Settings['file']; config: ConfigFile } {
  const explicitPath = env.get('SHOWRUNNER_CONFIG')
  const locations = explicitPath
    ? [{ path: resolve(cwd, explicitPath.value), trusted: explicitPath.trusted }]
    : [
        { path: join(cwd, 'showrunner.json'), trusted: false },
        { path: join(configDir, 'showrunner.json'), trusted: true },
      ]
  for (const file of locations) {
    const text = readText(file.path)
    if (text === undefined) continue
    return { file, config: parseConfig(text, file.path, problems) }
  }
  if (explicitPath)
    problems.push(`SHOWRUNNER_CONFIG names ${locations[0]?.path}, which cannot be read: correct the path, or unset it`)
  return { file: undefined, config: {} }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function parseConfig(text: string, path: string, problems: string[]): ConfigFile {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    problems.push(
      `${path} is not JSON (${error instanceof Error ? error.message : 'unreadable'}): mend it there, without comments or trailing commas`,
    )
    return {}
  }
  const result = configFileSchema().safeParse(json)
  if (result.success) return result.data
  for (const issue of result.error.issues) {
    const where = issue.path.length > 0 ? issue.path.join('.') : 'the top level'
    if (issue.code === 'unrecognized_keys') {
      problems.push(
        ...issue.keys.map((key) => `${path}: ${where}: \`${key}\` is not a setting; ${suggestKey(key, issue.path)}`),
      )
    } else {
      problems.push(`${path}: ${where}: ${issue.message}`)
    }
  }
  return {}
}

function suggestKey(key: string, at: readonly PropertyKey[]): string {
  const known = at.length === 0 ? Object.keys(configFileSchema().shape) : []
  const [near] = findNearestNames(key, known, 1)
  return near ? `did you mean \`${near}\`?` : 'remove it, or see showrunner.schema.json for what may stand here'
}

interface EnvSettings {
  readonly model: string | undefined
  readonly fallbacks: readonly string[] | undefined
  readonly budgets: readonly Budget[]
  readonly home: string | undefined
}

function readEnvSettings(env: Environment, problems: string[]): EnvSettings {
  const budgets = (['day', 'month'] as const).flatMap((per) => {
    const name = per === 'day' ? 'SHOWRUNNER_DAILY_BUDGET_USD' : 'SHOWRUNNER_MONTHLY_BUDGET_USD'
    const value = env.get(name)?.value
    if (value === undefined) return []
    const amount = Number(value.replace(/^\$/, ''))
    if (Number.isFinite(amount) && amount >= 0)
      return [toBudget({ per, usd: amount, name: per === 'day' ? 'daily' : 'monthly' })]
    problems.push(`${name} is "${value}", which is not an amount of US dollars: write a number such as 5 or 2.50`)
    return []
  })
  const deployments = env.get('AZURE_OPENAI_DEPLOYMENTS')?.value
  if (deployments !== undefined && !/^[^=,]+=[^=,]+(,[^=,]+=[^=,]+)*$/.test(deployments)) {
    problems.push(`AZURE_OPENAI_DEPLOYMENTS is "${deployments}": write model=deployment,model=deployment`)
  }
  return {
    model: env.get('SHOWRUNNER_MODEL')?.value,
    fallbacks: env
      .get('SHOWRUNNER_FALLBACKS')
      ?.value.split(',')
      .map((name) => normalizeValue(name))
      .filter((name) => name !== undefined),
    budgets,
    home: env.get('SHOWRUNNER_HOME')?.value,
  }
}

function toRoutingPolicy(
  { routing = {}, models = {}, limits = [] }: ConfigFile,
  envSettings: EnvSettings,
): RoutingPolicy {
  const { timeouts = {} } = routing
  return {
    aliases: models,
    defaultModel: envSettings.model ?? routing.default_model,
    fallbacks: envSettings.fallbacks ?? routing.fallbacks ?? [],
    strategy: routing.strategy ?? 'order',
    maxAttemptsPerModel: routing.max_attempts_per_model ?? 3,
    maxAttempts: routing.max_attempts ?? 8,
    maxWaitMs: routing.max_wait_ms ?? 15_000,
    cooldownMs: routing.cooldown_ms ?? 20_000,
    onStreamError: routing.on_stream_error ?? 'continue',
    hedgeAfterMs: routing.hedge_after_ms,
    timeouts: {
      connectMs: timeouts.connect_ms ?? 30_000,
      firstTokenMs: timeouts.first_token_ms ?? 120_000,
      idleMs: timeouts.idle_ms ?? 60_000,
      totalMs: timeouts.total_ms ?? 600_000,
    },
    limits: limits.map((rule) => ({
      match: rule.match,
      ...(rule.requests_per_minute !== undefined && { requestsPerMinute: rule.requests_per_minute }),
      ...(rule.tokens_per_minute !== undefined && { tokensPerMinute: rule.tokens_per_minute }),
      ...(rule.concurrent !== undefined && { concurrent: rule.concurrent }),
    })),
  }
}

function toBudget({ name, match = '*', per, usd }: NonNullable<ConfigFile['budgets']>[number]): Budget {
  return { name: name ?? (match === '*' ? per : `${match} per ${per}`), match, per, limitMicroUsd: toMicroUsd(usd) }
}

function toPrice(price: NonNullable<ConfigFile['prices']>[string]): Price {
  return {
    input: toMicroUsd(price.input_usd_per_mtok),
    output: toMicroUsd(price.output_usd_per_mtok),
    ...(price.cached_input_usd_per_mtok !== undefined && { cachedInput: toMicroUsd(price.cached_input_usd_per_mtok) }),
    ...(price.cache_write_usd_per_mtok !== undefined && { cacheWrite: toMicroUsd(price.cache_write_usd_per_mtok) }),
    ...(price.reasoning_usd_per_mtok !== undefined && { reasoning: toMicroUsd(price.reasoning_usd_per_mtok) }),
    source: 'config',
  }
}

function findDuplicates(names: readonly string[]): readonly string[] {
  return names.filter((name, at) => names.indexOf(name) !== at)
}

function toMicroUsd(usd: number): number {
  return Math.round(usd * 1_000_000)
}
