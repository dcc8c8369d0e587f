import type { Finding, Milestone, PlanTask, Risk } from './document.ts'

/** What `plan_tasks` takes. One of `goal`, `script_id` and `plan_id` is needed. Dates are `YYYY-MM-DD`. */
export interface PlanInput {
  readonly goal?: string | undefined
  /** Plan the making of this screenplay. */
  readonly script_id?: string | undefined
  readonly constraints?: ConstraintsInput | undefined
  /** About 6-10, 12-25 or 25-50 tasks; `standard` unless given. */
  readonly detail?: 'outline' | 'standard' | 'fine' | undefined
  /** Go on with, wait for, revise or update an earlier plan. */
  readonly plan_id?: string | undefined
  /** What to change in the plan of `plan_id`. */
  readonly notes?: string | undefined
  /** What has become of tasks of `plan_id`. Asks nothing of a model. */
  readonly update?: readonly TaskUpdate[] | undefined
  readonly model?: string | undefined
  /** The most that all work on this plan together may cost; the job stops there with what it has. */
  readonly max_cost_usd?: number | undefined
  /** How long to wait before answering `running`; 45 unless given. */
  readonly wait_seconds?: number | undefined
}

export interface TaskUpdate {
  readonly id: string
  /** `open` takes an earlier word back. */
  readonly status: 'done' | 'started' | 'blocked' | 'open'
  /** Working hours spent on it so far, all together. */
  readonly hours_spent?: number | undefined
}

interface ConstraintsInput {
  readonly team?: readonly { readonly role: string; readonly count: number }[] | undefined
  readonly start_date?: string | undefined
  readonly deadline?: string | undefined
  /** 8 unless given. */
  readonly hours_per_day?: number | undefined
  readonly budget_usd?: number | undefined
  /** US dollars a day for one person of a role, or for a member of the cast. */
  readonly day_rates?: Readonly<Record<string, number>> | undefined
  /** Pages of a screenplay shot in a day; 5 unless given. */
  readonly pages_per_day?: number | undefined
}

/** What `plan_tasks` gives. While there are no tasks, nothing is known of how long they take. */
export interface PlanResult {
  plan_id: string
  status: 'running' | 'complete' | 'failed' | 'stopped'
  goal: string
  /** In order of their start. */
  tasks: (Omit<PlanTask, 'deliverable' | 'optimistic_hours' | 'likely_hours' | 'pessimistic_hours'> & {
    /** The three points too: `4, 8 or 24 hours: two like it`. */
    estimate_basis: string
    depends_on: string[]
  })[]
  milestones: (Milestone & { depends_on: string[] })[]
  critical_path: string[]
  makespan_hours: number | null
  risks: Risk[]
  /** What cannot be met first, then repairs, then assumptions and facts. */
  findings: Finding[]
  /** Mermaid; empty while there are no tasks. */
  gantt: string
  resource: string
  /** Null where part of it is not known. */
  cost_usd: number | null
  calls: number
  models: string[]
  /** How to go on; of a finished plan, what can start now and for whom. */
  next?: string
}
