import type { LedgerTotals, TotalsByKey } from '../../../contract/ledger.ts'
import { calendarPeriodAt } from '../../period.ts'
import { COUNT_FIELDS } from '../../totals.ts'
import type { Sql } from '../statements.ts'

/** Adds to the sums of the day, the month and all time; inside the transaction that adds or changes the entry. */
export function addToTotals(sql: Sql, at: number, { model, tool }: TotalKeys, counts: LedgerTotals): void {
  const [day, month] = [calendarPeriodAt('day', at).begins, calendarPeriodAt('month', at).begins]
  sql(ADD, { day, month, model, tool, ...counts })
}

/** By model or by tool, over the days that begin from `from` to before `to`; years of them are read as months. */
export function readTotals(sql: Sql, sort: keyof TotalKeys, from: number, to: number): readonly TotalsByKey[] {
  const { begins, ends = from } = calendarPeriodAt('month', from)
  const firstMonth = begins >= from ? begins : ends
  const months = { firstMonth, noMonth: Math.max(firstMonth, calendarPeriodAt('month', to).begins) }
  // The days before the first whole month and after the last are read one by one.
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

const columnOf = (field: string): string => field.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)
const joinColumns = (format: (column: string, field: string) => string): string =>
  COUNT_FIELDS.map((field) => format(columnOf(field), field)).join(', ')

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
