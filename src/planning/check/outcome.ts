import { computeCosts } from '../costs.ts'
import { lastFinish, type Plan, type PlanTask, rolesOf } from '../plan.ts'
import type { PlanCheck } from './check.ts'

export const deliverablesCheck: PlanCheck = {
  id: 'P08',
  title: 'Deliverables',
  checks:
    'Where tasks name a deliverable, every deliverable has a task, and every task leads to a deliverable or a milestone.',
  find({ tasks, milestones, deliverables }) {
    const made = new Set(tasks.flatMap(({ deliverable }) => deliverable ?? []))
    if (made.size === 0) return []
    const useful = findUsefulTaskIds(tasks, new Set(milestones.flatMap(({ depends_on }) => depends_on)))
    return [
      ...(made.size < deliverables.length
        ? [`${deliverables.length - made.size} of ${deliverables.length} deliverables are made by no task`]
        : []),
      ...tasks.filter(({ id }) => !useful.has(id)).map(({ id }) => `${id} leads to no deliverable and no milestone`),
    ]
  },
}

export const costCheck: PlanCheck = {
  id: 'P12',
  title: 'Cost',
  checks:
    'The cost is hours times rates, other costs and contingency, to the cent; a role without a rate is named in a finding.',
  find(plan) {
    const { rates, cost, findings, tasks } = plan
    if (rates === undefined) return cost === undefined ? [] : ['there is a cost, and there are no rates']
    const unrated = [...new Set(tasks.flatMap((task) => rolesOf(task).map(({ role }) => role)))].filter(
      (role) => !Object.hasOwn(rates, role),
    )
    if (unrated.length > 0) {
      const reported = findings.filter(({ code }) => code === 'P12').map(({ message }) => message)
      return [
        ...(cost === undefined ? [] : [`there is a cost, and ${unrated.join(', ')} has no rate`]),
        ...unrated
          .filter((role) => !reported.some((one) => one.includes(role)))
          .map((role) => `no finding says that ${role} has no rate`),
      ]
    }
    const cents = recomputeCents(plan, rates)
    return cost !== undefined && Math.abs(cost * 100 - cents) < 0.51 ? [] : [`it costs ${cents / 100}, not ${cost}`]
  },
}

/** Line by line, in cents; `computeCosts` must agree. */
function recomputeCents(plan: Plan, rates: Readonly<Record<string, number>>): number {
  const labour = plan.tasks.reduce(
    (sum, task) =>
      rolesOf(task).reduce((all, { role, hours, count = 1 }) => all + hours * count * (rates[role] ?? 0) * 100, sum),
    0,
  )
  const other = (plan.costs ?? []).reduce((sum, { usd }) => sum + usd * 100, 0)
  const cents = (labour + other) * (1 + (plan.contingency_percent ?? 0) / 100)
  const total = computeCosts(plan).total_usd
  return total !== undefined && Math.abs(total * 100 - cents) < 1.01 ? cents : Number.NaN
}

export const limitsCheck: PlanCheck = {
  id: 'P14',
  title: 'Deadline and budget',
  checks: 'A deadline or a budget that is not kept is the first finding.',
  find({ tasks, deadline, budget_usd: budget, cost, findings }) {
    const finish = lastFinish(tasks) ?? ''
    const late = deadline !== undefined && finish.slice(0, 10) > deadline.slice(0, 10)
    const dear = budget !== undefined && cost !== undefined && cost > budget
    const isReported = findings[0]?.code === 'P14' && findings[0].severity === 'error'
    return (late || dear) && !isReported
      ? [`${late ? 'the deadline' : 'the budget'} is not kept, and that is not the first finding`]
      : []
  },
}

/** Tasks that make something or that a milestone waits for, and everything that those wait for. */
function findUsefulTaskIds(tasks: readonly PlanTask[], awaited: ReadonlySet<string>): ReadonlySet<string> {
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const useful = new Set(tasks.filter(({ id, deliverable }) => deliverable || awaited.has(id)).map(({ id }) => id))
  for (const id of useful) for (const before of byId.get(id)?.depends_on ?? []) useful.add(before)
  return useful
}
