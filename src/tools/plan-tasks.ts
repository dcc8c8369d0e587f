import { z } from 'zod'
import { tool } from './tool.ts'

/** Below the 60 s after which many clients give up on a call. */
const WAIT_SECONDS = 45

export default tool({
  name: 'plan_tasks',
  title: 'Plan the work',
  description:
    'Turns a goal, or a screenplay by its script_id, into a plan that can be carried out: tasks with roles, hours, dependencies and dates, the critical path, milestones and risks. The model proposes; code checks and schedules. When the answer says `running`, call again with its plan_id.',
  input: z.object({
    goal: z.string().min(1).max(20_000).optional().describe('Or give script_id or plan_id.'),
    script_id: z.string().max(64).optional(),
    constraints: z
      .object({
        team: z
          .array(z.object({ role: z.string().min(1).max(100), count: z.int().min(1).max(1000) }))
          .max(50)
          .optional(),
        start_date: z.iso.date().optional(),
        deadline: z.iso.date().optional(),
        hours_per_day: z.number().min(1).max(24).optional(),
        budget_usd: z.number().min(0).optional(),
      })
      .optional(),
    detail: z.enum(['outline', 'standard', 'fine']).optional(),
    plan_id: z.string().max(64).optional().describe('Go on with, or wait for, an earlier one.'),
    notes: z.string().max(20_000).optional().describe('Revise the plan of plan_id.'),
    model: z.string().optional(),
    max_cost_usd: z.number().min(0).optional().describe('The job stops there with what it has.'),
    wait_seconds: z.number().min(0).max(3600).default(WAIT_SECONDS),
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
    return producer.plan(input, { signal, onProgress: progress })
  },
})
