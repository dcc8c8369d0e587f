import type { LedgerTotals, TotalsByKey } from '../../../contract/ledger.ts'
import type { Sql } from '../statements.ts'
import { calendarPeriodAt } from './period.ts'

/** Nothing counted yet. */
export const ZERO_COUNTS: LedgerTotals = {
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

export function addCounts(one: LedgerTotals, other: LedgerTotals): LedgerTotals {
  const sum: Record<keyof LedgerTotals, number> = { ...one }
  for (const field of FIELDS) sum[field] += other[field]
  return sum
}

/** Adds to the sums of the day, the month and all time; inside the transaction that adds the entry. */
export function addToTotals(sql: Sql, at: number, { model, tool }: TotalKeys, counts: LedgerTotals): void {
  const [day, month] = [calendarPeriodAt('day', at).begins, calendarPeriodAt('month', at).begins]
  sql(ADD, { day, month, model, tool, ...counts })
}

/** By model or by tool, over the days that begin from `from` to before `to`; years of them are read as months. */
export function readTotals(sql: Sql, sort: keyof TotalKeys, from: number, to: number): readonly TotalsByKey[] {
  const { begins, ends = from } = calendarPeriodAt('month', from)
  const firstMonth = begins >= from ? begins : ends
  const months = { firstMonth, noMonth: Math.max(firstMonth, calendarPeriodAt('month', to).begins) }
  // What is no whole month is read by day: before the first, and after the last.
  return sql(BY_KEY, { sort, first: from, to, ...months, before: Math.min(firstMonth, to) })
}

/** By day, the oldest first. */
export function readTotalsByDay(sql: Sql, from: number, to: number): readonly TotalsByKey[] {
  return sql<LedgerTotals & { readonly begins: number }>(BY_DAY, { from, to }).map(({ begins, ...counts }) => ({
    key: new Date(begins).toISOString().slice(0, 10),
    ...counts,
  }))
}

/** `model` is `provider/model`. */
interface TotalKeys {
  readonly model: string
  readonly tool: string
}

const FIELDS = Object.keys(ZERO_COUNTS) as readonly (keyof LedgerTotals)[]
const columnOf = (field: string): string => field.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)
const joinColumns = (format: (column: string, field: string) => string): string =>
  FIELDS.map((field) => format(columnOf(field), field)).join(', ')

const COUNTS = joinColumns((_, field) => `:${field}`)
const NEW_ROWS = (['day', 'month', 'total'] as const).flatMap((per) =>
  ['model', 'tool'].map((sort) => `('${per}', ${per === 'total' ? 0 : `:${per}`}, '${sort}', :${sort}, ${COUNTS})`),
)
const ADD = `
  INSERT INTO sums (per, begins, sort, key, ${joinColumns((column) => column)}) VALUES ${NEW_ROWS.join(', ')}
  ON CONFLICT DO UPDATE SET ${joinColumns((column) => `${column} = ${column} + excluded.${column}`)}`

const COLUMNS = joinColumns((column) => column)
const TOTALS = joinColumns((column, field) => `SUM(${column}) AS ${field}`)
const selectRange = (per: 'day' | 'month', first: string, end: string): string =>
  `SELECT key, ${COLUMNS} FROM sums WHERE per = '${per}' AND sort = :sort AND begins >= ${first} AND begins < ${end}`
const BY_KEY = `
  SELECT key, ${TOTALS} FROM (
    ${selectRange('day', ':first', ':before')} UNION ALL ${selectRange('month', ':firstMonth', ':noMonth')}
    UNION ALL ${selectRange('day', ':noMonth', ':to')}
  ) GROUP BY key`
// Every entry has one tool, and there are fewer tools than models.
const BY_DAY = `
  SELECT begins, ${TOTALS} FROM sums WHERE per = 'day' AND sort = 'tool' AND begins >= :from AND begins < :to
  GROUP BY begins ORDER BY begins`
