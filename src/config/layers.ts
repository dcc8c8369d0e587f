import { isAbsolute, join, resolve } from 'node:path'
import { parseConfigFile } from './config-file.ts'
import { createEnvironment, dotenvPath, type Environment, type EnvironmentSource, parseDotenv } from './environment.ts'
import type { ConfigFile } from './schema.ts'
import { readTextFile, type TextFile } from './text-file.ts'
import { type TrustState, trustStateOf } from './trust.ts'
import { normalizeValue } from './values.ts'

/** A `showrunner.json` that was found. */
export interface ConfigLayer {
  readonly path: string
  readonly trusted: boolean
  readonly config: ConfigFile
}

/** All that was read, strongest first: the environment, the config directory, the working directory. */
export interface Layers {
  readonly env: Environment
  readonly files: readonly ConfigLayer[]
  /** A sentence for each untrusted file with settings that are not taken. */
  readonly warnings: readonly string[]
  /** The real working directory's files that are not trusted, for the advice of other messages. */
  readonly untrusted: readonly string[]
}

/**
 * Reads the layers. The files of the working directory are untrusted unless the person trusted them as they are
 * (`trust.ts`); no file makes another unread. Problems of the files go to `problems`.
 */
export function readLayers(
  options: {
    readonly env: Readonly<Record<string, string | undefined>>
    readonly cwd: string
    /** Undefined: there is no config directory that could be trusted, because its path is relative. */
    readonly configDir: string | undefined
  },
  problems: string[],
): Layers {
  const { cwd, configDir } = options
  const reader = createReader(configDir, problems)
  const inConfigDir = configDir === undefined ? [] : [readEnvFile(dotenvPath(configDir), true, reader)]
  const sameFolder = configDir !== undefined && resolve(configDir) === resolve(cwd)
  const inWorkingDir = sameFolder ? [] : [readEnvFile(dotenvPath(cwd), false, reader)]
  const real: EnvironmentSource = { origin: 'environment', trusted: true, values: options.env }
  const sources = [real, ...inConfigDir, ...inWorkingDir].filter((source) => source !== undefined)
  const env = createEnvironment(sources)

  const named = env.get('SHOWRUNNER_CONFIG')
  const trustedPath = named ? namedPath(named.value, options.env, cwd) : configDir && join(configDir, 'showrunner.json')
  const projectPath = join(cwd, 'showrunner.json')
  const files = [
    ...(trustedPath === undefined ? [] : [readConfigLayer(trustedPath, true, reader)]),
    ...(trustedPath === projectPath ? [] : [readConfigLayer(projectPath, false, reader)]),
  ].filter((layer) => layer !== undefined)
  if (named && !files.some(({ path }) => path === trustedPath))
    problems.push(`SHOWRUNNER_CONFIG names ${trustedPath}, which cannot be read: correct the path, or unset it`)

  return {
    env,
    files,
    warnings: [...reader.warnings, ...describeRefused(sources, files, reader.states)],
    untrusted: untrustedPaths(sources, files),
  }
}

interface Reader {
  /** A file of the person's own that is too large is a problem; a stranger's is left out with a warning. */
  read(path: string, own: boolean): TextFile | undefined
  isTrusted(path: string, file: TextFile): boolean
  readonly problems: string[]
  readonly warnings: string[]
  readonly states: Map<string, TrustState>
}

function createReader(configDir: string | undefined, problems: string[]): Reader {
  const states = new Map<string, TrustState>()
  const warnings: string[] = []
  return {
    problems,
    warnings,
    states,
    read(path, own) {
      try {
        return readTextFile(path)
      } catch (error) {
        const message = error instanceof Error ? error.message : path
        if (own) problems.push(`${message}: make it smaller`)
        else warnings.push(`${message}, and is not read.`)
        return undefined
      }
    },
    isTrusted(path, file) {
      const state = trustStateOf(path, file, configDir)
      states.set(path, state)
      return state === 'trusted'
    },
  }
}

function readEnvFile(path: string, ownFolder: boolean, reader: Reader): EnvironmentSource | undefined {
  const file = reader.read(path, ownFolder)
  if (!file) return undefined
  const origin = file.encoding === 'UTF-8' ? path : `${path} (${file.encoding})`
  return parseDotenv(origin, file.text, ownFolder || reader.isTrusted(path, file))
}

function readConfigLayer(
  path: string,
  ownFile: boolean,
  reader: Reader,
): (ConfigLayer & { readonly refused: readonly string[] }) | undefined {
  const file = reader.read(path, ownFile)
  if (!file) return undefined
  const trusted = ownFile || reader.isTrusted(path, file)
  return { path, trusted, ...parseConfigFile(file.text, path, trusted, reader.problems) }
}

function namedPath(value: string, env: Readonly<Record<string, string | undefined>>, cwd: string): string {
  const home = normalizeValue(env['HOME'])
  const path = home ? value.replace(/^(?:~|\$HOME|\$\{HOME\})(?=[\\/])/, home) : value
  return isAbsolute(path) ? path : resolve(cwd, path)
}

/** The quick settings that an untrusted `.env` may not set. Keys and addresses are reported with their provider. */
const QUICK_SETTINGS = ['SHOWRUNNER_MODEL', 'SHOWRUNNER_HOME', 'SHOWRUNNER_CONFIG']

function describeRefused(
  sources: readonly EnvironmentSource[],
  files: readonly (ConfigLayer & { readonly refused: readonly string[] })[],
  states: ReadonlyMap<string, TrustState>,
): readonly string[] {
  const fromEnv = sources
    .filter(({ trusted }) => !trusted)
    .map(({ origin, values }) => ({
      origin,
      names: QUICK_SETTINGS.filter((name) => normalizeValue(values[name]) !== undefined),
    }))
  const fromFiles = files.map(({ path, refused }) => ({ origin: path, names: refused }))
  return [...fromEnv, ...fromFiles]
    .filter(({ names }) => names.length > 0)
    .map(({ origin, names }) => notTaken(origin, names, states.get(origin) === 'changed'))
}

function untrustedPaths(sources: readonly EnvironmentSource[], files: readonly ConfigLayer[]): readonly string[] {
  return [
    ...sources.filter(({ trusted }) => !trusted).map(({ origin }) => origin),
    ...files.filter(({ trusted }) => !trusted).map(({ path }) => path),
  ]
}

/** The sentence about settings of an untrusted file that are not taken. */
export function notTaken(origin: string, names: readonly string[], changed = false): string {
  const state = changed ? 'has changed since it was trusted' : 'is not trusted'
  return `Not taken from ${origin}, because that file ${state}: ${names.join(', ')}. ${howToTrust(origin)}`
}

export function howToTrust(origin: string): string {
  const folder = origin.replace(/[\\/][^\\/]*$/, '') || '/'
  return `If it is yours, run \`showrunner trust\` in ${folder}.`
}
