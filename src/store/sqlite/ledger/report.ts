import type { AttemptRecord, CallRecord, PeriodTotals } from '../../../contract/ledger.ts'
import { toPeriodTotals } from '../../totals.ts'
import type { Sql } from '../statements.ts'
import { readTotals, readTotalsByDay } from './totals.ts'

/** Spending in the days from `from` to before `to`. Reads the sums, never the entries. */
export function readPeriod(sql: Sql, from: number, to: number): PeriodTotals {
  return toPeriodTotals(
    { from, to },
    {
      model: readTotals(sql, 'model', from, to),
      tool: readTotals(sql, 'tool', from, to),
      day: readTotalsByDay(sql, from, to),
    },
  )
}

/** One call, its attempts in the order in which they went out. */
export function readCall(sql: Sql, callId: string): CallRecord | undefined {
  const rows = sql<EntryRow>(CALL, { callId })
  const [first] = rows
  if (!first) return undefined
  const costs = rows.flatMap((row) => row.microUsd ?? [])
  return {
    callId,
    tool: first.tool,
    at: first.at,
    microUsd: costs.length === rows.length ? costs.reduce((sum, cost) => sum + cost, 0) : undefined,
    attempts: rows.map(toAttemptRecord),
  }
}

/** The newest first. Looks among the newest calls, and through all of them only for what is rare there. */
export function readCallIds(sql: Sql, prefix: string, limit: number): readonly string[] {
  const recent = sql<{ readonly callId: string }>(RECENT_IDS, { prefix, limit })
  const rows =
    recent.length < limit
      ? sql<{ readonly callId: string }>(IDS, { prefix, end: `${prefix}\u{10ffff}`, limit })
      : recent
  return rows.map((row) => row.callId)
}

/** Ids of the newest calls with an amount in doubt. */
export function readCallIdsInDoubt(sql: Sql, limit: number): readonly string[] {
  return sql<{ readonly callId: string }>(IDS_IN_DOUBT, { limit }).map((row) => row.callId)
}

interface EntryRow {
  readonly tool: string
  readonly model: string
  readonly at: number
  readonly outcome: AttemptRecord['outcome']
  readonly latencyMs: number
  readonly inputTokens: number | null
  readonly cachedInputTokens: number | null
  readonly cacheWriteTokens: number | null
  readonly outputTokens: number | null
  readonly reasoningTokens: number | null
  readonly microUsd: number | null
  readonly estimated: 0 | 1
  readonly inDoubtMicroUsd: number
}

function toAttemptRecord(row: EntryRow): AttemptRecord {
  const { model, outcome, at, latencyMs, inDoubtMicroUsd } = row
  return {
    ...{ model, outcome, at, latencyMs, inDoubtMicroUsd },
    usage: {
      ...(row.inputTokens !== null && { inputTokens: row.inputTokens }),
      ...(row.cachedInputTokens !== null && { cachedInputTokens: row.cachedInputTokens }),
      ...(row.cacheWriteTokens !== null && { cacheWriteTokens: row.cacheWriteTokens }),
      ...(row.outputTokens !== null && { outputTokens: row.outputTokens }),
      ...(row.reasoningTokens !== null && { reasoningTokens: row.reasoningTokens }),
    },
    microUsd: row.microUsd ?? undefined,
    estimated: row.estimated === 1,
  }
}

const CALL = `
  SELECT tool, provider || '/' || model AS model, at, outcome, latency_ms AS latencyMs, input_tokens AS inputTokens,
    cached_input_tokens AS cachedInputTokens, cache_write_tokens AS cacheWriteTokens, output_tokens AS outputTokens,
    reasoning_tokens AS reasoningTokens, micro_usd AS microUsd, estimated,
    in_doubt_micro_usd AS inDoubtMicroUsd
  FROM entries WHERE call_id = :callId ORDER BY at, seq`
const RECENT_IDS = `
  SELECT call_id AS callId FROM (SELECT call_id, seq FROM entries ORDER BY seq DESC LIMIT 10000)
  WHERE substr(call_id, 1, length(:prefix)) = :prefix GROUP BY call_id ORDER BY MAX(seq) DESC LIMIT :limit`
const IDS = `
  SELECT call_id AS callId FROM entries
  WHERE call_id >= :prefix AND call_id < :end GROUP BY call_id ORDER BY MAX(seq) DESC LIMIT :limit`
const IDS_IN_DOUBT = `
  SELECT call_id AS callId FROM entries
  WHERE in_doubt_micro_usd > 0 GROUP BY call_id ORDER BY MAX(seq) DESC LIMIT :limit`
