import { z } from 'zod'
import type { Plan, Milestone as PlanMilestone, Risk as PlanRisk, PlanTask } from '../../planning/index.ts'

/** What `plan_tasks` takes. One of `goal`, `script_id` and `plan_id` is needed. Dates are `YYYY-MM-DD`. */
export interface PlanInput {
  readonly goal?: string | undefined
  /** Plan the making of this screenplay. */
  readonly script_id?: string | undefined
  readonly constraints?: ConstraintsInput | undefined
  /** About 6-10, 12-25 or 25-50 tasks; `standard` unless given. */
  readonly detail?: Detail | undefined
  /** Go on with, wait for, or revise an earlier plan. */
  readonly plan_id?: string | undefined
  /** What to change in the plan of `plan_id`. */
  readonly notes?: string | undefined
  readonly model?: string | undefined
  /** The most that all work on this plan together may cost; the job stops there with what it has. */
  readonly max_cost_usd?: number | undefined
  /** How long to wait before answering `running`; 45 unless given. */
  readonly wait_seconds?: number | undefined
}

interface ConstraintsInput {
  readonly team?: readonly { readonly role: string; readonly count: number }[] | undefined
  readonly start_date?: string | undefined
  readonly deadline?: string | undefined
  /** 8 unless given. */
  readonly hours_per_day?: number | undefined
  readonly budget_usd?: number | undefined
}

/** What `plan_tasks` gives. While there are no tasks, nothing is known of how long they take. */
export interface PlanResult {
  plan_id: string
  status: 'running' | 'complete' | 'failed' | 'stopped'
  goal: string
  /** In order of their start. */
  tasks: (Omit<PlanTask, 'depends_on' | 'estimate_basis'> & { depends_on: string[] })[]
  milestones: (Omit<PlanMilestone, 'depends_on'> & { depends_on: string[] })[]
  critical_path: string[]
  makespan_hours: number | null
  risks: PlanRisk[]
  /** What cannot be met first, then repairs, then assumptions and facts. */
  findings: Finding[]
  /** Mermaid; empty while there are no tasks. */
  gantt: string
  resource: string
  /** Null where part of it is not known. */
  cost_usd: number | null
  calls: number
  models: string[]
  next?: string
}

const Detail = z.enum(['outline', 'standard', 'fine'])
type Detail = z.infer<typeof Detail>

const team = z.array(z.object({ role: z.string(), count: z.number() }))
export type Constraints = z.infer<typeof Constraints>
const Constraints = z.object({
  team: team.optional(),
  start_date: z.string().optional(),
  deadline: z.string().optional(),
  hours_per_day: z.number().optional(),
  budget_usd: z.number().optional(),
})

const Task = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  role: z.string(),
  estimate_hours: z.number(),
  estimate_basis: z.string(),
  depends_on: z.array(z.string()),
  priority: z.enum(['high', 'medium', 'low']),
  acceptance: z.string(),
  start: z.string(),
  finish: z.string(),
  slack_hours: z.number(),
  critical: z.boolean(),
})
const DraftTask = Task.omit({ start: true, finish: true, slack_hours: true, critical: true })
const Milestone = z.object({ id: z.string(), title: z.string(), depends_on: z.array(z.string()), at: z.string() })
const level = z.enum(['low', 'medium', 'high'])
export const Risk = z.object({ risk: z.string(), likelihood: level, impact: level, mitigation: z.string() })
export type Finding = z.infer<typeof Finding>
const Finding = z.object({ code: z.string(), severity: z.enum(['error', 'warn', 'info']), message: z.string() })

const KeptPlan: z.ZodType<Plan> = z.object({
  plan_id: z.string(),
  goal: z.string(),
  deliverables: z.array(z.string()),
  assumptions: z.array(z.string()),
  team,
  start_date: z.string(),
  hours_per_day: z.number(),
  tasks: z.array(Task),
  milestones: z.array(Milestone),
  critical_path: z.array(z.string()),
  critical_path_hours: z.number(),
  makespan_hours: z.number(),
  lower_bound_hours: z.number(),
  risks: z.array(Risk),
  findings: z.array(Finding),
  made_at: z.string(),
  revision: z.number(),
})

/** The work as the model proposed it and code put it right: everything that dates are computed from. */
export type Work = z.infer<typeof Work>
const Work = z.object({
  deliverables: z.array(z.string()),
  assumptions: z.array(z.string()),
  roles: team,
  tasks: z.array(DraftTask),
  findings: z.array(Finding),
})

export type Outlook = z.infer<typeof Outlook>
const Outlook = z.object({
  risks: z.array(Risk),
  milestones: z.array(Milestone.omit({ at: true })),
  findings: z.array(Finding),
})

/** A task of shooting that the screenplay itself dictates. */
export type ShootingBlock = z.infer<typeof ShootingBlock>
const ShootingBlock = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  pages: z.number(),
})

/** What is kept of a plan while and after it is made. A part that is absent has not been made yet. */
export type PlanDocument = z.infer<typeof PlanDocument>
export const PlanDocument = z.object({
  goal: z.string(),
  script_id: z.string().optional(),
  /** What the screenplay says of its production. */
  script_facts: z.string().optional(),
  blocks: z.array(ShootingBlock),
  constraints: Constraints,
  detail: Detail,
  model: z.string(),
  cap_micro_usd: z.number().optional(),
  /** `YYYY-MM-DD`: what "today" means where no start date is given. */
  created_on: z.string(),
  revision: z.number(),
  /** What is to be changed in `work`, until it is. */
  notes: z.string().optional(),
  /** The notes as they were last given: a client that waits for a revision may send them along again. */
  last_notes: z.string().optional(),
  work: Work.optional(),
  outlook: Outlook.optional(),
  plan: KeptPlan.optional(),
  /** Earlier versions, oldest first. */
  history: z.array(KeptPlan),
  /** Ids of the changes that were taken in, so that each is taken in once. */
  changes: z.array(z.string()),
  spent: z.object({ calls: z.number(), microUsd: z.number(), unpriced: z.number(), models: z.array(z.string()) }),
})
