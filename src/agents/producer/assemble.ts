import { roundToHundredths } from '../../lib/round.ts'
import {
  type Calendar,
  checkPlan,
  checkShooting,
  openTasks,
  type TeamMember,
  workingCalendar,
} from '../../planning/index.ts'
import { casting } from './casting.ts'
import { certainty } from './certainty.ts'
import { money } from './costs.ts'
import { type Dated, dated, type Standing, standingOf } from './dates.ts'
import { busiest, lateness } from './deadline.ts'
import type { DraftTask, Finding, KeptPlan, PlanDocument } from './document.ts'
import { draftsOf, SHOOTING } from './drafts.ts'
import { standing } from './living.ts'
import { published, savings, termsOf } from './shooting.ts'

/** The plan with all computed numbers, from the model's tasks and the constraints; undefined while estimates are missing. */
export function assemble(planId: string, document: PlanDocument, now: number): KeptPlan | undefined {
  const { constraints, outlook, scope, named, estimates, elements, shooting } = document
  const whole = draftsOf(document)
  if (whole === undefined || whole.length === 0) return undefined
  const calendar = workingCalendar({
    startDate: constraints.start_date ?? document.created_on,
    ...(constraints.hours_per_day !== undefined && { hoursPerDay: constraints.hours_per_day }),
  })
  const { tasks: drafts, team, findings: cast } = casting(whole, scope?.roles ?? [], constraints.team)
  const from = standingOf(document, calendar, now)
  const times = dated(drafts, { team, calendar, standing: from })
  const plan: Omit<KeptPlan, 'findings'> = {
    plan_id: planId,
    goal: document.goal,
    deliverables: madeOf(document, drafts),
    assumptions: scope?.assumptions ?? [],
    team: [...team],
    start_date: calendar.startDate,
    hours_per_day: calendar.hoursPerDay,
    ...(document.time_zone !== undefined && { time_zone: document.time_zone }),
    ...(constraints.deadline !== undefined && { deadline: constraints.deadline }),
    ...(constraints.budget_usd !== undefined && { budget_usd: constraints.budget_usd }),
    ...times,
    milestones: milestonesOf(document, times),
    risks: outlook?.risks ?? [],
    ...(shooting && { shooting: published(shooting, document.scenes, elements?.list ?? []) }),
    made_at: new Date(now).toISOString(),
    revision: document.revision,
  }
  const situation = { drafts, team, calendar, standing: from }
  const findings = [
    ...lateness(situation, times, constraints.deadline),
    ...money(situation, constraints, shooting),
    ...[named, estimates, elements, outlook].flatMap((part) => part?.findings ?? []),
    ...cast,
    ...standing(times),
    ...certainty(situation),
    ...begin(constraints, calendar),
    ...(shooting ? savings(shooting) : []),
    ...levelling(times, { drafts, team, from: from.from }),
  ]
  const broken = [
    ...checkPlan(unfinished({ ...plan, findings }, drafts, from, calendar)),
    ...(shooting ? checkShooting(shooting.schedule, termsOf(shooting.terms)) : []),
  ].map(({ check, message }): Finding => ({ code: check, severity: 'error', message }))
  return { ...plan, findings: [...broken, ...findings].toSorted((a, b) => GRAVITY[a.severity] - GRAVITY[b.severity]) }
}

/** The order of findings: limits that cannot be met, then repairs, then assumptions and facts. */
const GRAVITY = { error: 0, warn: 1, info: 2 } as const

/**
 * The open part of the plan, which is the part that the checks apply to. Finished tasks are left out because a report may
 * say that one person did two tasks at once, or that a task was done before its dependencies.
 */
function unfinished(plan: KeptPlan, drafts: readonly DraftTask[], standing: Standing, calendar: Calendar): KeptPlan {
  const open = new Map(openTasks(drafts, standing.progress).map((task) => [task.id, task]))
  const tasks = plan.tasks.flatMap((task) => {
    const { hours = 0, depends_on = [], isStarted = false } = open.get(task.id) ?? {}
    const start = isStarted ? calendar.startAt(calendar.hoursUntil(task.finish) - hours) : task.start
    const { optimistic_hours, likely_hours, pessimistic_hours, ...rest } = task
    // The remaining hours of a started task are one number.
    const points =
      hours !== task.estimate_hours
        ? { optimistic_hours: hours, likely_hours: hours, pessimistic_hours: hours }
        : { optimistic_hours, likely_hours, pessimistic_hours }
    return open.has(task.id) ? [{ ...rest, ...points, start, estimate_hours: hours, depends_on: [...depends_on] }] : []
  })
  const milestones = plan.milestones.map((one) => ({ ...one, depends_on: one.depends_on.filter((id) => open.has(id)) }))
  const making = new Set(tasks.map(({ deliverable }) => deliverable)).size
  return { ...plan, tasks, milestones, deliverables: plan.deliverables.slice(0, making) }
}

/** The deliverables of the finished plan: those that a task makes, and the shooting of a screenplay. */
function madeOf({ scope }: PlanDocument, drafts: readonly DraftTask[]): string[] {
  const made = (scope?.deliverables ?? []).filter(({ id }) => drafts.some(({ deliverable }) => deliverable === id))
  const isShot = drafts.some(({ deliverable }) => deliverable === SHOOTING)
  return [...made.map(({ title }) => title), ...(isShot ? ['All scenes of the screenplay, shot'] : [])]
}

function milestonesOf({ outlook }: PlanDocument, { tasks }: Dated): KeptPlan['milestones'] {
  const finishes = new Map(tasks.map(({ id, finish }) => [id, finish]))
  return (outlook?.milestones ?? [])
    .map((one) => ({ ...one, depends_on: one.depends_on.filter((id) => finishes.has(id)) }))
    .filter(({ depends_on }) => depends_on.length > 0)
    .map((one) => ({
      ...one,
      at:
        one.depends_on
          .map((id) => finishes.get(id) ?? '')
          .toSorted()
          .at(-1) ?? '',
    }))
    .toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
}

function begin({ start_date }: PlanDocument['constraints'], calendar: Calendar): readonly Finding[] {
  if (start_date === calendar.startDate) return []
  const why = start_date === undefined ? 'No start date was given' : `${start_date} is not a working day`
  return [{ code: 'P05', severity: 'info', message: `${why}: the plan starts on ${calendar.startDate}.` }]
}

function levelling(
  plan: Dated,
  {
    drafts,
    team,
    from,
  }: { readonly drafts: readonly DraftTask[]; readonly team: readonly TeamMember[]; readonly from: number },
): readonly Finding[] {
  const chain = roundToHundredths(from + plan.critical_path_hours)
  if (plan.makespan_hours <= chain) return []
  const gap = roundToHundredths(plan.makespan_hours - plan.lower_bound_hours)
  const proof =
    gap > 0
      ? `No order of work can take less than ${plan.lower_bound_hours}, so at most ${gap} hours could still be saved.`
      : 'No order of work is shorter.'
  const message = `With this team the plan takes ${plan.makespan_hours} hours; with more people it could take ${chain} (slack and the critical path count dependencies only). ${busiest(drafts, team)} has the most work. ${proof}`
  return [{ code: 'P07', severity: 'info', message }]
}
