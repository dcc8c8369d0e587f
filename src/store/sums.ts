import type { Counts } from '../contract/ledger.ts'
import type { Sql } from './database.ts'
import { windowOf } from './window.ts'

/** Nothing counted yet. */
export const NOTHING: Counts = {
  calls: 0,
  attempts: 0,
  failures: 0,
  fallbacks: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  microUsd: 0,
  unpricedAttempts: 0,
  estimatedAttempts: 0,
  lostHolds: 0,
}

/** Who is counted apart from whom. */
export interface Who {
  readonly provider: string
  readonly model: string
  readonly tool: string
}

export function plus(one: Counts, other: Counts): Counts {
  const sum: Record<keyof Counts, number> = { ...one }
  for (const field of FIELDS) sum[field] += other[field]
  return sum
}

/** Adds to the sums of the day, the month and all time; inside the transaction that adds the entry. */
export function addToSums(sql: Sql, at: number, { provider, model, tool }: Who, counts: Counts): void {
  for (const per of ['day', 'month', 'total'] as const) {
    sql(ADD, { per, begins: windowOf(per, at).begins, provider, model, tool, ...counts })
  }
}

/** By provider, model and tool, over the days that begin from `from` to before `to`. */
export function sumsByWho(sql: Sql, from: number, to: number): readonly (Who & Counts)[] {
  return sql(BY_WHO, { from, to })
}

/** By day, the oldest first. */
export function sumsByDay(sql: Sql, from: number, to: number): readonly ({ readonly begins: number } & Counts)[] {
  return sql(BY_DAY, { from, to })
}

const FIELDS = Object.keys(NOTHING) as readonly (keyof Counts)[]
const columnOf = (field: string): string => field.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)
const each = (write: (column: string, field: string) => string): string =>
  FIELDS.map((field) => write(columnOf(field), field)).join(', ')

const ADD = `
  INSERT INTO sums (per, begins, provider, model, tool, ${each((column) => column)})
  VALUES (:per, :begins, :provider, :model, :tool, ${each((_, field) => `:${field}`)})
  ON CONFLICT DO UPDATE SET ${each((column) => `${column} = ${column} + excluded.${column}`)}`

const DAYS = `FROM sums WHERE per = 'day' AND begins >= :from AND begins < :to`
const TOTALS = each((column, field) => `SUM(${column}) AS ${field}`)
const BY_WHO = `SELECT provider, model, tool, ${TOTALS} ${DAYS} GROUP BY provider, model, tool`
const BY_DAY = `SELECT begins, ${TOTALS} ${DAYS} GROUP BY begins ORDER BY begins`
