import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ANSWER } from '../../test/faults/faults.ts'
import { startProcess } from './bench-process.ts'
import type { ContestantOptions, Mode } from './contestant.ts'
import type { Trial, Verdict } from './contestant-process.ts'
import { CONTESTANTS, type ContestantId, exclusionNote } from './contestants.ts'
import { BENCH_FAULTS, faultModel, faultsFor } from './faulty-upstream.ts'

/** Time limit for a silent upstream, for contestants that have such a setting. */
const MAX_WAIT_MS = 1_500
/** A question that has not ended by then hangs. Long enough for every retry of every contestant that ends at all. */
const LIMIT_MS = 15_000
const VERDICTS: readonly Verdict[] = ['right', 'silently wrong', 'hung', 'visible error']
const VERDICT_LABELS: Readonly<Record<Verdict, string>> = {
  right: 'right',
  'silently wrong': '**wrong**',
  hung: '**hung**',
  'visible error': 'error',
}

/**
 * The verdicts on each contestant against an upstream that fails, streaming and then whole, each in its own process, all at
 * once. Contestants with fallback have a healthy second model. Resolves with Markdown: the sums, then every fault.
 */
export async function faultsBench(ids: readonly ContestantId[]): Promise<string> {
  const upstream = await startProcess('faults')
  const verdicts = new Map<string, Verdict>()
  const broken = new Map<ContestantId, string>()
  try {
    await Promise.all(
      ids.map((id) =>
        runTrials(id, String(upstream.firstMessage), verdicts).catch((error: unknown) =>
          broken.set(id, exclusionNote(id, error)),
        ),
      ),
    )
  } finally {
    upstream.end()
  }
  const there = ids.filter((id) => !broken.has(id))
  return [summaryTable(there, verdicts), faultTable(there, verdicts), ...broken.values()].join('\n')
}

async function runTrials(id: ContestantId, origin: string, heard: Map<string, Verdict>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'showrunner-bench-'))
  const setting: ContestantOptions = {
    origin,
    folder,
    maxWaitMs: MAX_WAIT_MS,
    failingModels: BENCH_FAULTS.map(faultModel),
  }
  const one = await startProcess('contestant', id, JSON.stringify(setting))
  for (const mode of MODES) {
    const faults = faultsFor(mode)
    const trial: Trial = { mode, models: faults.map(faultModel), answer: ANSWER, limitMs: LIMIT_MS }
    const verdicts = (await one.ask(trial)) as readonly Verdict[]
    for (const [n, fault] of faults.entries()) heard.set(`${id} ${mode} ${fault.name}`, verdicts[n] ?? 'hung')
  }
  one.end()
}

const MODES: readonly Mode[] = ['stream', 'whole']

function summaryTable(ids: readonly ContestantId[], heard: ReadonlyMap<string, Verdict>): string {
  const rows = ids.flatMap((id) =>
    MODES.map((mode) => {
      const verdicts = faultsFor(mode).map((fault) => heard.get(`${id} ${mode} ${fault.name}`))
      const counts = VERDICTS.map((verdict) => verdicts.filter((one) => one === verdict).length)
      return `| ${CONTESTANTS[id].name} | ${mode === 'stream' ? 'streaming' : 'whole'} | ${counts.join(' | ')} | ${verdicts.length} |`
    }),
  )
  return [
    '| | | right answer | silently wrong | hung | visible error | of |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: |',
    ...rows,
    '',
  ].join('\n')
}

function faultTable(ids: readonly ContestantId[], heard: ReadonlyMap<string, Verdict>): string {
  const whole = new Set(faultsFor('whole'))
  const sign = (id: ContestantId, mode: Mode, name: string): string => {
    const verdict = heard.get(`${id} ${mode} ${name}`)
    return verdict ? VERDICT_LABELS[verdict] : '–'
  }
  return [
    `| fault (streaming, whole) | ${ids.map((id) => CONTESTANTS[id].name).join(' | ')} |`,
    `| --- |${ids.map(() => ' --- |').join('')}`,
    ...BENCH_FAULTS.map((fault) => {
      const cells = ids.map(
        (id) => `${sign(id, 'stream', fault.name)}, ${whole.has(fault) ? sign(id, 'whole', fault.name) : '–'}`,
      )
      return `| ${fault.name} | ${cells.join(' | ')} |`
    }),
    '',
  ].join('\n')
}
