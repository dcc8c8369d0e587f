import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Budget, Ledger } from '../../../src/contract/ledger.ts'
import { openLedger } from '../../../src/store/sqlite/ledger/ledger.ts'
import { testWorld } from '../../support/test-world.ts'
import { tempFolder } from '../temp-folder.ts'
import type { SpendReport, SpendTask } from './spend-worker.ts'

test('twenty processes that open one new ledger at once and spend from it never pass the limit', {
  timeout: 60_000,
}, async () => {
  const path = join(tempFolder(), 'home/ledger.db')
  const task = { path, budgets: [TOTAL], calls: 20, atOnce: 20, microUsd: 700 }
  const ends = await Promise.all(Array.from({ length: 20 }, (_, n) => runSpender({ ...task, name: `p${n}` })))

  expect(ends.map(({ code, stderr }) => ({ code, stderr }))).toEqual(ends.map(() => ({ code: 0, stderr: '' })))
  const reports = ends.flatMap((end) => end.reports)
  expect(reports).toHaveLength(400)
  const billed = reports.reduce((sum, one) => sum + ('billed' in one ? one.billed : 0), 0)
  expect(billed).toBe(49_700) // 71 calls of $0.0007 fit into $0.05
  for (const one of reports)
    if ('refusedBy' in one) expect(one).toEqual({ refusedBy: 'shared', reason: expect.stringMatching(/^(full|held)$/) })

  await withLedger(path, Date.now(), async (ledger) => {
    expect(await ledger.budgets(Date.now())).toMatchObject([{ spentMicroUsd: billed, heldMicroUsd: 0 }])
    expect(await ledger.report(0, Date.now())).toMatchObject({ attempts: 71, lostHolds: 0, microUsd: billed })
  })
})

test('a process killed in the middle of its work loses nothing that was confirmed, and leaves no lock', async () => {
  const path = join(tempFolder(), 'ledger.db')
  const task = { path, budgets: [{ ...TOTAL, limitMicroUsd: 1e9 }], calls: 1e6, atOnce: 4, microUsd: 10 }
  const confirmed: string[] = []
  for (const kill of [1, 2, 3, 4, 5]) {
    const reports = await killAfter({ ...task, name: `kill${kill}` }, kill * 17)
    confirmed.push(...reports.flatMap((one) => ('callId' in one ? one.callId : [])))
  }
  expect(confirmed.length).toBeGreaterThanOrEqual(17 * 15)

  const left = inspectDatabase(path)
  expect(left.integrity).toBe('ok')
  expect(left.holds).toBeGreaterThan(0)
  await withLedger(path, Date.now() + 3_600_000, async (one) => {
    await withLedger(path, Date.now() + 3_600_000, async (other) => {
      for (const report of await Promise.all([one, other, one].map((ledger) => ledger.report(0, Date.now() + 1e9)))) {
        expect(report).toMatchObject({
          lostHolds: left.holds,
          attempts: left.entries + left.holds,
          microUsd: 10 * (left.entries + left.holds),
        })
      }
    })
    for (const callId of confirmed) {
      expect(await one.getCall(callId)).toMatchObject({ microUsd: 10, attempts: [{ outcome: 'ok' }] })
    }
  })
  expect(inspectDatabase(path)).toEqual({ integrity: 'ok', holds: 0, entries: left.entries + left.holds })
})

test('opening a ledger writes nothing on stderr, and suppresses no other warning', async () => {
  const ledger = new URL('../../../src/store/sqlite/ledger/ledger.ts', import.meta.url).href
  const script = `
    import { openLedger } from '${ledger}'
    const opened = await openLedger(':memory:', { world: {}, budgets: [] })
    await opened.listCallIds('', 1)
    if (process.argv[1]) process.emitWarning('of something else', 'ExperimentalWarning')`
  const stderr = async (...args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, ...args])).stderr
  expect(await stderr()).toBe('')
  expect(await stderr('warn')).toContain('ExperimentalWarning: of something else')
})

const TOTAL: Budget = { name: 'shared', match: '*', per: 'total', limitMicroUsd: 50_000 }

function spawnSpender(task: SpendTask): { readonly child: ChildProcess; out(): string; err(): string } {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'spend-worker.ts'), JSON.stringify(task)])
  const texts = { out: '', err: '' }
  child.stdout.on('data', (bytes) => {
    texts.out += bytes
  })
  child.stderr.on('data', (bytes) => {
    texts.err += bytes
  })
  return { child, out: () => texts.out, err: () => texts.err }
}

async function runSpender(
  task: SpendTask,
): Promise<{ code: unknown; stderr: string; reports: readonly SpendReport[] }> {
  const { child, out, err } = spawnSpender(task)
  const [code] = await once(child, 'close')
  return { code, stderr: err(), reports: parseReports(out()) }
}

/** Kills the process, with no warning, once it has reported so many calls. */
async function killAfter(task: SpendTask, lines: number): Promise<readonly SpendReport[]> {
  const { child, out, err } = spawnSpender(task)
  child.stdout?.on('data', () => {
    if (parseReports(out()).length >= lines) child.kill('SIGKILL')
  })
  await once(child, 'close')
  expect([child.signalCode, err()]).toEqual(['SIGKILL', ''])
  return parseReports(out())
}

function parseReports(lines: string): readonly SpendReport[] {
  const whole = lines.slice(0, lines.lastIndexOf('\n') + 1)
  return whole.split('\n').flatMap((line) => (line ? JSON.parse(line) : []))
}

async function withLedger(path: string, now: number, use: (ledger: Ledger) => Promise<void>): Promise<void> {
  const ledger = await openLedger(path, { world: testWorld({ now }), budgets: [TOTAL] })
  await use(ledger)
  ledger.close()
}

function inspectDatabase(path: string): { integrity: unknown; holds: number; entries: number } {
  const file = new DatabaseSync(path)
  const integrity = file.prepare('PRAGMA integrity_check').get()?.['integrity_check']
  const count = (table: string): number => Number(file.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'])
  const seen = { integrity, holds: count('holds'), entries: count('entries') }
  file.close()
  return seen
}
