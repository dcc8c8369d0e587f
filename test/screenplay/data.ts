import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Element } from '../../src/screenplay/types.ts'

/** Scripts with Final Draft's own layout, kept beside the repository. Tests that read them are skipped where they are not. */
export const DATA = join(import.meta.dirname, '../../../shared/data/screenplay')
export const hasData = existsSync(DATA)

/** Every file of Final Draft's format among them. */
export const realFdx: readonly string[] = hasData
  ? [
      ...readdirSync(join(DATA, 'cases'))
        .filter((name) => name.endsWith('.fdx'))
        .map((name) => `cases/${name}`),
      ...['vikings', 'gumshoe', 'mostly-genius'].map((name) => `final-draft/${name}/source.fdx`),
    ]
  : []

/** FDX of ours as another program sees it. */
export function withoutInstructions(xml: string): string {
  return xml.replace(/^\s*<\?showrunner .*\?>\n/gm, '')
}

export function read(path: string): string {
  return readFileSync(join(DATA, path), 'utf8')
}

/** A tree without the lines it was read from. */
export function bare<T>(tree: T): T {
  return JSON.parse(JSON.stringify(tree, (key, value) => (key === 'at' ? undefined : value)))
}

export function countsOf(elements: readonly Element[]): Partial<Record<Element['type'], number>> {
  const counts: Partial<Record<Element['type'], number>> = {}
  for (const { type } of elements) counts[type] = (counts[type] ?? 0) + 1
  return counts
}
