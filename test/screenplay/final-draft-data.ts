import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ScriptElement } from '../../src/screenplay/types.ts'

/** Scripts with Final Draft's own layout, kept beside the repository. Tests that read them are skipped where they are not. */
export const DATA_DIR = join(import.meta.dirname, '../../../shared/data/screenplay')
export const hasData = existsSync(DATA_DIR)

/** Every file of Final Draft's format among them. */
export const fdxFiles: readonly string[] = hasData
  ? [
      ...readdirSync(join(DATA_DIR, 'cases'))
        .filter((name) => name.endsWith('.fdx'))
        .map((name) => `cases/${name}`),
      ...['vikings', 'gumshoe', 'mostly-genius'].map((name) => `final-draft/${name}/source.fdx`),
    ]
  : []

/** Our FDX without the instructions that other programs ignore. */
export function stripInstructions(xml: string): string {
  return xml.replace(/^\s*<\?showrunner .*\?>\n/gm, '')
}

export function readData(path: string): string {
  return readFileSync(join(DATA_DIR, path), 'utf8')
}

/** A tree without the lines it was read from. */
export function withoutPositions<T>(tree: T): T {
  return JSON.parse(JSON.stringify(tree, (key, value) => (key === 'at' ? undefined : value)))
}

/** A tree without the XML that Fountain has no form for. */
export function withoutFdx<T>(tree: T): T {
  return JSON.parse(JSON.stringify(tree, (key, value) => (key === 'fdx' ? undefined : value)))
}

export function countByType(elements: readonly ScriptElement[]): Partial<Record<ScriptElement['type'], number>> {
  const counts: Partial<Record<ScriptElement['type'], number>> = {}
  for (const { type } of elements) counts[type] = (counts[type] ?? 0) + 1
  return counts
}
