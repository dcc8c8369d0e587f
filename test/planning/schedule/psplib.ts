import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { ScheduleTask } from '../../../src/planning/index.ts'

export interface PsplibProject {
  readonly tasks: readonly ScheduleTask[]
  readonly capacity: Readonly<Record<string, number>>
}

const DATA_DIR = join(import.meta.dirname, '../../../../shared/data/planning/psplib-j30')

export const hasPsplib = existsSync(DATA_DIR)

/** The instances of PSPLIB j30 that are at hand, each with its least makespan. */
export function psplibInstances(): readonly {
  readonly name: string
  readonly optimum: number
  readonly project: PsplibProject
}[] {
  const optima = new Map(
    readFileSync(join(DATA_DIR, 'optimum.csv'), 'utf8')
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split(','))
      .map(([name = '', optimum = '']) => [name, Number(optimum)] as const),
  )
  return globSync(join(DATA_DIR, '*.sm'))
    .sort()
    .map((path) => ({
      name: basename(path),
      optimum: optima.get(basename(path)) ?? Number.NaN,
      project: readInstance(readFileSync(path, 'utf8')),
    }))
}

/** The `.sm` format: a table of successors, a table of durations and requests, a line of capacities. */
function readInstance(text: string): PsplibProject {
  const lines = text.split(/\r?\n/)
  const rows = (title: string, skip: number, count: number): number[][] => {
    const from = lines.findIndex((line) => line.startsWith(title)) + skip
    return lines.slice(from, from + count).map((line) => line.trim().split(/\s+/).map(Number))
  }
  const successors = rows('PRECEDENCE RELATIONS', 2, 32).map(([, , , ...list]) => list)
  const [there = []] = rows('RESOURCEAVAILABILITIES', 2, 1)
  const name = (_: number, at: number): string => `R${at}`
  return {
    capacity: Object.fromEntries(there.map((count, at) => [name(count, at), count])),
    tasks: rows('REQUESTS/DURATIONS', 3, 32).map(([job = 0, , hours = 0, ...needs]) => ({
      id: String(job),
      hours,
      depends_on: successors.flatMap((list, at) => (list.includes(job) ? [String(at + 1)] : [])),
      needs: Object.fromEntries(needs.map((need, at) => [name(need, at), need])),
    })),
  }
}
