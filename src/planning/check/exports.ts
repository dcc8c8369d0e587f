import { toDot } from '../export/dot.ts'
import { toIcs } from '../export/icalendar.ts'
import { toMspdi } from '../export/ms-project.ts'
import { toCsv, toMermaid } from '../export/text.ts'
import type { Plan, PlanTask } from '../plan.ts'

/** What holds of a plan as a whole: that it makes what it should, what it costs, its exports, and what it was asked. */
export const WHOLE_PLAN_CHECKS: Readonly<Record<string, (plan: Plan) => readonly string[]>> = {
  /** Where tasks say what they help to make: everything is made, and every task leads to something made or a milestone. */
  P08: ({ tasks, milestones, deliverables }) => {
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
  /** Where rates are known, the cost is hours times rates to the cent; a role without one is told, not guessed. */
  P12: ({ tasks, rates, cost, findings }) => {
    if (rates === undefined) return cost === undefined ? [] : ['there is a cost, and there are no rates']
    const unrated = [...new Set(tasks.map(({ role }) => role))].filter((role) => !Object.hasOwn(rates, role))
    const cents = tasks.reduce((sum, { role, estimate_hours: hours }) => sum + hours * (rates[role] ?? 0) * 100, 0)
    if (unrated.length > 0) {
      const told = findings.filter(({ code }) => code === 'P12').map(({ message }) => message)
      return [
        ...(cost === undefined ? [] : [`there is a cost, and ${unrated.join(', ')} has no rate`]),
        ...unrated
          .filter((role) => !told.some((one) => one.includes(role)))
          .map((role) => `nobody says that ${role} has no rate`),
      ]
    }
    return cost !== undefined && Math.abs(cost * 100 - cents) < 0.51 ? [] : [`it costs ${cents / 100}, not ${cost}`]
  },
  /** The exports have as many bars, boxes, arrows, events, rows and links as the plan. */
  P13: (plan) => {
    const rows = plan.tasks.length + plan.milestones.length
    const edges = [...plan.tasks, ...plan.milestones].reduce((sum, { depends_on }) => sum + depends_on.length, 0)
    const counted: readonly (readonly [what: string, is: number, should: number])[] = [
      [
        'bars of Mermaid',
        countMatches(toMermaid(plan), /^ {4}[^\n:]* :(crit, |milestone, )?[a-z0-9-]+, \d{4}-/gm),
        rows,
      ],
      ['arrows of DOT', countMatches(toDot(plan), /^ {2}"[^"\n]*" -> "/gm), edges],
      ['events of iCalendar', countMatches(toIcs(plan), /^BEGIN:VEVENT\r$/gm), rows],
      ['rows of CSV', countMatches(toCsv(plan).replace(/"[^"]*"/g, ''), /\r\n/g) - 1, plan.tasks.length],
      ['tasks of MSPDI', countMatches(toMspdi(plan), /<Task>/g), rows],
      ['links of MSPDI', countMatches(toMspdi(plan), /<PredecessorLink>/g), edges],
    ]
    return counted.filter(([, is, should]) => is !== should).map(([what, is, should]) => `${is} ${what} for ${should}`)
  },
  /** A deadline or a budget that is not kept is said before anything else. */
  P14: ({ tasks, deadline, budget_usd: budget, cost, findings }) => {
    const finish =
      tasks
        .map((task) => task.finish)
        .toSorted()
        .at(-1) ?? ''
    const late = deadline !== undefined && finish.slice(0, 10) > deadline.slice(0, 10)
    const dear = budget !== undefined && cost !== undefined && cost > budget
    const said = findings[0]?.code === 'P14' && findings[0].severity === 'error'
    return (late || dear) && !said
      ? [`${late ? 'the deadline' : 'the budget'} is not kept, and that is not said first`]
      : []
  },
}

/** Tasks that make something or are waited for by a milestone, and all that those wait for. */
function findUsefulTaskIds(tasks: readonly PlanTask[], awaited: ReadonlySet<string>): ReadonlySet<string> {
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const useful = new Set(tasks.filter(({ id, deliverable }) => deliverable || awaited.has(id)).map(({ id }) => id))
  for (const id of useful) for (const before of byId.get(id)?.depends_on ?? []) useful.add(before)
  return useful
}

function countMatches(text: string, what: RegExp): number {
  return text.match(what)?.length ?? 0
}
