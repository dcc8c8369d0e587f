import { roundToHundredths } from '../lib/round.ts'
import { formatDay, momentOf } from './calendar/local-time.ts'
import { DAY_SECONDS } from './calendar/working-time.ts'
import { type Plan, rolesOf } from './plan.ts'

/** The costs of a plan, in US dollars to the cent. An unknown sum is absent, not zero. */
export interface PlanCosts {
  /** Work by role: hours of all its people and their price; without `usd` where the role has no rate. */
  readonly labour: readonly { readonly role: string; readonly hours: number; readonly usd?: number }[]
  /** Roles without a rate: their work is in no sum. */
  readonly unrated: readonly string[]
  /** Labour with a rate, and the lines of the plan. */
  readonly labour_usd: number
  readonly other_usd: number
  readonly contingency_usd: number
  /** All three together; only where every role has a rate. */
  readonly total_usd?: number
  /** Lines and labour by department; labour is the department `labour`, lines without one are `other`. */
  readonly by_department: readonly { readonly department: string; readonly usd: number }[]
  /** By the Monday of the week: labour in the week in which a task finishes, lines in that of their date. */
  readonly by_week: readonly { readonly week: string; readonly usd: number }[]
}

/** The costs of a plan by role, line, department and week, from its tasks, `rates`, `costs` and contingency. */
export function computeCosts(plan: Pick<Plan, 'tasks' | 'rates' | 'costs' | 'contingency_percent'>): PlanCosts {
  const { rates = {}, costs = [], contingency_percent = 0 } = plan
  const work = plan.tasks.flatMap((task) =>
    rolesOf(task).map(({ role, hours, count = 1 }) => ({ role, hours: hours * count, finish: task.finish })),
  )
  const priceOf = (role: string, hours: number): number | undefined =>
    Object.hasOwn(rates, role) ? hours * (rates[role] ?? 0) : undefined
  const labour = [...Map.groupBy(work, ({ role }) => role)].map(([role, all]) => {
    const hours = sum(all.map((one) => one.hours))
    const usd = priceOf(role, hours)
    return { role, hours: roundToHundredths(hours), ...(usd !== undefined && { usd: roundToHundredths(usd) }) }
  })
  const unrated = labour.filter(({ usd }) => usd === undefined).map(({ role }) => role)
  const labourUsd = sum(work.map(({ role, hours }) => priceOf(role, hours) ?? 0))
  const otherUsd = sum(costs.map(({ usd }) => usd))
  const contingencyUsd = ((labourUsd + otherUsd) * contingency_percent) / 100
  const dated = [
    ...work.map(({ role, hours, finish }) => ({ date: finish, usd: priceOf(role, hours) ?? 0 })),
    ...costs.flatMap(({ date, usd }) => (date === undefined ? [] : [{ date, usd }])),
  ].filter(({ usd }) => usd !== 0)
  const departments = [
    ...(labourUsd > 0 ? [{ department: 'labour', usd: labourUsd }] : []),
    ...costs.map(({ department = 'other', usd }) => ({ department, usd })),
  ]
  return {
    labour,
    unrated,
    labour_usd: roundToHundredths(labourUsd),
    other_usd: roundToHundredths(otherUsd),
    contingency_usd: roundToHundredths(contingencyUsd),
    ...(unrated.length === 0 && { total_usd: roundToHundredths(labourUsd + otherUsd + contingencyUsd) }),
    by_department: sumBy(departments, ({ department }) => department).map(([department, usd]) => ({ department, usd })),
    by_week: sumBy(dated, ({ date }) => mondayOf(date))
      .map(([week, usd]) => ({ week, usd }))
      .toSorted((a, b) => (a.week < b.week ? -1 : 1)),
  }
}

/** The Monday of the week of a date, `YYYY-MM-DD`. */
function mondayOf(date: string): string {
  const day = Math.floor(momentOf(date) / DAY_SECONDS)
  return formatDay(day - ((((day + 3) % 7) + 7) % 7))
}

function sumBy<T extends { readonly usd: number }>(
  list: readonly T[],
  key: (one: T) => string,
): readonly (readonly [string, number])[] {
  return [...Map.groupBy(list, key)].map(([name, all]) => [name, roundToHundredths(sum(all.map(({ usd }) => usd)))])
}

function sum(list: readonly number[]): number {
  return list.reduce((total, one) => total + one, 0)
}
