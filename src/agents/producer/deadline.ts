import { roundToHundredths } from '../../lib/round.ts'
import { type Calendar, criticalPath, openTasks, type TeamMember } from '../../planning/index.ts'
import { type Dated, dated, type Standing } from './dates.ts'
import type { DraftTask, Finding } from './document.ts'
import { SHOOTING } from './drafts.ts'
import { clip } from './text.ts'

export interface Situation {
  readonly drafts: readonly DraftTask[]
  readonly team: readonly TeamMember[]
  readonly calendar: Calendar
  readonly standing: Standing
}

/** Random schedules tried for each way out: there are many of them, and each only has to be good enough. */
const EFFORT = 40
/** People added, one after the other, before the finding says that more people do not help. */
const MOST_PEOPLE = 8

/**
 * P14: a deadline that cannot be met, by how much, and the cheapest remedies, each computed by a new schedule: one more
 * person of each role, the fewest additional people, and the least important tasks to drop.
 */
export function lateness(on: Situation, plan: Dated, deadline: string | undefined): readonly Finding[] {
  if (deadline === undefined) return []
  const there = on.calendar.hoursUntil(deadline)
  if (plan.makespan_hours <= there) return []
  const finish = on.calendar.finishAt(plan.makespan_hours).replace('T', ' ')
  const message = [
    `The deadline ${deadline} cannot be met with this plan: it finishes on ${finish}, ${time(plan.makespan_hours - there, on)} too late.`,
    people(on, plan, there),
    scope(on, there),
  ].join(' ')
  return [{ code: 'P14', severity: 'error', message }]
}

function people(on: Situation, plan: Dated, there: number): string {
  const chain = roundToHundredths(on.standing.from + plan.critical_path_hours)
  if (chain > there) {
    return `No team can meet it without cutting work: the longest chain of dependencies alone ends ${time(chain - there, on)} too late.`
  }
  const gains = onePersonMore(on, plan.makespan_hours)
  if (gains.length === 0) return 'One more person gains nothing, whatever the role.'
  const each = gains
    .slice(0, 4)
    .map(({ role, hours }) => `one more ${role} gains ${time(plan.makespan_hours - hours, on)}`)
  const enough = fewestPeople(on, plan.makespan_hours, there)
  const sum = enough ? `It is met with ${enough}.` : 'Even with more people of every role it is not met.'
  return `People: ${each.join(', ')}. ${sum}`
}

function onePersonMore(on: Situation, now: number): readonly { readonly role: string; readonly hours: number }[] {
  return on.team
    .map(({ role }) => ({ role, hours: lengthOf({ ...on, team: withOneMore(on.team, role) }) }))
    .filter(({ hours }) => hours < now)
    .toSorted((a, b) => a.hours - b.hours)
}

/**
 * Adds one person at a time to the role that gains most; where no single person gains time, to the busiest role, because
 * two people may gain it. Additions that prove unnecessary are removed. Undefined past `MOST_PEOPLE`.
 */
function fewestPeople(on: Situation, now: number, there: number): string | undefined {
  let added: readonly string[] = []
  const lengthWith = (roles: readonly string[]): number => lengthOf({ ...on, team: roles.reduce(withOneMore, on.team) })
  for (let hours = now; hours > there; hours = lengthWith(added)) {
    if (added.length === MOST_PEOPLE) return undefined
    const team = added.reduce(withOneMore, on.team)
    const [best] = onePersonMore({ ...on, team }, hours)
    added = [...added, best?.role ?? busiest(on.drafts, team)]
  }
  for (const role of new Set(added)) {
    for (let fewer = less(added, role); fewer.length < added.length && lengthWith(fewer) <= there; ) {
      added = fewer
      fewer = less(added, role)
    }
  }
  return [...Map.groupBy(added, (role) => role)].map(([role, all]) => `${all.length} more ${role}`).join(' and ')
}

function less(roles: readonly string[], role: string): readonly string[] {
  const at = roles.indexOf(role)
  return roles.filter((_, index) => index !== at)
}

