import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BenchProcess, startProcess } from './bench-process.ts'
import type { ContestantOptions, Mode } from './contestant.ts'
import type { Slot, SlotResult } from './contestant-process.ts'
import { CONTESTANTS, type ContestantId, exclusionNote } from './contestants.ts'

export interface SpeedOptions {
  readonly rounds: number
  readonly slotMs: number
}

const WARM_UP_MS = 1_500

const SPEED_CASES: readonly { readonly mode: Mode; readonly atOnce: number }[] = [
  { mode: 'stream', atOnce: 1 },
  { mode: 'stream', atOnce: 64 },
  { mode: 'whole', atOnce: 1 },
  { mode: 'whole', atOnce: 64 },
]

/**
 * Speed: every contestant in its own process against the same upstream, in turns round by round, so that
 * changes of the machine's load affect all alike. Resolves with Markdown tables and the measures that are held to a limit.
 */
export async function speedBench(ids: readonly ContestantId[], { rounds, slotMs }: SpeedOptions): Promise<string> {
  const upstream = await startProcess('upstream')
  const parts = new Map<ContestantId, BenchProcess>()
  const broken: string[] = []
  const orLeftOut = <T>(id: ContestantId, work: Promise<T>): Promise<T | undefined> =>
    work.catch((error: unknown) => {
      broken.push(exclusionNote(id, error))
      parts.delete(id)
      return undefined
    })
  try {
    for (const id of ids) {
      const one = await orLeftOut(id, startContestant(id, String(upstream.firstMessage)))
      if (one) parts.set(id, one)
    }
    // Warmed up like a server that has run for a while, because compile time is not compared.
    for (const [id, one] of parts) {
      for (const mode of ['stream', 'whole'] as const) await orLeftOut(id, one.ask({ mode, atOnce: 8, ms: WARM_UP_MS }))
    }
    const results = new Map<string, SlotResult[]>()
    for (let round = 0; round < rounds; round++) {
      for (const cell of SPEED_CASES) {
        // The first goes first in one round and last in the next.
        for (const [id, one] of round % 2 === 0 ? [...parts] : [...parts].reverse()) {
          const slot: Slot = { ...cell, ms: slotMs }
          const ran = (await orLeftOut(id, one.ask(slot))) as SlotResult | undefined
          if (!ran) continue
          const key = `${id} ${cell.mode} ${cell.atOnce}`
          results.set(key, [...(results.get(key) ?? []), ran])
        }
      }
    }
    const found = tables([...parts], (id, { mode, atOnce }) => summarize(results.get(`${id} ${mode} ${atOnce}`) ?? []))
    return [found, ...broken].join('\n')
  } finally {
    upstream.end()
    for (const one of parts.values()) one.end()
  }
}

async function startContestant(id: ContestantId, origin: string): Promise<BenchProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'showrunner-bench-'))
  const setting: ContestantOptions = { origin, folder, maxWaitMs: undefined, failingModels: [] }
  return startProcess('contestant', id, JSON.stringify(setting))
}

interface Summary {
  readonly p50: number
  readonly p99: number
  readonly perSecond: number
  /** Processor time for one answer, in microseconds. */
  readonly cpuUs: number
}

function summarize(slots: readonly SlotResult[]): Summary {
  const times = slots.flatMap((slot) => slot.times).toSorted((a, b) => a - b)
  const at = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN
  const ms = slots.reduce((all, slot) => all + slot.ms, 0)
  const cpuUs = slots.reduce((all, slot) => all + slot.cpuUs, 0) / times.length
  return { p50: at(0.5), p99: at(0.99), perSecond: (times.length / ms) * 1_000, cpuUs }
}

type FindSummary = (id: ContestantId, cell: (typeof SPEED_CASES)[number]) => Summary

function tables(parts: readonly (readonly [ContestantId, BenchProcess])[], find: FindSummary): string {
  const lines: string[] = []
  for (const cell of SPEED_CASES) {
    const raw = find('openai', cell)
    lines.push(
      `| ${cell.mode === 'stream' ? 'streaming, 34 chunks' : 'whole answer'}, ${cell.atOnce} at once | p50 ms | p99 ms | answers/s | CPU µs an answer | added p50 ms |`,
      '| --- | ---: | ---: | ---: | ---: | ---: |',
      ...parts.map(([id, { firstMessage: hello }]) => {
        const { p50, p99, perSecond, cpuUs } = find(id, cell)
        const added = id === 'openai' ? '' : (p50 - raw.p50).toFixed(2)
        return `| ${CONTESTANTS[id].name} ${hello} | ${p50.toFixed(2)} | ${p99.toFixed(2)} | ${perSecond.toFixed(0)} | ${id === 'portkey' ? '' : cpuUs.toFixed(0)} | ${added} |`
      }),
      '',
    )
  }
  return [...lines, ...promiseTable(new Set(parts.map(([id]) => id)), find)].join('\n')
}

/** The promises of the project, each beside the result of this run. */
function promiseTable(there: ReadonlySet<ContestantId>, find: FindSummary): readonly string[] {
  const [one, many] = [SPEED_CASES[0], SPEED_CASES[1]]
  if (!one || !many) return []
  const of = (id: ContestantId, cell: (typeof SPEED_CASES)[number]): Summary => find(id, cell)
  const addedBy = (id: ContestantId): number => of(id, many).p50 - of('openai', many).p50
  const rows: (readonly [string, string, string])[] = [
    [
      'streaming, 1 at once: p50 of the raw SDK, times',
      '≤ 1.5',
      (of('showrunner', one).p50 / of('openai', one).p50).toFixed(2),
    ],
    [
      'streaming, 64 at once: answers/s of the raw SDK, times',
      '≥ 0.7',
      (of('showrunner', many).perSecond / of('openai', many).perSecond).toFixed(2),
    ],
  ]
  if (there.has('ai-sdk')) {
    const times = of('showrunner', many).perSecond / of('ai-sdk', many).perSecond
    rows.push(['streaming, 64 at once: answers/s of the Vercel AI SDK, times', '≥ 3', times.toFixed(2)])
  }
  if (there.has('portkey')) {
    const times =
      addedBy('showrunner') > 0 ? (addedBy('portkey') / addedBy('showrunner')).toFixed(1) : 'all: ours adds none'
    rows.push(['streaming, 64 at once: what Portkey adds over the raw SDK, times what Showrunner adds', '≥ 10', times])
  }
  return [
    '| measure | promised | this run |',
    '| --- | ---: | ---: |',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
  ]
}
