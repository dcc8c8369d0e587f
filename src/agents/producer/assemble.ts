import { type Calendar, checkPlan, type Plan, timetable, workingCalendar } from '../../planning/index.ts'
import { casting } from './casting.ts'
import type { Finding, PlanDocument, Work } from './shapes.ts'

/** Everything numeric, from the settled work and the constraints: no model is asked. */
export function assemble(planId: string, document: PlanDocument, work: Work, now: number): Plan {
  const { constraints, outlook } = document
  const calendar = workingCalendar({
    startDate: constraints.start_date ?? document.created_on,
    ...(constraints.hours_per_day !== undefined && { hoursPerDay: constraints.hours_per_day }),
  })
  const { tasks: drafts, team, findings: cast } = casting(work, constraints.team)
  const times = timetable(drafts, { team, calendar })
  const finishes = new Map(times.tasks.map(({ id, finish }) => [id, finish]))
  const milestones = (outlook?.milestones ?? [])
    .map((one) => ({
      ...one,
      at:
        one.depends_on
          .map((id) => finishes.get(id) ?? '')
          .toSorted()
          .at(-1) ?? '',
    }))
    .toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  const plan = {
    plan_id: planId,
    goal: document.goal,
    deliverables: work.deliverables,
    assumptions: work.assumptions,
    team,
    start_date: calendar.startDate,
    hours_per_day: calendar.hoursPerDay,
    ...times,
    milestones,
    risks: outlook?.risks ?? [],
    made_at: new Date(now).toISOString(),
    revision: document.revision,
  }
  const findings = [
    ...lateness(plan, constraints, calendar),
    ...money(plan, constraints),
    ...work.findings,
    ...(outlook?.findings ?? []),
    ...cast,
    ...begin(constraints, calendar),
    ...levelling(plan),
  ]
  const whole = { ...plan, findings }
  const broken = checkPlan(whole).map(({ check, message }): Finding => ({ code: check, severity: 'error', message }))
  return { ...whole, findings: [...broken, ...findings] }
}

type Timed = Pick<Plan, 'tasks' | 'makespan_hours' | 'critical_path_hours' | 'lower_bound_hours' | 'team'>

function lateness(plan: Timed, { deadline }: PlanDocument['constraints'], calendar: Calendar): readonly Finding[] {
  if (deadline === undefined) return []
  const there = calendar.hoursUntil(deadline)
  if (plan.makespan_hours <= there) return []
  const finish =
    plan.tasks
      .map((task) => task.finish)
      .toSorted()
      .at(-1) ?? ''
  const way =
    plan.critical_path_hours > there
      ? `No team can meet it without cutting work: the longest chain of dependencies alone takes ${plan.critical_path_hours} hours.`
      : `More people could: the dependencies alone take ${plan.critical_path_hours} hours. ${busiest(plan)} has the most work.`
  return [
    {
      code: 'P14',
      severity: 'error',
      message: `The deadline ${deadline} cannot be met with this plan: it finishes on ${finish.replace('T', ' ')}, ${rounded(plan.makespan_hours - there)} working hours too late. ${way}`,
    },
  ]
}

/** No rates are known, so a budget cannot be compared with the work; what it allows can be said exactly. */
function money({ tasks }: Timed, { budget_usd: budget }: PlanDocument['constraints']): readonly Finding[] {
  if (budget === undefined) return []
  const hours = tasks.reduce((sum, task) => sum + task.estimate_hours, 0)
  const rate = (Math.floor((budget / hours) * 100) / 100).toFixed(2)
  return budget === 0
    ? [
        {
          code: 'P14',
          severity: 'error',
          message: `There is no money, and ${rounded(hours)} hours of work: the plan only holds if nobody is paid.`,
        },
      ]
    : [
        {
          code: 'P12',
          severity: 'info',
          message: `No rates are known, so the budget cannot be checked: $${budget} covers the ${rounded(hours)} hours of work at $${rate} an hour or less, everything else left out.`,
        },
      ]
}

function begin({ start_date }: PlanDocument['constraints'], calendar: Calendar): readonly Finding[] {
  if (start_date === calendar.startDate) return []
  const why = start_date === undefined ? 'No start date was given' : `${start_date} is not a working day`
  return [{ code: 'P05', severity: 'info', message: `${why}: the plan starts on ${calendar.startDate}.` }]
}

function levelling(plan: Timed): readonly Finding[] {
  const waiting = plan.makespan_hours - plan.critical_path_hours
  if (waiting <= 0) return []
  const gap = plan.makespan_hours - plan.lower_bound_hours
  const proof =
    gap > 0
      ? `No order of work can take less than ${plan.lower_bound_hours}, so at most ${rounded(gap)} hours could still be saved.`
      : 'No order of work is shorter.'
  return [
    {
      code: 'P07',
      severity: 'info',
      message: `With this team the plan takes ${plan.makespan_hours} hours; with more people it could take ${plan.critical_path_hours} (slack and the critical path count dependencies only). ${busiest(plan)} has the most work. ${proof}`,
    },
  ]
}

/** The role with the most hours for each of its people. */
function busiest({ tasks, team }: Timed): string {
  const load = team.map(({ role, count }) => ({
    role,
    each: tasks.filter((task) => task.role === role).reduce((sum, task) => sum + task.estimate_hours, 0) / count,
  }))
  return load.toSorted((a, b) => b.each - a.each)[0]?.role ?? ''
}

function rounded(hours: number): number {
  return Math.round(hours * 100) / 100
}
