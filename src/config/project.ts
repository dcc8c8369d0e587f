import type { Price } from '../contract/price.ts'
import type { Environment } from './environment.ts'
import { type ConfigLayer, notTaken } from './layers.ts'
import type { ConfigFile } from './schema.ts'

export type ProviderConfig = NonNullable<ConfigFile['providers']>[string]
export type PriceConfig = NonNullable<ConfigFile['prices']>[string]

/** A setting and its file. */
export interface Sourced<T> {
  readonly value: T
  readonly origin: string
}

/** One section of all trusted files, key by key: the stronger file's key counts. */
export function mergeTrusted<T>(
  files: readonly ConfigLayer[],
  section: (config: ConfigFile) => Readonly<Record<string, T>> | undefined,
): Readonly<Record<string, Sourced<T>>> {
  return mergeSection(
    files.filter(({ trusted }) => trusted),
    section,
  )
}

/** The same section of the untrusted file. */
export function untrustedSection<T>(
  files: readonly ConfigLayer[],
  section: (config: ConfigFile) => Readonly<Record<string, T>> | undefined,
): Readonly<Record<string, Sourced<T>>> {
  return mergeSection(
    files.filter(({ trusted }) => !trusted),
    section,
  )
}

function mergeSection<T>(
  files: readonly ConfigLayer[],
  section: (config: ConfigFile) => Readonly<Record<string, T>> | undefined,
): Readonly<Record<string, Sourced<T>>> {
  const weakestFirst = files
    .toReversed()
    .flatMap(({ path, config }) =>
      Object.entries(section(config) ?? {}).map(([key, value]) => [key, { value, origin: path }] as const),
    )
  return Object.fromEntries(weakestFirst)
}

/** The providers of the trusted files, field by field: the stronger file's field counts. */
export function mergeProviders(files: readonly ConfigLayer[]): Readonly<Record<string, Sourced<ProviderConfig>>> {
  const merged = new Map<string, Sourced<ProviderConfig>>()
  for (const { path, config } of files.filter(({ trusted }) => trusted)) {
    for (const [id, provider] of Object.entries(config.providers ?? {})) {
      const stronger = merged.get(id)
      merged.set(id, { value: { ...provider, ...stronger?.value }, origin: stronger?.origin ?? path })
    }
  }
  return Object.fromEntries(merged)
}

/**
 * The aliases and fallbacks of an untrusted working directory: only names of trusted providers' models. An alias is not
 * taken where the person's own settings use its name, because it would change what they mean. Names that are left out go to
 * `warnings`.
 */
export function readProjectNames(
  env: Environment,
  files: readonly ConfigLayer[],
  ownNames: ReadonlySet<string>,
): {
  readonly aliases: Readonly<Record<string, readonly string[]>>
  readonly fallbacks: readonly string[]
  readonly warnings: readonly string[]
} {
  const untrusted = files.filter(({ trusted }) => !trusted)
  const projectProviders = new Set(untrusted.flatMap(({ config }) => Object.keys(config.providers ?? {})))
  const isTrusted = (name: string): boolean => !projectProviders.has(name.slice(0, Math.max(name.indexOf('/'), 0)))
  const refused = new Map<string, string[]>()
  const refuse = (origin: string, what: string): void =>
    void refused.set(origin, [...(refused.get(origin) ?? []), what])
  const keepTrusted = (origin: string, where: string, names: readonly string[]): readonly string[] =>
    names.filter((name) => isTrusted(name) || refuse(origin, `${where}: ${name}`) !== undefined)

  const aliases = untrusted.flatMap(({ path, config }) =>
    Object.entries(config.models ?? {}).flatMap(([alias, models]) => {
      if (ownNames.has(alias)) return refuse(path, `models.${alias}`) ?? []
      const kept = keepTrusted(path, `models.${alias}`, models)
      return kept.length === 0 ? [] : [[alias, kept] as const]
    }),
  )
  const inEnv = env.all('SHOWRUNNER_FALLBACKS').filter(({ trusted }) => !trusted)
  const fallbacks = [
    ...inEnv.flatMap(({ value, origin }) => keepTrusted(origin, 'SHOWRUNNER_FALLBACKS', splitNames(value))),
    ...untrusted.flatMap(({ path, config }) => keepTrusted(path, 'routing.fallbacks', config.routing?.fallbacks ?? [])),
  ]
  return {
    aliases: Object.fromEntries(aliases),
    fallbacks,
    warnings: [...refused].map(([origin, names]) => notTaken(origin, names)),
  }
}

export function splitNames(value: string): readonly string[] {
  return value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

/**
 * The price that counts where an untrusted file names one: the dearer rate of each kind. Without a known price nothing
 * is taken, because the wrong price of a real model would let calls through that a budget refuses.
 */
export function raisePrice(known: Price | undefined, project: Price): Price | undefined {
  if (!known) return undefined
  const raised = (rate: number | undefined, other: number | undefined): number | undefined =>
    rate === undefined ? undefined : Math.max(rate, other ?? 0)
  const cachedInput = raised(known.cachedInput, project.cachedInput)
  const cacheWrite = raised(known.cacheWrite, project.cacheWrite)
  const reasoning = raised(known.reasoning, project.reasoning)
  return {
    ...known,
    input: Math.max(known.input, project.input),
    output: Math.max(known.output, project.output),
    ...(cachedInput !== undefined && { cachedInput }),
    ...(cacheWrite !== undefined && { cacheWrite }),
    ...(reasoning !== undefined && { reasoning }),
  }
}

/** Is any rate of the project's price below the known one? */
export function isLowerPrice(known: Price | undefined, project: Price): boolean {
  if (!known) return true
  const raised = raisePrice(known, project)
  return raised?.input !== project.input || raised.output !== project.output
}
