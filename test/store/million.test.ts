import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import type { Budget } from '../../src/contract/ledger.ts'
import { openLedger } from '../../src/store/ledger.ts'
import { realWorld } from '../../src/world.ts'
import { tempFolder } from './temp.ts'

const asked = process.env['SHOWRUNNER_MEASURE'] !== undefined

test.skipIf(!asked)(
  'a million entries are no burden (takes half a minute: set SHOWRUNNER_MEASURE to run it)',
  { timeout: 300_000 },
  async () => {
    const path = join(tempFolder(), 'ledger.db')
    const world = realWorld()
    ;(await openLedger(path, { world, budgets: [] })).close()
    fill(path, world.now())
    const ledger = await openLedger(path, { world, budgets: BUDGETS })
    const who = { tool: 'generate_text', provider: 'provider1', model: 'a-model-of-some-name-7', first: true }

    const megabytes = statSync(path).size / 1e6
    const opened = await times(1, async () => (await openLedger(path, { world, budgets: BUDGETS })).close())
    const report = await times(20, () => ledger.report(0, world.now()))
    const month = await times(20, () => ledger.report(world.now() - 30 * DAY, world.now()))
    const budgets = await times(100, () => ledger.budgets(world.now()))
    const call = await times(100, () => ledger.call('0vabcdefgh000777'))
    const rare = await times(20, () => ledger.callIds('0vabcdefgh0007', 100))
    const common = await times(20, () => ledger.callIds('0v', 100))
    const held = await times(2000, async (n) => {
      const at = world.now()
      const ask = { ...who, callId: `new${n}`, at, microUsd: 900, expiresAt: at + 60_000, fallback: false }
      const hold = await ledger.hold(ask)
      if (!hold.ok) throw new Error(hold.budget.name)
      await hold.settle({ outcome: 'ok', latencyMs: 9, usage: { inputTokens: 5 }, microUsd: 7, estimated: false })
    })
    ledger.close()
    const file = new DatabaseSync(path)
    file.exec('CREATE TABLE bare (n INTEGER); PRAGMA synchronous = FULL')
    const bare = await times(2000, async () => file.exec('INSERT INTO bare VALUES (1)'))
    file.close()

    const table = {
      opened,
      report,
      month,
      budgets,
      call,
      rare,
      common,
      'one bare write to this disk': bare,
      'hold and settle': held,
    }
    process.stderr.write(`${megabytes.toFixed(0)} MB\n`)
    for (const [name, { p50, p99 }] of Object.entries(table)) {
      process.stderr.write(`${name}: p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms\n`)
    }
    expect(megabytes).toBeLessThan(400)
    expect(report.p50).toBeLessThan(50)
    expect(held.p50).toBeLessThan(1)
  },
)

const DAY = 86_400_000
const BUDGETS: readonly Budget[] = (['day', 'month', 'total'] as const).map((per) => {
  return { name: per, match: '*', per, limitMicroUsd: 1e14 }
})

/** Two years of it: 24 models of 4 providers and 5 tools, all in use on most days. */
function fill(path: string, now: number): void {
  const file = new DatabaseSync(path)
  file.exec(`
    BEGIN;
    WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 999999)
    INSERT INTO entries (call_id, tool, provider, model, at, first, fallback, outcome, latency_ms, input_tokens,
      cached_input_tokens, output_tokens, reasoning_tokens, micro_usd, estimated)
    SELECT printf('0vabcdefgh%06d', n), 'tool_of_name_' || (n / 7 % 5), 'provider' || (n % 4),
      'a-model-of-some-name-' || (n * 7919 % 24), ${now} - 730 * ${DAY} + n * 730 * ${DAY / 1e6}, 1, n % 50 = 0,
      CASE WHEN n % 20 = 0 THEN 'overloaded' ELSE 'ok' END, n % 9000, n % 30000, n % 900, n % 4000, n % 800,
      n % 100000, n % 33 = 0
    FROM n;`)
  const windows = {
    day: `at / ${DAY} * ${DAY}`,
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
  process.stderr.write(`${file.prepare('SELECT count(*) AS rows FROM sums').get()?.['rows']} rows of sums, `)
  file.exec('COMMIT')
  file.close()
}

async function times(count: number, work: (n: number) => Promise<unknown>): Promise<{ p50: number; p99: number }> {
  const took: number[] = []
  for (let n = 0; n < count; n++) {
    const begun = performance.now()
    await work(n)
    took.push(performance.now() - begun)
  }
  took.sort((a, b) => a - b)
  const at = (share: number): number => took[Math.min(count - 1, Math.floor(count * share))] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99) }
}
