import { statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Sentences about a home that other users of the machine can change, or whose files they can read or change. The store
 * makes both for its owner only, but uses those that are there already. Empty on Windows, which has no such modes.
 */
export function findOpenPermissions(home: string, files: readonly string[]): readonly string[] {
  if (process.platform === 'win32') return []
  const folder = modeOf(home) & 0o002
  const open = files.map((name) => join(home, name)).filter((path) => (modeOf(path) & 0o077) !== 0)
  const paths = [...(folder === 0 ? [] : [home]), ...open]
  if (paths.length === 0) return []
  const fixes = [...(folder === 0 ? [] : [`chmod o-w "${home}"`]), ...open.map((path) => `chmod 600 "${path}"`)]
  return [`Other users of this machine can read or change ${paths.join(', ')}: run \`${fixes.join(' && ')}\`.`]
}

/** 0 where there is nothing. */
function modeOf(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mode ?? 0
  } catch {
    return 0 // the store's own error says why it cannot be opened
  }
}
