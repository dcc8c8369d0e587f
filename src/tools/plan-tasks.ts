import { z } from 'zod'
import { planTasksInput } from '../agents/producer/input.ts'
import { defineTool } from './tool.ts'

export default defineTool({
  name: 'plan_tasks',
  title: 'Plan the work',
  description:
    'Turns a goal, or a screenplay by its script_id, into a plan that can be carried out: tasks with roles, hours and dates, critical path, risks; of a screenplay the shooting schedule too. Code checks and schedules what the model proposes. While it says `running`, call again with its plan_id.',
  input: planTasksInput,
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
    return producer.plan(input, { signal, onProgress: progress })
  },
})
