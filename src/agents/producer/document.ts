import { z } from 'zod'
import { PublishedShooting, Scene, Shooting, Suggested } from './shooting-shapes.ts'

/** Zod shapes of the saved document of a plan. An absent part has not been made yet. */
const Detail = z.enum(['outline', 'standard', 'fine'])

const team = z.array(z.object({ role: z.string(), count: z.number() }))
export type Constraints = z.infer<typeof Constraints>
const Constraints = z.object({
  team: team.optional(),
  start_date: z.string().optional(),
  deadline: z.string().optional(),
  hours_per_day: z.number().optional(),
  budget_usd: z.number().optional(),
  day_rates: z.record(z.string(), z.number()).optional(),
  pages_per_day: z.number().optional(),
  time_zone: z.string().optional(),
})

/** A task before its estimate. */
export type NamedTask = z.infer<typeof NamedTask>
const NamedTask = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  role: z.string(),
  depends_on: z.array(z.string()),
  priority: z.enum(['high', 'medium', 'low']),
  acceptance: z.string(),
  /** The id of its deliverable. */
  deliverable: z.string(),
})

/** A three-point estimate in working hours of one person, and its basis. */
export type Estimate = z.infer<typeof Estimate>
export const Estimate = z.object({
  optimistic_hours: z.number(),
  likely_hours: z.number(),
  pessimistic_hours: z.number(),
  estimate_basis: z.string(),
})

export type DraftTask = z.infer<typeof DraftTask>
/** `estimate_hours` is the expected value, to the quarter of an hour: (optimistic + 4 likely + pessimistic) / 6. */
const DraftTask = z.object({ ...NamedTask.shape, ...Estimate.shape, estimate_hours: z.number() })

const Status = z.enum(['open', 'started', 'blocked', 'done'])
export type PlanTask = z.infer<typeof PlanTask>
const PlanTask = z.object({
  ...DraftTask.shape,
  status: Status,
  /** Hours spent so far, if reported. */
  actual_hours: z.number().optional(),
  start: z.string(),
  finish: z.string(),
  slack_hours: z.number(),
  free_slack_hours: z.number().optional(),
  drag_hours: z.number().optional(),
  critical: z.boolean(),
})

export type Milestone = z.infer<typeof Milestone>
const Milestone = z.object({ id: z.string(), title: z.string(), depends_on: z.array(z.string()), at: z.string() })
const level = z.enum(['low', 'medium', 'high'])
export type Risk = z.infer<typeof Risk>
export const Risk = z.object({ risk: z.string(), likelihood: level, impact: level, mitigation: z.string() })
export type Finding = z.infer<typeof Finding>
const Finding = z.object({ code: z.string(), severity: z.enum(['error', 'warn', 'info']), message: z.string() })

const Deliverable = z.object({ id: z.string(), title: z.string() })

/** The exported plan: a plan of `showrunner/planning` with the Producer's own fields. */
export type KeptPlan = z.infer<typeof KeptPlan>
export const KeptPlan = z.object({
  plan_id: z.string(),
  goal: z.string(),
  deliverables: z.array(z.string()),
  assumptions: z.array(z.string()),
  team,
  start_date: z.string(),
  hours_per_day: z.number(),
  /** IANA name: all local times are of this zone. */
  time_zone: z.string().optional(),
  deadline: z.string().optional(),
  budget_usd: z.number().optional(),
  tasks: z.array(PlanTask),
  milestones: z.array(Milestone),
  critical_path: z.array(z.string()),
  critical_path_hours: z.number(),
  makespan_hours: z.number(),
  lower_bound_hours: z.number(),
  risks: z.array(Risk),
  findings: z.array(Finding),
  shooting: PublishedShooting.optional(),
  made_at: z.string(),
  revision: z.number(),
})

export type Scope = z.infer<typeof Scope>
const Scope = z.object({ deliverables: z.array(Deliverable), assumptions: z.array(z.string()), roles: team })

/** Tasks as the model gave them, answer by answer, until all answers are there. */
export type Proposed = z.infer<typeof Proposed>
const Proposed = NamedTask
export type Proposal = z.infer<typeof Proposal>
const Proposal = z.object({
  /** Answers so far. */
  answers: z.number(),
  tasks: z.array(Proposed),
  /** The role that shoots, and the model's tasks before the first day of shooting. */
  shooting: z.object({ role: z.string(), task_ids: z.array(z.string()) }).optional(),
})

/** One answer: the tasks of some of the deliverables. */
export interface TasksAnswer {
  readonly tasks: readonly Proposed[]
  readonly shooting?: { readonly role: string; readonly task_ids: readonly string[] } | undefined
}

/** The tasks after the fixes by code. */
export type Named = z.infer<typeof Named>
const Named = z.object({
  tasks: z.array(NamedTask),
  /** The role that shoots, and the tasks before the first day of shooting. */
  shooting: z.object({ role: z.string(), before: z.array(z.string()) }).optional(),
  findings: z.array(Finding),
})

const Estimates = z.object({
  /** Ids that have been estimated in this revision. */
  done: z.array(z.string()),
  by_id: z.record(z.string(), Estimate),
  findings: z.array(Finding),
})

const Elements = z.object({
  /** Scenes that the model was asked about. */
  done: z.array(z.number()),
  list: z.array(Suggested),
  findings: z.array(Finding),
})

export type Outlook = z.infer<typeof Outlook>
const Outlook = z.object({
  risks: z.array(Risk),
  milestones: z.array(Milestone.omit({ at: true })),
  findings: z.array(Finding),
})

/** The latest report on a task. `at` (reported) and `since` (first started) are ISO 8601 in UTC. */
export type Progress = z.infer<typeof Progress>
const Progress = z.object({
  status: Status,
  hours: z.number().optional(),
  at: z.string(),
  since: z.string(),
})

export type PlanDocument = z.infer<typeof PlanDocument>
export const PlanDocument = z.object({
  goal: z.string(),
  script_id: z.string().optional(),
  /** The facts of production that the screenplay states. */
  script_facts: z.string().optional(),
  scenes: z.array(Scene),
  /** The shooting schedule of the scenes; absent where there are none. */
  shooting: Shooting.optional(),
  constraints: Constraints,
  detail: Detail,
  model: z.string(),
  cap_micro_usd: z.number().optional(),
  /** `YYYY-MM-DD`: what "today" means where no start date is given. */
  created_on: z.string(),
  /** IANA name of the zone in which dates and `created_on` are meant; UTC for plans made before it was kept. */
  time_zone: z.string().optional(),
  revision: z.number(),
  /** The requested changes of the tasks, until they are applied. */
  notes: z.string().optional(),
  /** The last notes given, kept because a client that waits for a revision may send them again. */
  last_notes: z.string().optional(),
  scope: Scope.optional(),
  proposal: Proposal.optional(),
  named: Named.optional(),
  estimates: Estimates.optional(),
  elements: Elements.optional(),
  outlook: Outlook.optional(),
  plan: KeptPlan.optional(),
  /** The latest report on each task, by id. */
  progress: z.record(z.string(), Progress),
  /** All updates, oldest first. */
  log: z.array(z.object({ id: z.string(), ...Progress.omit({ since: true }).shape })),
  /** Earlier versions, oldest first. */
  history: z.array(KeptPlan),
  /** Ids of the applied changes, so that each is applied once. */
  changes: z.array(z.string()),
  spent: z.object({ calls: z.number(), microUsd: z.number(), unpriced: z.number(), models: z.array(z.string()) }),
})
