import { join } from 'node:path'
import { parse } from 'dotenv'
import { normalizeValue, stripQuotes } from './values.ts'

/** The environment in layers, each value with its place. The first layer that has a name wins. */
export interface Environment {
  /** Never a value of an untrusted file, except under the names of `PROJECT_VARIABLES`. */
  get(name: string): SourcedValue | undefined
  /** The first of the names that is set. */
  first(names: readonly string[]): (SourcedValue & { readonly name: string }) | undefined
  /** The value of each layer that has one, strongest first, under the rule of `get`. */
  all(name: string): readonly SourcedValue[]
  /** The strongest value that is not empty, as it is written: an unfilled `${BUDGET}` too. Under the rule of `get`. */
  raw(name: string): SourcedValue | undefined
  /** The value of an untrusted file under a name that it may not set. */
  refused(name: string): SourcedValue | undefined
  /** Every name that is set in any layer. */
  readonly names: readonly string[]
}

export interface SourcedValue {
  readonly value: string
  /** `environment`, or the path of the file. */
  readonly origin: string
  /** False for a file in a working directory that is not trusted: it may have come with a stranger's repository. */
  readonly trusted: boolean
}

export interface EnvironmentSource {
  readonly origin: string
  readonly trusted: boolean
  readonly values: Readonly<Record<string, string | undefined>>
}

/**
 * The names that an untrusted `.env` may set: budgets are only ever lowered by it, fallbacks name models of trusted
 * providers, and the address of Ollama must be on this machine.
 */
const PROJECT_VARIABLES: ReadonlySet<string> = new Set([
  'SHOWRUNNER_DAILY_BUDGET_USD',
  'SHOWRUNNER_MONTHLY_BUDGET_USD',
  'SHOWRUNNER_FALLBACKS',
  'OLLAMA_HOST',
])

/** `sources`: strongest first. */
export function createEnvironment(sources: readonly EnvironmentSource[]): Environment {
  const readable = (name: string): readonly EnvironmentSource[] =>
    sources.filter(({ trusted }) => trusted || PROJECT_VARIABLES.has(name))
  const all = (name: string): readonly SourcedValue[] =>
    readable(name).flatMap(({ origin, trusted, values }) => {
      const value = normalizeValue(values[name])
      return value === undefined ? [] : [{ value, origin, trusted }]
    })
  return {
    all,
    get: (name) => all(name)[0],
    first(names) {
      for (const name of names) {
        const [found] = all(name)
        if (found) return { ...found, name }
      }
      return undefined
    },
    raw(name) {
      for (const { origin, trusted, values } of readable(name)) {
        const value = stripQuotes(values[name] ?? '')
        if (value !== '') return { value, origin, trusted }
      }
      return undefined
    },
    refused(name) {
      if (PROJECT_VARIABLES.has(name)) return undefined
      for (const { origin, trusted, values } of sources) {
        const value = normalizeValue(values[name])
        if (!trusted && value !== undefined) return { value, origin, trusted }
      }
      return undefined
    },
    names: [...new Set(sources.flatMap(({ values }) => Object.keys(values)))],
  }
}

/** The variables of a `.env` file, whose text was read already. */
export function parseDotenv(path: string, text: string, trusted: boolean): EnvironmentSource {
  return { origin: path, trusted, values: parse(text) }
}

/** The path of a folder's `.env`. */
export function dotenvPath(folder: string): string {
  return join(folder, '.env')
}