/** The role with the most hours for each of its people. */
export function busiest(drafts: readonly DraftTask[], team: readonly TeamMember[]): string {
  const load = team.map(({ role, count }) => ({
    role,
    each: drafts.filter((task) => task.role === role).reduce((sum, task) => sum + task.estimate_hours, 0) / count,
  }))
  return load.toSorted((a, b) => b.each - a.each)[0]?.role ?? ''
}

function withOneMore(team: readonly TeamMember[], role: string): readonly TeamMember[] {
  return team.map((one) => (one.role === role ? { ...one, count: one.count + 1 } : one))
}

function scope(on: Situation, there: number): string {
  const gone = lessWork(
    on.drafts.filter((task) => canGo(task, on.standing)),
    (left) => {
      const drafts = without(on.drafts, left)
      return lengthOf({ ...on, drafts }, there) <= there
    },
  )
  if (gone === undefined) return 'Scope: even without every task that is not of high priority it is not met.'
  return `Scope: it is met without ${listed(gone)}.`
}

/** True if the task may be dropped: it has not started, is not of high priority, and is no day of shooting. */
export function canGo({ id, priority, deliverable }: DraftTask, { progress }: Standing): boolean {
  const { status = 'open' } = progress[id] ?? {}
  return priority !== 'high' && deliverable !== SHOOTING && (status === 'open' || status === 'blocked')
}

/**
 * The tasks to drop until the rest is `enough`: low priority first, then the longest; a task that turns out to fit is put
 * back. Undefined if dropping all of them is not enough.
 */
export function lessWork(
  candidates: readonly DraftTask[],
  enough: (gone: ReadonlySet<string>) => boolean,
): readonly DraftTask[] | undefined {
  const inOrder = candidates.toSorted(
    (a, b) => Number(b.priority === 'low') - Number(a.priority === 'low') || b.estimate_hours - a.estimate_hours,
  )
  const idsOf = (tasks: readonly DraftTask[]): ReadonlySet<string> => new Set(tasks.map(({ id }) => id))
  if (!enough(idsOf(inOrder))) return undefined
  const some = inOrder.findIndex((_, at) => enough(idsOf(inOrder.slice(0, at + 1))))
  let gone: readonly DraftTask[] = inOrder.slice(0, some + 1)
  for (const task of gone.toReversed()) {
    const fewer = gone.filter((one) => one !== task)
    if (enough(idsOf(fewer))) gone = fewer
  }
  return gone
}

/** The plan without the dropped tasks. Their dependents get their dependencies. */
function without(drafts: readonly DraftTask[], gone: ReadonlySet<string>): readonly DraftTask[] {
  const byId = new Map(drafts.map((task) => [task.id, task]))
  const left = (ids: readonly string[]): string[] => {
    const kept = ids.flatMap((id) => (gone.has(id) ? left(byId.get(id)?.depends_on ?? []) : [id]))
    return [...new Set(kept)]
  }
  return drafts.filter(({ id }) => !gone.has(id)).map((task) => ({ ...task, depends_on: left(task.depends_on) }))
}

export function listed(tasks: readonly DraftTask[]): string {
  const names = tasks.slice(0, 6).map(({ id, title, priority }) => `${id} (${clip(title, 50)}; ${priority})`)
  return [...names, ...(tasks.length > 6 ? [`${tasks.length - 6} more`] : [])].join(', ')
}

/** The finish in working hours. Where the dependencies alone take longer than `most`, their length is the result. */
function lengthOf(on: Situation, most = Number.POSITIVE_INFINITY): number {
  const chain = on.standing.from + criticalPath(openTasks(on.drafts, on.standing.progress)).makespan
  return chain > most ? chain : dated(on.drafts, { ...on, effort: EFFORT }).makespan_hours
}

function time(hours: number, { calendar }: Situation): string {
  const days = roundToHundredths(hours / calendar.hoursPerDay)
  return `${roundToHundredths(hours)} working hours (${days} ${days === 1 ? 'day' : 'days'})`
}
