import { z } from 'zod'
import { withBudgetWarnings } from './budget-warnings.ts'
import { defineTool } from './tool.ts'

/** Below the 60 s after which many clients give up on a call. */
const WAIT_SECONDS = 45

/** Holds a number to its bounds without a word of them in the tool list, where they would cost tokens and help nobody. */
function boundedNumber<Schema extends z.ZodType<number>>(schema: Schema, min: number, max = Number.MAX_VALUE): Schema {
  return schema.refine(
    (value) => value >= min && value <= max,
    `Give ${max < Number.MAX_VALUE ? `${min} to ${max}` : `${min} or more`}.`,
  )
}

export default defineTool({
  name: 'plan_tasks',
  title: 'Plan the work',
  description:
    'Turns a goal, or a screenplay by its script_id, into a plan that can be carried out: tasks with roles, hours and dates, critical path, risks; of a screenplay the shooting schedule too. Code checks and schedules what the model proposes. While it says `running`, call again with its plan_id.',
  input: z.object({
    goal: z.string().min(1).max(20_000).optional(),
    script_id: z.string().max(64).optional(),
    constraints: z
      .object({
        team: z
          .array(z.object({ role: z.string().min(1).max(100), count: boundedNumber(z.int(), 1, 1000) }))
          .max(50)
          .optional(),
        start_date: z.iso.date().optional(),
        deadline: z.iso.date().optional(),
        hours_per_day: boundedNumber(z.number(), 1, 24).optional(),
        budget_usd: boundedNumber(z.number(), 0).optional(),
        day_rates: z
          .record(z.string().max(100), boundedNumber(z.number(), 0))
          .optional()
          .describe('USD, by role or cast.'),
        pages_per_day: boundedNumber(z.number(), 0.5, 20).optional(),
      })
      .optional(),
    detail: z.enum(['outline', 'standard', 'fine']).optional(),
    plan_id: z.string().max(64).optional().describe('An earlier one.'),
    notes: z.string().max(20_000).optional().describe('Revise it.'),
    update: z
      .array(
        z.object({
          id: z.string().max(100),
          status: z.enum(['done', 'started', 'blocked', 'open']),
          hours_spent: boundedNumber(z.number(), 0, 100_000).optional(),
        }),
      )
      .max(500)
      .optional(),
    model: z.string().optional(),
    max_cost_usd: boundedNumber(z.number(), 0).optional().describe('Stops there.'),
    wait_seconds: boundedNumber(z.number(), 0, 3600).default(WAIT_SECONDS),
  }),
  output: z.object({
    plan_id: z.string(),
    status: z.enum(['running', 'complete', 'failed', 'stopped']),
    goal: z.string(),
    tasks: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        description: z.string(),
        role: z.string(),
        estimate_hours: z.number(),
        estimate_basis: z.string(),
        status: z.string(),
        actual_hours: z.number().optional(),
        depends_on: z.array(z.string()),
        priority: z.string(),
        acceptance: z.string(),
        start: z.string(),
        finish: z.string(),
        slack_hours: z.number(),
        critical: z.boolean(),
      }),
    ),
    milestones: z.array(
      z.object({ id: z.string(), title: z.string(), depends_on: z.array(z.string()), at: z.string() }),
    ),
    critical_path: z.array(z.string()),
    makespan_hours: z.number().nullable(),
    risks: z.array(z.object({ risk: z.string(), likelihood: z.string(), impact: z.string(), mitigation: z.string() })),
    findings: z.array(z.object({ code: z.string(), severity: z.string(), message: z.string() })),
    gantt: z.string().describe('Mermaid.'),
    resource: z.string(),
    cost_usd: z.number().nullable(),
    calls: z.int(),
    models: z.array(z.string()),
    next: z.string().optional(),
  }),
  hints: { readOnly: false, destructive: false, idempotent: false, openWorld: true },
  prose: ['gantt'],
  async run(input, { app, signal, progress }) {
    const producer = await app.producer()
    return withBudgetWarnings(app, await producer.plan(input, { signal, onProgress: progress }))
  },
})
