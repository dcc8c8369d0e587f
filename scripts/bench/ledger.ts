import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Budget } from '../../src/contract/ledger.ts'
import { openLedger } from '../../src/store/sqlite/ledger/ledger.ts'
import { openSharedState } from '../../src/store/sqlite/shared-state.ts'
import { realWorld } from '../../src/world.ts'

/** A ledger of a million entries, times in milliseconds, p50. */
export interface LedgerFigures {
  readonly megabytes: number
  readonly openMs: number
  /** All time, and the last 30 days, with every breakdown. */
  readonly reportMs: number
  readonly monthMs: number
  readonly callMs: number
  /** One transaction to hold and one to settle, three budgets in the way, each on the disk before it is confirmed. */
  readonly holdAndSettleMs: number
  /** The same with 64 calls at once, as time of one call among them, and as calls a second. */
  readonly at64Ms: number
  readonly at64PerSecond: number
  /** The time of the smallest possible write to the disk. */
  readonly bareWriteMs: number
  /** One reservation and its settle in the shared state of the limits. */
  readonly sharedLimitMs: number
}

/** The figures as rows of a Markdown table. Takes half a minute. */
export async function ledgerBench(): Promise<string> {
  return ledgerTable(await measureLedger())
}

export function ledgerTable(figures: LedgerFigures): string {
  const ms = (value: number): string => `${value.toFixed(2)} ms`
  const rows = [
    ['file', `${figures.megabytes.toFixed(0)} MB`],
    ['open it', ms(figures.openMs)],
    ['`usage://report`, all time', ms(figures.reportMs)],
    ['the last 30 days', ms(figures.monthMs)],
    ['one call with its attempts', ms(figures.callMs)],
    ['hold and settle', ms(figures.holdAndSettleMs)],
    ['hold and settle, 64 at once', `${ms(figures.at64Ms)}, ${figures.at64PerSecond.toFixed(0)} calls/s`],
    ['the smallest write to this disk', ms(figures.bareWriteMs)],
    ['reserve and settle a shared limit', ms(figures.sharedLimitMs)],
  ]
  return [
    '| a ledger of 1,000,000 entries | p50 |',
    '| --- | --- |',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n')
}

export async function measureLedger(): Promise<LedgerFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'showrunner-bench-'))
  const path = join(folder, 'ledger.db')
  const world = realWorld()
  try {
    const fresh = await openLedger(path, { world, budgets: [] })
    await fresh.settleInDoubt('none', 0) // the first write creates the file
    fresh.close()
    insertEntries(path, world.now())
    const ledger = await openLedger(path, { world, budgets: BUDGETS })
    const facts = {
      tool: 'generate_text',
      provider: 'provider1',
      model: 'a-model-of-some-name-7',
      isFirstAttempt: true,
    }
    const spend = async (n: number): Promise<void> => {
      const at = world.now()
      const ask = { ...facts, callId: `new${n}`, at, maxMicroUsd: 900, expiresAt: at + 60_000, isFallback: false }
      const hold = await ledger.hold(ask)
      if (!hold.ok) throw new Error(hold.budget.name)
      await hold.settle({ outcome: 'ok', latencyMs: 9, usage: { inputTokens: 5 }, microUsd: 7, estimated: false })
    }
    const one = {
      megabytes: statSync(path).size / 1e6,
      openMs: await measureP50Ms(5, async () => {
        const opened = await openLedger(path, { world, budgets: BUDGETS })
        await opened.listCallIds('', 1)
        opened.close()
      }),
      reportMs: await measureP50Ms(20, () => ledger.report(0, world.now())),
      monthMs: await measureP50Ms(20, () => ledger.report(world.now() - 30 * DAY_MS, world.now())),
      callMs: await measureP50Ms(100, () => ledger.getCall('0vabcdefgh000777')),
      holdAndSettleMs: await measureP50Ms(2_000, spend),
    }
    const began = performance.now()
    const lanes = Array.from({ length: 64 }, (_, lane) => measureP50Ms(60, (n) => spend(1e6 + lane * 1_000 + n)))
    const at64Ms = (await Promise.all(lanes)).reduce((sum, ms) => sum + ms, 0) / 64
    const at64PerSecond = (64 * 60) / ((performance.now() - began) / 1_000)
    ledger.close()
    return {
      ...one,
      at64Ms,
      at64PerSecond,
      bareWriteMs: await measureBareWrite(path),
      sharedLimitMs: await measureSharedState(folder),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureBareWrite(path: string): Promise<number> {
  const file = new DatabaseSync(path)
  file.exec('CREATE TABLE bare (n INTEGER); PRAGMA synchronous = FULL')
  const ms = await measureP50Ms(2_000, async () => file.exec('INSERT INTO bare VALUES (1)'))
  file.close()
  return ms
}

async function measureSharedState(folder: string): Promise<number> {
  const shared = await openSharedState(join(folder, 'limits.db'), { world: realWorld() })
  // A state as large as that of a busy limit.
  const state = { at: 1, spans: Array.from({ length: 100 }, (_, n) => [1_767_225_600_000 + n * 600, n]), line: [] }
  const ms = await measureP50Ms(2_000, async (n) => {
    for (const half of [1, 2]) await shared.update('limit', () => [{ ...state, at: n * half }, undefined])
  })
  shared.close()
  return ms
}

const DAY_MS = 86_400_000
const BUDGETS: readonly Budget[] = (['day', 'month', 'total'] as const).map((per) => {
  return { name: per, match: '*', per, limitMicroUsd: 1e14 }
})

/** Two years of it: 24 models of 4 providers and 5 tools, all in use on most days. */
function insertEntries(path: string, now: number): void {
  const file = new DatabaseSync(path)
  file.exec(`
    BEGIN;
    WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 999999)
    INSERT INTO entries (call_id, tool, provider, model, at, first, fallback, outcome, latency_ms, input_tokens,
      cached_input_tokens, output_tokens, reasoning_tokens, micro_usd, estimated)
    SELECT printf('0vabcdefgh%06d', n), 'tool_of_name_' || (n / 7 % 5), 'provider' || (n % 4),
      'a-model-of-some-name-' || (n * 7919 % 24), ${now} - 730 * ${DAY_MS} + n * 730 * ${DAY_MS / 1e6}, 1, n % 50 = 0,
      CASE WHEN n % 20 = 0 THEN 'overloaded' ELSE 'ok' END, n % 9000, n % 30000, n % 900, n % 4000, n % 800,
      n % 100000, n % 33 = 0
    FROM n;`)
  const windows = {
    day: `at / ${DAY_MS} * ${DAY_MS}`,
    month: `unixepoch(at / 1000, 'unixepoch', 'start of month') * 1000`,
    total: '0',
  }
  const keys = { model: `provider || '/' || model`, tool: 'tool' }
  for (const [per, begins] of Object.entries(windows)) {
    for (const [sort, key] of Object.entries(keys)) {
      file.exec(`
        INSERT INTO sums SELECT '${per}', ${begins}, '${sort}', ${key}, SUM(first), COUNT(*), SUM(outcome <> 'ok'),
          SUM(fallback), SUM(input_tokens), SUM(cached_input_tokens), SUM(output_tokens), SUM(reasoning_tokens),
          SUM(micro_usd), 0, SUM(estimated), 0
        FROM entries GROUP BY 2, 4`)
    }
  }
  file.exec('COMMIT')
  file.close()
}

async function measureP50Ms(count: number, work: (n: number) => Promise<unknown>): Promise<number> {
  const took: number[] = []
  for (let n = 0; n < count; n++) {
    const began = performance.now()
    await work(n)
    took.push(performance.now() - began)
  }
  return took.sort((a, b) => a - b)[Math.floor(count / 2)] ?? Number.NaN
}
