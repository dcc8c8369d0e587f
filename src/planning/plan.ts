/**
 * A plan that can be carried out and exported: the fields of `plan_tasks`, and what a reader needs to check them. Hours
 * are working hours; `start`, `finish` and `at` are local `YYYY-MM-DDTHH:MM`.
 */
export interface Plan {
  readonly plan_id: string
  readonly goal: string
  readonly deliverables: readonly string[]
  readonly assumptions: readonly string[]
  /** How many of each role there are. */
  readonly team: readonly TeamMember[]
  readonly start_date: string
  readonly hours_per_day: number
  /** Days of the week that are worked, 1 Monday to 7 Sunday. Absent: Monday to Friday. */
  readonly working_days?: readonly number[] | undefined
  /** `YYYY-MM-DD`: dates that are not worked. */
  readonly holidays?: readonly string[] | undefined
  /** IANA, as `Europe/Paris`: where the local times are meant. Absent: wherever the reader is. */
  readonly time_zone?: string | undefined
  /** `YYYY-MM-DD`: what the plan was asked to keep to. */
  readonly deadline?: string | undefined
  readonly budget_usd?: number | undefined
  /** What an hour of a role costs, where it is known. */
  readonly rates?: Readonly<Record<string, number>> | undefined
  /** Hours times rates of all tasks; only where every role has a rate. */
  readonly cost?: number | undefined
  /** In order of their start. */
  readonly tasks: readonly PlanTask[]
  readonly milestones: readonly Milestone[]
  /** Ids of a longest chain of dependencies, in order. */
  readonly critical_path: readonly string[]
  /** What the dependencies alone would take; the team may make it more. */
  readonly critical_path_hours: number
  /** From the start to the last finish, with this team. */
  readonly makespan_hours: number
  /** No order of work is shorter with this team. */
  readonly lower_bound_hours: number
  readonly risks: readonly Risk[]
  readonly findings: readonly Finding[]
  /** When this version was made: ISO 8601, UTC. */
  readonly made_at: string
  /** Rises by one with every revision. */
  readonly revision: number
}

export interface TeamMember {
  readonly role: string
  readonly count: number
}

export interface PlanTask {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly role: string
  readonly estimate_hours: number
  /** Of three-point estimates: at least, most likely, at most. */
  readonly optimistic_hours?: number | undefined
  readonly likely_hours?: number | undefined
  readonly pessimistic_hours?: number | undefined
  /** What it helps to make. */
  readonly deliverable?: string | undefined
  /** Absent: open. What is done or started has the dates that it really had, not those of a schedule. */
  readonly status?: 'open' | 'started' | 'blocked' | 'done' | undefined
  /** What the estimate rests on. */
  readonly estimate_basis: string
  readonly depends_on: readonly string[]
  readonly priority: 'high' | 'medium' | 'low'
  /** How to tell that it is done. */
  readonly acceptance: string
  readonly start: string
  readonly finish: string
  /** How much later it may be without moving the end, if only the dependencies held it back. */
  readonly slack_hours: number
  readonly critical: boolean
}

export interface Milestone {
  readonly id: string
  readonly title: string
  /** The tasks that must be finished for it. */
  readonly depends_on: readonly string[]
  readonly at: string
}

export interface Risk {
  readonly risk: string
  readonly likelihood: 'low' | 'medium' | 'high'
  readonly impact: 'low' | 'medium' | 'high'
  readonly mitigation: string
}

/**
 * Something a reader should know: a limit that cannot be met (`error`), a repair that was made (`warn`), an assumption or
 * a fact (`info`). `code` is that of the check of a plan which it belongs to: P01 ids and titles, P02 dependencies, P03
 * cycles, P04 estimates, P05 dates, P06 people, P07 length, P12 cost, P14 deadline and budget.
 */
export interface Finding {
  readonly code: string
  readonly severity: 'error' | 'warn' | 'info'
  readonly message: string
}
