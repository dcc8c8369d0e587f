/**
 * A plan as `plan_tasks` makes it and as the exports read it. Hours are working hours; `start`, `finish`, `ready` and `at`
 * are local `YYYY-MM-DDTHH:MM`, other dates `YYYY-MM-DD`.
 */
export interface Plan {
  readonly plan_id: string
  readonly goal: string
  readonly deliverables: readonly string[]
  readonly assumptions: readonly string[]
  /** The people of each role. */
  readonly team: readonly TeamMember[]
  readonly start_date: string
  readonly hours_per_day: number
  /** Days of the week that are worked, 1 Monday to 7 Sunday. Absent: Monday to Friday. */
  readonly working_days?: readonly number[] | undefined
  /** Dates that are not worked. */
  readonly holidays?: readonly string[] | undefined
  /** IANA name, as `Europe/Paris`, of the zone of all local times. Absent: the reader's own. */
  readonly time_zone?: string | undefined
  /** The date by which the plan was asked to be finished. */
  readonly deadline?: string | undefined
  readonly budget_usd?: number | undefined
  /** US dollars an hour by role, where they are known. */
  readonly rates?: Readonly<Record<string, number>> | undefined
  /** Costs that are not labour. */
  readonly costs?: readonly CostLine[] | undefined
  /** A reserve in percent of labour and costs together. */
  readonly contingency_percent?: number | undefined
  /** Labour at `rates`, `costs` and contingency together, in US dollars; only where every role has a rate. */
  readonly cost?: number | undefined
  /** In order of their start. */
  readonly tasks: readonly PlanTask[]
  readonly milestones: readonly Milestone[]
  /** Ids of a longest chain of dependencies, in order. */
  readonly critical_path: readonly string[]
  /** Working hours that the dependencies alone would take; the team may make it more. */
  readonly critical_path_hours: number
  /** Working hours from the start to the last finish, with this team. */
  readonly makespan_hours: number
  /** Working hours below which no order of work can be, with this team. */
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
  /** When the people of the role work. Absent: on the plan's working days, for its hours. */
  readonly availability?: Availability | undefined
}

/** When the people of a role work. A field that is absent is as in the plan. */
export interface Availability {
  /** Hours a week of each of them, spread evenly over their days. At most the plan's hours a day on each day. */
  readonly hours_per_week?: number | undefined
  /** Days of the week on which they work, 1 Monday to 7 Sunday. */
  readonly days?: readonly number[] | undefined
  /** First and last date on which they work. */
  readonly from?: string | undefined
  readonly until?: string | undefined
  /** Dates on which they do not work. */
  readonly dates_off?: readonly string[] | undefined
}

/** People of one role in a task, and how long each of them works on it. */
export interface RoleHours {
  readonly role: string
  readonly hours: number
  /** 1 unless given. */
  readonly count?: number | undefined
}

export interface PlanTask {
  readonly id: string
  readonly title: string
  readonly description: string
  /** The role that is responsible; does the work alone where `roles` is absent. */
  readonly role: string
  /** The people of every role on it. Work goes on while the people of all roles with hours left are at work. */
  readonly roles?: readonly RoleHours[] | undefined
  /** Working hours from its start to its finish: those of the role with the most. */
  readonly estimate_hours: number
  /** The bounds of a three-point estimate. */
  readonly optimistic_hours?: number | undefined
  readonly likely_hours?: number | undefined
  readonly pessimistic_hours?: number | undefined
  /** The deliverable that it helps to make. */
  readonly deliverable?: string | undefined
  /** Absent: open. Done and started tasks have the dates that they really had, not those of a schedule. */
  readonly status?: TaskStatus | undefined
  /** Working hours spent on it so far, where they are known. */
  readonly actual_hours?: number | undefined
  /** The reason for the estimate. */
  readonly estimate_basis: string
  readonly depends_on: readonly string[]
  /** Calendar days without work between its finish and its result, such as a permit, a delivery or an answer. */
  readonly lead_days?: number | undefined
  /** The first date on which it may start. */
  readonly not_before?: string | undefined
  /** Present: the task is one shift on one date, such as a shooting day. */
  readonly shift?: Shift | undefined
  readonly priority: 'high' | 'medium' | 'low'
  /** How to tell that it is done. */
  readonly acceptance: string
  readonly start: string
  readonly finish: string
  /** When its result is there: `lead_days` after its finish. Absent: at its finish. */
  readonly ready?: string | undefined
  /** Working hours that it may be later without moving the end, if only the dependencies held it back. */
  readonly slack_hours: number
  /** Working hours that it may be later without moving any other task, on the same condition. */
  readonly free_slack_hours?: number | undefined
  /** Working hours by which the plan would be shorter if this critical task took none. Absent: not critical, or not computed. */
  readonly drag_hours?: number | undefined
  readonly critical: boolean
}

export type TaskStatus = 'open' | 'started' | 'blocked' | 'done'

/** One whole working day on the clock: all people of the task are there from call to wrap, even after midnight. */
export interface Shift {
  /** `HH:MM`. */
  readonly call: string
  /** From call to wrap. */
  readonly hours: number
  /** From wrap to the next call of the same people; 11 unless given. */
  readonly turnaround_hours?: number | undefined
}

export interface Milestone {
  readonly id: string
  readonly title: string
  /** The tasks that must be finished for it. */
  readonly depends_on: readonly string[]
  readonly at: string
}

export interface CostLine {
  readonly item: string
  readonly usd: number
  /** The department or heading that it belongs to. */
  readonly department?: string | undefined
  /** When it is paid. Absent: not known. */
  readonly date?: string | undefined
}

export interface Risk {
  readonly risk: string
  readonly likelihood: 'low' | 'medium' | 'high'
  readonly impact: 'low' | 'medium' | 'high'
  readonly mitigation: string
}

/**
 * A fact for the reader: a limit that cannot be met (`error`), a fix that was made (`warn`), an assumption or a figure
 * (`info`). `code` is that of the check it belongs to, as listed by `PLAN_CHECKS` and `SHOOTING_CHECKS`.
 */
export interface Finding {
  readonly code: string
  readonly severity: 'error' | 'warn' | 'info'
  readonly message: string
}

/** The people of a task: its `roles`, or one person of its `role` for all its hours. */
export function rolesOf(task: Pick<PlanTask, 'role' | 'roles' | 'estimate_hours'>): readonly RoleHours[] {
  return task.roles ?? [{ role: task.role, hours: task.estimate_hours }]
}

/** When the result of a task is there, local. */
export function readyAt({ finish, ready }: Pick<PlanTask, 'finish' | 'ready'>): string {
  return ready ?? finish
}

/** The last finish of the tasks, local; undefined where there are none. */
export function lastFinish(tasks: readonly Pick<PlanTask, 'finish'>[]): string | undefined {
  return tasks
    .map(({ finish }) => finish)
    .toSorted()
    .at(-1)
}
