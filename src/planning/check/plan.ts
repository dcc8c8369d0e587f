import { type Calendar, workingCalendar } from '../calendar/working-calendar.ts'
import { type DependencyFix, findCycle, type GraphTask } from '../graph/graph.ts'
import type { Plan, PlanTask } from '../plan.ts'
import { WHOLE_PLAN_CHECKS } from './exports.ts'

/** A promise of a finished plan that it does not keep. `check` is the promise's number in `CHECKS`. */
export interface Violation {
  readonly check: string
  readonly message: string
}

type PlanCheck = (plan: Plan, calendar: Calendar) => readonly string[]

/** A minute: the smallest unit of a date. */
const TOLERANCE_HOURS = 1.01 / 60

/**
 * What holds of every plan, recomputed from its published figures alone, by other means than those that made them.
 * An empty answer is a plan that keeps all of it.
 */
export function checkPlan(plan: Plan): readonly Violation[] {
  const calendar = workingCalendar({
    startDate: plan.start_date,
    hoursPerDay: plan.hours_per_day,
    workingDays: plan.working_days,
    holidays: plan.holidays,
  })
  return Object.entries(PLAN_CHECKS).flatMap(([check, runCheck]) =>
    runCheck(plan, calendar).map((message) => ({ check, message })),
  )
}

/** P02: every dependency that was proposed is kept or reported as repaired, and none is new. */
export function checkFixes(
  proposed: readonly GraphTask[],
  kept: readonly GraphTask[],
  fixes: readonly DependencyFix[],
): readonly Violation[] {
  const count = (edges: readonly string[]): ReadonlyMap<string, number> =>
    edges.reduce((seen, edge) => seen.set(edge, (seen.get(edge) ?? 0) + 1), new Map<string, number>())
  const edges = (tasks: readonly GraphTask[]): string[] =>
    tasks.flatMap(({ id, depends_on }) => depends_on.map((dependency) => `${id} on ${dependency}`))
  const before = count(edges(proposed))
  const after = count([...edges(kept), ...fixes.map(({ task, dependency }) => `${task} on ${dependency}`)])
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((edge) => before.get(edge) !== after.get(edge))
    .map((edge) => ({
      check: 'P02',
      message: `${edge}: proposed ${before.get(edge) ?? 0}, told of ${after.get(edge) ?? 0}`,
    }))
}

const SLUG_PATTERN = /^[a-z0-9]+(-[a-z0-9]+)*$/

