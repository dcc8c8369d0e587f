import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ANSWER } from '../../test/faults/faults.ts'
import type { Mode, Setting } from './contestant.ts'
import { CONTESTANTS, type Id, leftOut } from './contestants.ts'
import { FAILING, failingFor, modelOf } from './faulty.ts'
import { part } from './process.ts'
import type { Trial, Verdict } from './run.ts'

/** How long a silent upstream is waited for, by those that can be told. */
const PATIENCE_MS = 1_500
/** What has not ended by then hangs: long enough for every retry of every contestant that ends at all. */
const LIMIT_MS = 15_000
const VERDICTS: readonly Verdict[] = ['right', 'silently wrong', 'hung', 'visible error']
const SIGNS: Readonly<Record<Verdict, string>> = {
  right: 'right',
  'silently wrong': '**wrong**',
  hung: '**hung**',
  'visible error': 'error',
}

/**
 * What each contestant makes of an upstream that fails, streaming and then whole, each in its own process, all at once. Those that can fall
 * back have a healthy second model. Resolves with Markdown: the sums, then every fault.
 */
export async function faults(ids: readonly Id[]): Promise<string> {
  const upstream = await part('faults')
  const heard = new Map<string, Verdict>()
  const broken = new Map<Id, string>()
  try {
    await Promise.all(
      ids.map((id) =>
        tried(id, String(upstream.hello), heard).catch((error: unknown) => broken.set(id, leftOut(id, error))),
      ),
    )
  } finally {
    upstream.end()
  }
  const there = ids.filter((id) => !broken.has(id))
  return [sums(there, heard), every(there, heard), ...broken.values()].join('\n')
}

async function tried(id: Id, origin: string, heard: Map<string, Verdict>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'showrunner-bench-'))
  const setting: Setting = { origin, folder, patienceMs: PATIENCE_MS, failing: FAILING.map(modelOf) }
  const one = await part('contestant', id, JSON.stringify(setting))
  for (const mode of MODES) {
    const faults = failingFor(mode)
    const trial: Trial = { mode, models: faults.map(modelOf), answer: ANSWER, limitMs: LIMIT_MS }
    const verdicts = (await one.ask(trial)) as readonly Verdict[]
    for (const [n, fault] of faults.entries()) heard.set(`${id} ${mode} ${fault.name}`, verdicts[n] ?? 'hung')
  }
  one.end()
}

const MODES: readonly Mode[] = ['stream', 'whole']

function sums(ids: readonly Id[], heard: ReadonlyMap<string, Verdict>): string {
  const rows = ids.flatMap((id) =>
    MODES.map((mode) => {
      const verdicts = failingFor(mode).map((fault) => heard.get(`${id} ${mode} ${fault.name}`))
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

function every(ids: readonly Id[], heard: ReadonlyMap<string, Verdict>): string {
  const whole = new Set(failingFor('whole'))
  const sign = (id: Id, mode: Mode, name: string): string => {
    const verdict = heard.get(`${id} ${mode} ${name}`)
    return verdict ? SIGNS[verdict] : '–'
  }
  return [
    `| fault (streaming, whole) | ${ids.map((id) => CONTESTANTS[id].name).join(' | ')} |`,
    `| --- |${ids.map(() => ' --- |').join('')}`,
    ...FAILING.map((fault) => {
      const cells = ids.map(
        (id) => `${sign(id, 'stream', fault.name)}, ${whole.has(fault) ? sign(id, 'whole', fault.name) : '–'}`,
      )
      return `| ${fault.name} | ${cells.join(' | ')} |`
    }),
    '',
  ].join('\n')
}
