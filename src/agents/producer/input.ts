import { z } from 'zod'
import { WAIT_SECONDS } from '../shared/wait.ts'
import type { Finding, Milestone, PlanTask, Risk } from './document.ts'

/** The input of `plan_tasks`, which is also the tool's schema. One of `goal`, `script_id` and `plan_id` is needed. */
export const planTasksInput = z.object({
  goal: z.string().min(1).max(20_000).optional(),
  script_id: z.string().max(64).optional(),
  constraints: z
    .object({
      team: z
        .array(z.object({ role: z.string().min(1).max(100), count: boundedNumber(z.int(), 1, 1000) }))
        .max(50)
        .optional(),
      start_date: z.iso.date().optional().describe('YYYY-MM-DD'),
      deadline: z.iso.date().optional().describe('YYYY-MM-DD'),
      hours_per_day: boundedNumber(z.number(), 1, 24).optional(),
      budget_usd: boundedNumber(z.number(), 0).optional(),
      day_rates: z
        .record(z.string().max(100), boundedNumber(z.number(), 0))
        .optional()
        .describe('USD, by role or cast.'),
      pages_per_day: boundedNumber(z.number(), 0.5, 20).optional(),
      time_zone: z.string().max(60).optional().describe("IANA; default: the machine's."),
    })
    .optional(),
  detail: z.enum(['outline', 'standard', 'fine']).optional(),
  plan_id: z.string().max(64).optional().describe('Continue, or wait for, an earlier one.'),
  notes: z.string().max(20_000).optional().describe('What to change in the existing plan.'),
  update: z
    .array(
      z.object({
        id: z.string().max(100),
        status: z.enum(['done', 'started', 'blocked', 'open']),
        hours_spent: boundedNumber(z.number(), 0, 100_000).optional(),
      }),
    )
    .max(500)
    .optional()
    .describe('Progress on tasks of plan_id.'),
  model: z.string().optional(),
  max_cost_usd: boundedNumber(z.number(), 0).optional().describe('The job stops there with what it has.'),
  wait_seconds: boundedNumber(z.number(), 0, 3600).default(WAIT_SECONDS),
})

/** The input before parsing, where a field with a default may be absent. */
export type PlanInput = z.input<typeof planTasksInput>

export type TaskUpdate = NonNullable<PlanInput['update']>[number]

/** Holds a number to its bounds without listing them in the schema, where they would cost tokens of every client. */
function boundedNumber<Schema extends z.ZodType<number>>(schema: Schema, min: number, max = Number.MAX_VALUE): Schema {
  return schema.refine(
    (value) => value >= min && value <= max,
    `Give ${max < Number.MAX_VALUE ? `${min} to ${max}` : `${min} or more`}.`,
  )
}

/** The result of `plan_tasks`. Fields of dates and hours are absent while there are no tasks. */
export interface PlanResult {
  plan_id: string
  status: 'running' | 'complete' | 'failed' | 'stopped'
  goal: string
  /** In order of their start. */
  tasks: (Omit<
    PlanTask,
    'deliverable' | 'optimistic_hours' | 'likely_hours' | 'pessimistic_hours' | 'free_slack_hours' | 'drag_hours'
  > & {
    /** The three points too: `4, 8 or 24 hours: two like it`. */
    estimate_basis: string
    depends_on: string[]
  })[]
  milestones: (Milestone & { depends_on: string[] })[]
  critical_path: string[]
  makespan_hours: number | null
  risks: Risk[]
  /** Limits that cannot be met first, then repairs, then assumptions and facts. */
  findings: Finding[]
  /** Mermaid; empty while there are no tasks. */
  gantt: string
  resource: string
  /** Null where part of it is not known. */
  cost_usd: number | null
  calls: number
  models: string[]
  /** The next step for the caller; for a finished plan, the tasks that can start now with their roles. */
  next?: string
}