const PLAN_CHECKS: Readonly<Record<string, PlanCheck>> = {
  /** Ids are unique slugs; nothing has an empty title. */
  P01: ({ tasks, milestones }) => {
    const all = [...tasks, ...milestones]
    const ids = all.map(({ id }) => id)
    return [
      ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${id} is there more than once`),
      ...ids.filter((id) => !SLUG_PATTERN.test(id)).map((id) => `"${id}" is not a slug`),
      ...all.filter(({ title }) => title.trim() === '').map(({ id }) => `${id} has no title`),
    ]
  },
  /** Every dependency resolves, none is on itself or named twice. */
  P02: ({ tasks, milestones }) => {
    const ids = new Set(tasks.map(({ id }) => id))
    return [...tasks, ...milestones].flatMap(({ id, depends_on }) =>
      depends_on
        .filter(
          (dependency, index) => !ids.has(dependency) || dependency === id || depends_on.indexOf(dependency) < index,
        )
        .map((dependency) => `${id} depends on ${dependency}`),
    )
  },
  /** No cycle (of tasks with one id, which P01 tells of, the last). */
  P03: ({ tasks }) => {
    const cycle = findCycle([...new Map(tasks.map((task) => [task.id, task])).values()])
    return cycle ? [`a cycle: ${cycle.join(' -> ')}`] : []
  },
  /** Every estimate is a number above zero; of three points, they rise, and that of an open task lies between them. */
  P04: ({ tasks }) => [
    ...tasks
      .filter(({ estimate_hours: hours }) => !(hours > 0 && hours < Number.POSITIVE_INFINITY))
      .map(({ id, estimate_hours }) => `${id} takes ${estimate_hours} hours`),
    ...tasks
      .filter((task) => !hasConsistentEstimates(task))
      .map(({ id }) => `the three estimates of ${id} do not rise, or do not hold the one`),
  ],
  /** Dates are in working time, as far apart as the estimate, and after those of what a task or milestone waits for. */
  P05: ({ tasks, milestones }, calendar) => {
    const finishes = new Map(tasks.map(({ id, finish }) => [id, finish]))
    const early = (id: string, start: string, depends_on: readonly string[]): string[] =>
      depends_on
        .filter((dependency) => start < (finishes.get(dependency) ?? ''))
        .map((dependency) => `${id} starts before ${dependency} is finished`)
    return [
      ...tasks.flatMap(({ id, start, depends_on }) => early(id, start, depends_on)),
      ...milestones.flatMap(({ id, at, depends_on }) => early(id, at, depends_on)),
      ...tasks.flatMap((task) => findTaskDateViolations(task, calendar)),
    ]
  },
  /** No role is asked for more than there is of it. */
  P06: ({ tasks, team }) => {
    const counts = new Map(team.map(({ role, count }) => [role, count]))
    return tasks.flatMap(({ id, role, start }) => {
      const busy = tasks.filter((other) => other.role === role && other.start <= start && start < other.finish).length
      const there = counts.get(role) ?? 0
      return busy > there ? [`when ${id} starts, ${busy} of ${there} ${role} are at work`] : []
    })
  },
  /** The critical path is a path as long as the longest chain, without slack; the plan is no shorter, nor below its bound. */
  P07: ({ tasks, critical_path, critical_path_hours, makespan_hours, lower_bound_hours }) => {
    const byId = new Map(tasks.map((task) => [task.id, task]))
    const path = critical_path.map((id) => byId.get(id))
    const hours = path.reduce((sum, task) => sum + (task?.estimate_hours ?? Number.NaN), 0)
    const faults: readonly (readonly [boolean, string])[] = [
      [path.some((task, at) => at > 0 && !task?.depends_on.includes(critical_path[at - 1] ?? '')), 'is not a path'],
      [path.some((task) => !task?.critical || task.slack_hours !== 0), 'has slack'],
      [!isWithinTolerance(hours, critical_path_hours), `takes ${hours} hours, not ${critical_path_hours}`],
      [
        !isWithinTolerance(longestChainHours(tasks), critical_path_hours),
        `is not the longest chain, ${longestChainHours(tasks)} hours`,
      ],
      [makespan_hours < critical_path_hours, 'is longer than the whole plan'],
      [makespan_hours < lower_bound_hours, 'is in a plan shorter than its own lower bound'],
    ]
    return faults.filter(([wrong]) => wrong).map(([, what]) => `the critical path ${what}`)
  },
  ...WHOLE_PLAN_CHECKS,
}

/** To the quarter of an hour that estimates are rounded to. Of what is begun, the estimate may be what is left of it. */
function hasConsistentEstimates({ status = 'open', estimate_hours: hours, ...task }: PlanTask): boolean {
  const { optimistic_hours: least, pessimistic_hours: most } = task
  if (least === undefined || most === undefined) return true
  const likely = task.likely_hours ?? least
  const isBetween = hours >= least - 0.25 && hours <= most + 0.25
  return least > 0 && least <= likely && likely <= most && (isBetween || status !== 'open')
}

function findTaskDateViolations(
  { id, start, finish, estimate_hours }: PlanTask,
  calendar: Calendar,
): readonly string[] {
  const [from, to] = [calendar.hoursUntil(start), calendar.hoursUntil(finish)]
  return [
    ...(calendar.startAt(from) === start ? [] : [`${id} starts outside working time`]),
    ...(calendar.finishAt(to) === finish ? [] : [`${id} finishes outside working time`]),
    ...(isWithinTolerance(to - from, estimate_hours)
      ? []
      : [`${id} has ${to - from} hours for ${estimate_hours} hours of work`]),
  ]
}

function isWithinTolerance(a: number, b: number): boolean {
  return Math.abs(a - b) <= TOLERANCE_HOURS
}

/** By repeated relaxation, in whatever order: slower than the critical path method, and nothing like it. */
function longestChainHours(tasks: readonly PlanTask[]): number {
  const finishHours = new Map<string, number>()
  for (let round = 0, changed = true; changed && round <= tasks.length; round++) {
    changed = false
    for (const { id, depends_on, estimate_hours } of tasks) {
      const next = Math.max(0, ...depends_on.map((dependency) => finishHours.get(dependency) ?? 0)) + estimate_hours
      if (next !== finishHours.get(id)) changed = true
      finishHours.set(id, next)
    }
  }
  return Math.max(0, ...finishHours.values())
}
