import { z } from 'zod'
import { planTasksInput } from '../agents/producer/input.ts'
import { countOf } from '../lib/text.ts'
import { withFiles } from './job-result.ts'
import { defineTool } from './tool.ts'

export default defineTool({
  name: 'plan_tasks',
  title: 'Plan the work',
  description:
    'Turn a goal, or a screenplay by its script_id, into a plan: tasks with roles, hours and dates, a schedule (Gantt chart), critical path, costs and risks; for a screenplay also the shooting schedule, strip board, day out of days and call sheets. The model proposes, code checks and schedules. While the status is `running`, call again with its plan_id.',
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
    files: z.array(z.string()).optional(),
    warnings: z.array(z.string()).optional(),
    next: z.string().optional(),
  }),
  hints: { readOnly: false, destructive: false, idempotent: false, openWorld: true },
  headline: describePlan,
  prose: ['next'],
  async run(input, { app, signal, progress }) {
    const producer = await app.producer()
    const result = await producer.plan(input, { signal, onProgress: progress })
    return withFiles(app, 'plan_tasks', { kind: 'plan', id: result.plan_id }, result)
  },
})

interface PlanState {
  readonly status: string
  readonly tasks: readonly unknown[]
  readonly makespan_hours: number | null
  readonly findings: readonly { readonly severity: string; readonly message: string }[]
}

function describePlan({ status, tasks, makespan_hours: hours, findings }: PlanState): string {
  const length = hours === null ? '' : `, ${hours} working hours from first to last`
  const problem = findings.find(({ severity }) => severity === 'error')?.message
  return [`The plan is ${status}: ${countOf(tasks.length, 'task')}${length}.`, problem].filter(Boolean).join(' ')
}
