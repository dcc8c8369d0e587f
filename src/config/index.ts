import { isAbsolute, join } from 'node:path'
import envPaths from 'env-paths'
import type { Budget } from '../contract/ledger.ts'
import type { Price } from '../contract/price.ts'
import type { RoutingPolicy } from '../contract/registry.ts'
import { mergeBudgets } from './budgets.ts'
import { dotenvPath, type Environment } from './environment.ts'
import { expandHome } from './home.ts'
import { type ConfigLayer, readLayers } from './layers.ts'
import { mergeProviders, mergeTrusted, type ProviderConfig, type Sourced, untrustedSection } from './project.ts'
import { readRoutingPolicy, toPrice } from './routing.ts'
import { findSecrets } from './secrets.ts'
import { normalizeValue } from './values.ts'
import { findVariableProblems, findVariableWarnings } from './variables.ts'

/** Everything that was configured, checked, with its defaults filled in. */
export interface Settings {
  readonly env: Environment
  /** The `providers` of the trusted files, merged, with the strongest file that names each. */
  readonly providers: Readonly<Record<string, Sourced<ProviderConfig>>>
  /** The `providers` of an untrusted file: only those of names of its own may be used. */
  readonly projectProviders: Readonly<Record<string, Sourced<ProviderConfig>>>
  readonly routing: RoutingPolicy
  readonly budgets: readonly Budget[]
  /** `provider/model` -> the price that wins over every other. */
  readonly prices: ReadonlyMap<string, Price>
  /** The prices of an untrusted file, which may only raise a known price. */
  readonly projectPrices: ReadonlyMap<string, Sourced<Price>>
  /** Where ledger, scripts and plans live: an absolute path, perhaps not there yet. */
  readonly home: string
  /** Where a key was looked for, for people. */
  readonly searchedSources: readonly string[]
  /** A sentence for each setting that is not used, with the file and the fix. */
  readonly warnings: readonly string[]
  /** Every configured key, so that none leaves the process in a text. */
  readonly secrets: readonly string[]
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
 * Reads the environment, `.env` and `showrunner.json` of the config directory and of the working directory. The layers
 * are merged, strongest first: the environment, the config directory, the working directory. Files of a working directory
 * that the person has not trusted may only do what costs and reveals nothing; the rest of them goes to `warnings`.
 *
 * Reads at most five small files, writes nothing. Throws `ConfigError` with every problem at once.
 */
export function readSettings(options: {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly configDir?: string
  readonly dataDir?: string
}): Settings {
  const paths = envPaths('showrunner', { suffix: '' })
  const configDir = absolute(options.configDir ?? paths.config)
  const problems: string[] = []
  const { env, files, warnings, untrusted } = readLayers({ env: options.env, cwd: options.cwd, configDir }, problems)
  const budgets = mergeBudgets(env, files, problems)
  const routing = readRoutingPolicy(env, files)
  const home = readHome(
    env,
    files,
    { userHome: normalizeValue(options.env['HOME']), dataDir: options.dataDir ?? paths.data },
    problems,
  )
  problems.push(...findVariableProblems(env))
  if (problems.length > 0) throw new ConfigError(problems)
  const searched = [
    ...(configDir ? [dotenvPath(configDir)] : []),
    dotenvPath(options.cwd),
    ...files.map(({ path }) => path),
  ]
  return {
    env,
    providers: mergeProviders(files),
    projectProviders: untrustedSection(files, (config) => config.providers),
    routing: routing.policy,
    budgets: budgets.budgets,
    prices: new Map(
      Object.entries(mergeTrusted(files, ({ prices }) => prices)).map(([model, { value }]) => [model, toPrice(value)]),
    ),
    projectPrices: new Map(
      Object.entries(untrustedSection(files, ({ prices }) => prices)).map(([model, { value, origin }]) => [
        model,
        { value: toPrice(value), origin },
      ]),
    ),
    home,
    searchedSources: ['the environment', ...searched.map((path) => markUntrusted(path, untrusted))],
    warnings: [...warnings, ...findVariableWarnings(env), ...budgets.warnings, ...routing.warnings],
    secrets: findSecrets(env, files),
  }
}

/** The platform's config directory: where `.env`, `showrunner.json` and the list of trusted files are. Undefined: unknown. */
export function findConfigDir(): string | undefined {
  return absolute(envPaths('showrunner', { suffix: '' }).config)
}

/** A relative config directory (an empty HOME) lies in the working directory, whose files are not trusted. */
function absolute(path: string): string | undefined {
  return isAbsolute(path) ? path : undefined
}

function markUntrusted(path: string, untrusted: readonly string[]): string {
  return untrusted.some((origin) => origin === path || origin.startsWith(`${path} (`)) ? `${path} (not trusted)` : path
}

function readHome(
  env: Environment,
  files: readonly ConfigLayer[],
  { userHome, dataDir }: { readonly userHome: string | undefined; readonly dataDir: string },
  problems: string[],
): string {
  const inFile = files.find(({ trusted, config }) => trusted && config.storage?.home !== undefined)
  const variable = env.raw('SHOWRUNNER_HOME')
  const [name, value] = variable
    ? ['SHOWRUNNER_HOME', variable.value]
    : inFile
      ? [`${inFile.path}: storage.home`, inFile.config.storage?.home ?? '']
      : ['The default home (set HOME, or SHOWRUNNER_HOME)', dataDir]
  const result = expandHome(value, userHome)
  if ('home' in result) return join(result.home)
  problems.push(`${name} is "${value}"; it ${result.fault}`)
  return dataDir
}
