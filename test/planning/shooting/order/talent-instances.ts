import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

export interface TalentInstance {
  readonly name: string
  readonly scenes: readonly { readonly id: string; readonly days: number; readonly cast: readonly string[] }[]
  readonly dayRates: Readonly<Record<string, number>>
}

const DATA_DIR = join(import.meta.dirname, '../../../../../shared/data/planning/talent')

export const hasTalentData = existsSync(DATA_DIR)

/** The published instances of talent scheduling, MiniZinc data: a table of members by scene, costs and durations. */
export function talentInstances(): readonly TalentInstance[] {
  return globSync(join(DATA_DIR, '*.dzn'))
    .sort()
    .map((path) => readInstance(basename(path, '.dzn'), readFileSync(path, 'utf8')))
}

function readInstance(name: string, text: string): TalentInstance {
  const list = (field: string): readonly number[] =>
    (new RegExp(`\\b${field}\\s*=\\s*\\[([^\\]]*)\\]`).exec(text)?.[1] ?? '').split(',').map(Number)
  const rows = (/\bia\s*=\s*\[\|([\s\S]*?)\|\s*\]/.exec(text)?.[1] ?? '')
    .split('|')
    .map((row) => row.split(',').map(Number))
  return {
    name,
    scenes: list('d').map((days, scene) => ({
      id: `s${scene + 1}`,
      days,
      cast: rows.flatMap((row, actor) => (row[scene] === 1 ? [`a${actor + 1}`] : [])),
    })),
    dayRates: Object.fromEntries(list('c').map((rate, actor) => [`a${actor + 1}`, rate])),
  }
}
