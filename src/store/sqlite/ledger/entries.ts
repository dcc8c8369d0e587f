import type { HoldRequest, LedgerEntry } from '../../../contract/ledger.ts'
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

/** Writes the entry that a hold became. It belongs to the moment, and so to the day, at which the attempt went out. */
export function addEntry(sql: Sql, hold: HoldRow, entry: FinalEntry): void {
  const { at, provider, model, tool } = hold
  const tokens = {
    inputTokens: toStoredInteger(entry.usage.inputTokens),
    cachedInputTokens: toStoredInteger(entry.usage.cachedInputTokens),
    outputTokens: toStoredInteger(entry.usage.outputTokens),
    reasoningTokens: toStoredInteger(entry.usage.reasoningTokens),
  }
  const microUsd = toStoredInteger(entry.microUsd)
  sql(ADD_ENTRY, {
    ...{ callId: hold.callId, tool, provider, model, at, first: hold.first, fallback: hold.fallback },
    ...{ outcome: entry.outcome, latencyMs: toStoredInteger(entry.latencyMs), estimated: Number(entry.estimated) },
    ...{ ...tokens, cacheWriteTokens: toStoredInteger(entry.usage.cacheWriteTokens), microUsd },
  })
  addToTotals(
    sql,
    at,
    { model: `${provider}/${model}`, tool },
    {
      calls: hold.first,
      attempts: 1,
      failures: Number(entry.outcome !== 'ok'),
      fallbacks: hold.fallback,
      inputTokens: tokens.inputTokens ?? 0,
      cachedInputTokens: tokens.cachedInputTokens ?? 0,
      outputTokens: tokens.outputTokens ?? 0,
      reasoningTokens: tokens.reasoningTokens ?? 0,
      microUsd: microUsd ?? 0,
      unpricedAttempts: Number(microUsd === null),
      estimatedAttempts: Number(entry.estimated),
      lostHolds: Number(entry.outcome === 'lost'),
    },
  )
}

/** Books holds that have expired as lost, at their full amount: a bounded number of them, the longest overdue first. */
export function expireHolds(sql: Sql, now: number): void {
  for (const hold of sql<HoldRow>(TAKE_EXPIRED, { now })) {
    const latencyMs = hold.expiresAt - hold.at // nobody saw the end of it; it was given up after this long
    const microUsd = hold.microUsd ?? undefined
    addEntry(sql, hold, { outcome: 'lost', latencyMs, usage: {}, microUsd, estimated: true })
  }
}

export function hasExpiredHolds(sql: Sql, now: number): boolean {
  return sql('SELECT 1 FROM holds WHERE expires_at <= :now LIMIT 1', { now }).length > 0
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

interface FinalEntry extends Omit<LedgerEntry, 'outcome'> {
  readonly outcome: LedgerEntry['outcome'] | 'lost'
}

/**
 * A count or an amount as it is stored: whole, not below zero, and not above what thousands of entries can add up to
 * exactly. No true one comes near that (a million dollars for one attempt), but a broken upstream may claim it.
 */
function toStoredInteger(count: number | undefined): number | null {
  return count === undefined ? null : Math.min(Math.max(Math.round(count), 0), 1e12)
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
    cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, micro_usd, estimated)
  VALUES (:callId, :tool, :provider, :model, :at, :first, :fallback, :outcome, :latencyMs, :inputTokens,
    :cachedInputTokens, :cacheWriteTokens, :outputTokens, :reasoningTokens, :microUsd, :estimated)`
