import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dotenvPath } from './environment.ts'
import { readTextFile, type TextFile } from './text-file.ts'

/** The files of a working directory that configure Showrunner. */
function projectFiles(folder: string): readonly string[] {
  return [dotenvPath(folder), join(folder, 'showrunner.json')]
}

/**
 * Trusts the `.env` and `showrunner.json` of a folder as they are now: their SHA-256 hashes are remembered in
 * `trusted.json` of the config directory, so that a changed file is not trusted. Gives back the paths that are trusted
 * from now on; none where the folder has no such file. Throws the error of the file system where the config directory
 * cannot be written, and `RangeError` for a file above 1 MiB.
 */
export function trust(folder: string, configDir: string): readonly string[] {
  const found = projectFiles(folder).flatMap((path) => {
    const file = readTextFile(path)
    return file ? [{ path, hash: hashOf(file) }] : []
  })
  if (found.length === 0) return []
  const hashes = { ...readTrusted(configDir), ...Object.fromEntries(found.map(({ path, hash }) => [path, hash])) }
  mkdirSync(configDir, { recursive: true, mode: 0o700 })
  writeFileSync(trustedPath(configDir), `${JSON.stringify(hashes, null, 2)}\n`, { mode: 0o600 })
  return found.map(({ path }) => path)
}

/** `changed`: it was trusted once, and is another file now. */
export type TrustState = 'trusted' | 'changed' | 'unknown'

/** Whether a file is trusted as it was read. A start without such files makes no hash and loads no crypto. */
export function trustStateOf(path: string, file: TextFile, configDir: string | undefined): TrustState {
  const hash = configDir === undefined ? undefined : readTrusted(configDir)[path]
  if (hash === undefined) return 'unknown'
  return hash === hashOf(file) ? 'trusted' : 'changed'
}

function trustedPath(configDir: string): string {
  return join(configDir, 'trusted.json')
}

/** Path -> hash. A list that cannot be read trusts nothing. */
function readTrusted(configDir: string): Readonly<Record<string, string>> {
  try {
    const value: unknown = JSON.parse(readTextFile(trustedPath(configDir))?.text ?? '{}')
    return Object.fromEntries(
      Object.entries(value ?? {}).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
    )
  } catch {
    return {}
  }
}

function hashOf({ bytes }: TextFile): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(bytes).digest('hex')
}
