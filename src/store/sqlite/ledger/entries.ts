import type { HoldRequest } from '../../../contract/ledger.ts'
import { boundInDoubt, countEntry, divideBill, type FinalEntry, toStoredInteger, ZERO_COUNTS } from '../../totals.ts'
import type { Sql } from '../statements.ts'
import { addToTotals } from './totals.ts'

/** Sets money aside, and gives the hold's id. This and all below belong inside a write transaction. */
export function addHold(sql: Sql, request: HoldRequest): number {
  const [row] = sql<{ readonly id: number }>(ADD_HOLD, {
    callId: request.callId,
    tool: request.tool,
    provider: request.provider,
    model: request.model,
    at: request.at,
    first: Number(request.isFirstAttempt),
    fallback: Number(request.isFallback),
    microUsd: toStoredInteger(request.maxMicroUsd),
    expiresAt: request.expiresAt,
  })
  if (!row) throw new Error('the new hold has no id')
  return row.id
}

/** Takes a hold out. Undefined: it is gone already, or has expired and so counts as lost, booked or not. */
export function takeHold(
  sql: Sql,
  id: number,
  { callId, at }: Pick<HoldRequest, 'callId' | 'at'>,
  now: number,
): HoldRow | undefined {
  return sql<HoldRow>(TAKE_HOLD, { id, callId, at, now })[0]
}

/**
 * Writes the entry that a hold became, and gives what it takes from budgets: its cost and its amount in doubt. It belongs
 * to the moment, and so to the day, at which the attempt went out.
 */
export function addEntry(sql: Sql, hold: HoldRow, entry: FinalEntry): number {
  const { callId, at, provider, model, tool, first, fallback } = hold
  const { outcome, usage } = entry
  const amounts = { microUsd: toStoredInteger(entry.microUsd), inDoubtMicroUsd: boundInDoubt(entry, hold.microUsd) }
  sql(ADD_ENTRY, {
    ...{ callId, tool, provider, model, at, first, fallback, outcome, ...amounts },
    latencyMs: toStoredInteger(entry.latencyMs),
    inputTokens: toStoredInteger(usage.inputTokens),
    cachedInputTokens: toStoredInteger(usage.cachedInputTokens),
    cacheWriteTokens: toStoredInteger(usage.cacheWriteTokens),
    outputTokens: toStoredInteger(usage.outputTokens),
    reasoningTokens: toStoredInteger(usage.reasoningTokens),
    estimated: Number(entry.estimated),
  })
  const counts = countEntry({ isFirstAttempt: first === 1, isFallback: fallback === 1 }, entry, amounts)
  addToTotals(sql, at, { model: `${provider}/${model}`, tool }, counts)
  return counts.microUsd + counts.inDoubtMicroUsd
}

/** Books holds that have expired as lost, at their full amount: a bounded number of them, the longest overdue first. */
export function expireHolds(sql: Sql, now: number): void {
  for (const hold of sql<HoldRow>(TAKE_EXPIRED, { now })) {
    const latencyMs = hold.expiresAt - hold.at // its true end is not known; it was given up after this long
    const microUsd = hold.microUsd ?? undefined
    addEntry(sql, hold, { outcome: 'lost', latencyMs, usage: {}, microUsd, estimated: true })
  }
}

export function hasExpiredHolds(sql: Sql, now: number): boolean {
  return sql('SELECT 1 FROM holds WHERE expires_at <= :now LIMIT 1', { now }).length > 0
}

/** Replaces the estimates of a call's attempts in doubt by their shares of the bill. False where none is in doubt. */
export function settleEntriesInDoubt(sql: Sql, callId: string, billedMicroUsd: number): boolean {
  const rows = sql<EntryInDoubt>(IN_DOUBT, { callId })
  const limits = rows.map(({ microUsd, inDoubtMicroUsd }) => (microUsd ?? 0) + inDoubtMicroUsd)
  const shares = divideBill(billedMicroUsd, limits)
  for (const [index, row] of rows.entries()) {
    const share = shares[index] ?? 0
    sql(BOOK_BILL, { seq: row.seq, microUsd: share })
    addToTotals(
      sql,
      row.at,
      { model: row.model, tool: row.tool },
      {
        ...ZERO_COUNTS,
        microUsd: share - (row.microUsd ?? 0),
        inDoubtMicroUsd: -row.inDoubtMicroUsd,
        unpricedAttempts: -Number(row.microUsd === null),
        estimatedAttempts: -row.estimated,
      },
    )
  }
  return rows.length > 0
}

interface HoldRow {
  readonly callId: string
  readonly tool: string
  readonly provider: string
  readonly model: string
  readonly at: number
  readonly first: 0 | 1
  readonly fallback: 0 | 1
  readonly microUsd: number | null
  readonly expiresAt: number
}

interface EntryInDoubt {
  readonly seq: number
  readonly at: number
  readonly tool: string
  readonly model: string
  readonly microUsd: number | null
  readonly inDoubtMicroUsd: number
  readonly estimated: 0 | 1
}

const HOLD_ROW = `call_id AS callId, tool, provider, model, at, first, fallback, micro_usd AS microUsd, expires_at AS expiresAt`
const ADD_HOLD = `
  INSERT INTO holds (call_id, tool, provider, model, at, first, fallback, micro_usd, expires_at)
  VALUES (:callId, :tool, :provider, :model, :at, :first, :fallback, :microUsd, :expiresAt) RETURNING id`
const TAKE_HOLD = `
  DELETE FROM holds WHERE id = :id AND call_id = :callId AND at = :at AND expires_at > :now
  RETURNING ${HOLD_ROW}`
const TAKE_EXPIRED = `
  DELETE FROM holds WHERE id IN (SELECT id FROM holds WHERE expires_at <= :now ORDER BY expires_at LIMIT 500)
  RETURNING ${HOLD_ROW}`
const ADD_ENTRY = `
  INSERT INTO entries (call_id, tool, provider, model, at, first, fallback, outcome, latency_ms, input_tokens,
    cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, micro_usd, estimated, in_doubt_micro_usd)
  VALUES (:callId, :tool, :provider, :model, :at, :first, :fallback, :outcome, :latencyMs, :inputTokens,
    :cachedInputTokens, :cacheWriteTokens, :outputTokens, :reasoningTokens, :microUsd, :estimated, :inDoubtMicroUsd)`
const IN_DOUBT = `
  SELECT seq, at, tool, provider || '/' || model AS model, micro_usd AS microUsd, in_doubt_micro_usd AS inDoubtMicroUsd,
    estimated
  FROM entries WHERE call_id = :callId AND in_doubt_micro_usd > 0 ORDER BY at, seq`
const BOOK_BILL = `
  UPDATE entries SET micro_usd = :microUsd, in_doubt_micro_usd = 0, estimated = 0 WHERE seq = :seq`
