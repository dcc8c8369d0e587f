import type { Counts, Row } from '../contract/ledger.ts'
import type { Sql } from './statements.ts'
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

export function plus(one: Counts, other: Counts): Counts {
  const sum: Record<keyof Counts, number> = { ...one }
  for (const field of FIELDS) sum[field] += other[field]
  return sum
}

/** Adds to the sums of the day, the month and all time; inside the transaction that adds the entry. */
export function addToSums(sql: Sql, at: number, { model, tool }: Keys, counts: Counts): void {
  const [day, month] = [windowOf('day', at).begins, windowOf('month', at).begins]
  sql(ADD, { day, month, model, tool, ...counts })
}

/** By model or by tool, over the days that begin from `from` to before `to`; years of them are read as months. */
export function sumsBy(sql: Sql, sort: keyof Keys, from: number, to: number): readonly Row[] {
  const { begins, ends = from } = windowOf('month', from)
  const firstMonth = begins >= from ? begins : ends
  const months = { firstMonth, noMonth: Math.max(firstMonth, windowOf('month', to).begins) }
  // What is no whole month is read by day: before the first, and after the last.
  return sql(BY_KEY, { sort, first: from, to, ...months, before: Math.min(firstMonth, to) })
}

/** By day, the oldest first. */
export function sumsByDay(sql: Sql, from: number, to: number): readonly Row[] {
  return sql<Counts & { readonly begins: number }>(BY_DAY, { from, to }).map(({ begins, ...counts }) => ({
    key: new Date(begins).toISOString().slice(0, 10),
    ...counts,
  }))
}

/** `model` is `provider/model`. */
interface Keys {
  readonly model: string
  readonly tool: string
}

const FIELDS = Object.keys(NOTHING) as readonly (keyof Counts)[]
const columnOf = (field: string): string => field.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)
const each = (write: (column: string, field: string) => string): string =>
  FIELDS.map((field) => write(columnOf(field), field)).join(', ')

const COUNTS = each((_, field) => `:${field}`)
const ADDED = (['day', 'month', 'total'] as const).flatMap((per) =>
  ['model', 'tool'].map((sort) => `('${per}', ${per === 'total' ? 0 : `:${per}`}, '${sort}', :${sort}, ${COUNTS})`),
)
const ADD = `
  INSERT INTO sums (per, begins, sort, key, ${each((column) => column)}) VALUES ${ADDED.join(', ')}
  ON CONFLICT DO UPDATE SET ${each((column) => `${column} = ${column} + excluded.${column}`)}`

const NAMES = each((column) => column)
const TOTALS = each((column, field) => `SUM(${column}) AS ${field}`)
const span = (per: 'day' | 'month', first: string, end: string): string =>
  `SELECT key, ${NAMES} FROM sums WHERE per = '${per}' AND sort = :sort AND begins >= ${first} AND begins < ${end}`
const BY_KEY = `
  SELECT key, ${TOTALS} FROM (
    ${span('day', ':first', ':before')} UNION ALL ${span('month', ':firstMonth', ':noMonth')}
    UNION ALL ${span('day', ':noMonth', ':to')}
  ) GROUP BY key`
// Every entry has one tool, and there are fewer tools than models.
const BY_DAY = `
  SELECT begins, ${TOTALS} FROM sums WHERE per = 'day' AND sort = 'tool' AND begins >= :from AND begins < :to
  GROUP BY begins ORDER BY begins`
