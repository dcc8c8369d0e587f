import { type RoleCalendar, roleCalendars } from '../calendar/availability.ts'
import { type Calendar, calendarOf } from '../calendar/working-calendar.ts'
import type { Plan } from '../plan.ts'

/** A rule that a finished plan or schedule must keep. */
export interface Check<T, Context> {
  /** `P01` to `P99`. */
  readonly id: string
  readonly title: string
  /** The rule as a sentence. */
  readonly checks: string
  /** The problems, a sentence each; none where the rule is kept. */
  find(subject: T, context: Context): readonly string[]
}

export type PlanCheck = Check<Plan, PlanContext>

/** The calendars of a plan, as every check needs them. */
export interface PlanContext {
  readonly calendar: Calendar
  readonly roles: ReadonlyMap<string, RoleCalendar>
}

/** A rule that is broken. `check` is the id of the rule. */
export interface Violation {
  readonly check: string
  readonly message: string
}

export function planContext(plan: Plan): PlanContext {
  const calendar = calendarOf(plan)
  return { calendar, roles: roleCalendars(plan.team, calendar) }
}

export function runChecks<T, Context>(
  checks: readonly Check<T, Context>[],
  subject: T,
  context: Context,
): readonly Violation[] {
  return checks.flatMap(({ id, find }) => find(subject, context).map((message) => ({ check: id, message })))
}

/** A minute, in hours: the precision of a date. */
export const MINUTE_HOURS = 1.01 / 60

/** Equal to the minute. */
export function isSameHours(a: number, b: number): boolean {
  return Math.abs(a - b) <= MINUTE_HOURS
}
