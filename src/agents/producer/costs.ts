import { roundToHundredths } from '../../lib/round.ts'
import { expectedHours } from '../../planning/index.ts'
import { canGo, lessWork, listed, type Situation } from './deadline.ts'
import type { Constraints, DraftTask, Finding } from './document.ts'
import { unitOf } from './shooting.ts'
import type { Shooting } from './shooting-shapes.ts'
import { nameKey } from './text.ts'

/** The known cost of a plan, in whole cents. */
interface Costs {
  readonly cents: number
  /** Roles and members of the cast without a rate: their work is not in the sum. */
  readonly unknown: readonly string[]
  readonly unknownHours: number
  /** False if no day rate is given. */
  readonly isKnown: boolean
}

/**
 * The work at the day rates of the user, rounded to the cent for each role, and the cast from their first day to their
 * last. An unknown rate is listed, not guessed. Reported hours count in place of the estimate.
 */
function costsOf({ drafts, standing, calendar }: Situation, constraints: Constraints, shooting?: Shooting): Costs {
  const given = new Map(Object.entries(constraints.day_rates ?? {}).map(([name, rate]) => [nameKey(name), rate]))
  const byRole = [...Map.groupBy(drafts, ({ role }) => role)].map(([role, tasks]) => ({
    name: role,
    hours: tasks.reduce((sum, task) => sum + hoursOf(task, standing), 0),
    rate: given.get(nameKey(role)),
  }))
  const paid = byRole.reduce(
    (sum, { hours, rate = 0 }) => sum + Math.round((hours / calendar.hoursPerDay) * rate * 100),
    0,
  )
  const isCastPaid = shooting !== undefined && unitOf(shooting.terms) === 'usd'
  const people = isCastPaid ? Math.round(shooting.schedule.castCost * 100) : 0
  const cast = new Set(shooting?.schedule.scenes.flatMap((scene) => scene.cast))
  const nameless = byRole.filter(({ rate }) => rate === undefined)
  return {
    cents: paid + people,
    unknown: [
      ...nameless.map(({ name }) => name),
      ...[...cast].filter((name) => !Object.hasOwn(shooting?.terms.day_rates ?? {}, name)),
    ],
    unknownHours: nameless.reduce((sum, { hours }) => sum + hours, 0),
    isKnown: given.size > 0,
  }
}

/** P12 and P14: what the work costs, and whether the budget holds; if not, by how much and what would have to go. */
export function money(on: Situation, constraints: Constraints, shooting?: Shooting): readonly Finding[] {
  const { budget_usd: budget } = constraints
  const costs = costsOf(on, constraints, shooting)
  const hours = on.drafts.reduce((sum, task) => sum + hoursOf(task, on.standing), 0)
  if (budget === 0) {
    const message = `There is no money, and ${roundToHundredths(hours)} hours of work: the plan holds only if all work is unpaid.`
    return [{ code: 'P14', severity: 'error', message }]
  }
  if (!costs.isKnown) return budget === undefined ? [] : [unrated(budget, hours)]
  const rest =
    costs.unknown.length > 0 ? ` No rate is known for ${costs.unknown.join(', ')}: that work is not counted.` : ''
  const sum = `The work costs ${usd(costs.cents)} at the day rates given.${rest}`
  if (budget === undefined || costs.cents <= budget * 100) {
    const left = budget === undefined ? '' : ` The budget has ${usd(Math.round(budget * 100) - costs.cents)} left.`
    return [{ code: 'P12', severity: 'info', message: `${sum}${left}` }]
  }
  const over = usd(costs.cents - Math.round(budget * 100))
  const gone = lessWork(
    on.drafts.filter((task) => canGo(task, on.standing)),
    (ids) => {
      const drafts = on.drafts.filter(({ id }) => !ids.has(id))
      return costsOf({ ...on, drafts }, constraints, shooting).cents <= budget * 100
    },
  )
  const way = gone
    ? `It is met without ${listed(gone)}.`
    : 'Even without every task that is not of high priority it is not met.'
  return [{ code: 'P14', severity: 'error', message: `The budget of $${budget} is ${over} short. ${way} ${sum}` }]
}

function unrated(budget: number, hours: number): Finding {
  const rate = (Math.floor((budget / hours) * 100) / 100).toFixed(2)
  const message = `No rates are known, so the budget cannot be checked: $${budget} covers the ${roundToHundredths(hours)} hours of work at $${rate} an hour or less, everything else left out. Give constraints.day_rates to have it checked.`
  return { code: 'P12', severity: 'info', message }
}

function hoursOf(task: DraftTask, { progress }: Situation['standing']): number {
  return expectedHours(task, progress[task.id])
}

function usd(cents: number): string {
  return `$${(cents / 100).toFixed(2)}`
}
