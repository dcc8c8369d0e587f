import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'dotenv'

/** The environment in layers, each value with where it was found. The first layer that has a name wins. */
export interface Environment {
  get(name: string): SourcedValue | undefined
  /** The first of the names that is set. */
  first(names: readonly string[]): (SourcedValue & { readonly name: string }) | undefined
}

export interface SourcedValue {
  readonly value: string
  /** `environment`, or the path of the file that says so. */
  readonly origin: string
  /** False for a file in the working directory: it may have come with a stranger's repository. */
  readonly trusted: boolean
}

export interface EnvironmentSource {
  readonly origin: string
  readonly trusted: boolean
  readonly values: Readonly<Record<string, string | undefined>>
}

/** The real environment first, then `.env` of the working directory, then `.env` of the config directory. */
export function readEnvironment(
  processEnv: EnvironmentSource['values'],
  folder: string,
  configFolder: string,
): Environment {
  return createEnvironment([
    { origin: 'environment', trusted: true, values: processEnv },
    readDotenv(join(folder, '.env'), false),
    readDotenv(join(configFolder, '.env'), true),
  ])
}

export function createEnvironment(sources: readonly EnvironmentSource[]): Environment {
  const get = (name: string): SourcedValue | undefined => {
    for (const { origin, trusted, values } of sources) {
      const value = normalizeValue(values[name])
      if (value !== undefined) return { value, origin, trusted }
    }
    return undefined
  }
  return {
    get,
    first(names) {
      for (const name of names) {
        const found = get(name)
        if (found) return { ...found, name }
      }
      return undefined
    },
  }
}

/** An empty string, or a `${...}` that a client left unfilled, counts as not set. */
export function normalizeValue(value: string | undefined): string | undefined {
  const trimmed = value?.trim()
  return trimmed && !/^\$\{[^}]*\}$/.test(trimmed) ? trimmed : undefined
}

/**
 * May this address be used with this key? An address from an untrusted file may only have a key from the same file, so
 * that a stranger's repository cannot send a person's key to a host of its choosing. Without a key (`undefined`) an
 * untrusted address may only be on this machine, so that it cannot collect what a person writes either.
 */
export function mayUseAddress(address: SourcedValue, key: SourcedValue | undefined): boolean {
  if (address.trusted) return true
  return key ? key.origin === address.origin : isLoopback(address.value)
}

function isLoopback(address: string): boolean {
  const host = URL.canParse(address) ? new URL(address).hostname : address.replace(/:\d+$/, '')
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host)
}

function readDotenv(path: string, trusted: boolean): EnvironmentSource {
  try {
    return { origin: path, trusted, values: parse(readFileSync(path)) }
  } catch {
    return { origin: path, trusted, values: {} } // no such file is the usual case
  }
}
