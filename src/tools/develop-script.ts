import { z } from 'zod'
import { SCRIPT_FORMATS, SCRIPT_STAGES } from '../agents/screenwriter/input.ts'
import { withBudgetWarnings } from './budget-warnings.ts'
import { defineTool } from './tool.ts'

/** Below the 60 s after which many clients give up on a call. */
const WAIT_SECONDS = 45

export default defineTool({
  name: 'develop_script',
  title: 'Develop a screenplay',
  description:
    'Turns a concept, or your own script, into a properly formatted screenplay of the right length: logline, characters, beats, outline, scenes. Long work, saved as it is made: while it says `running`, call again with its script_id.',
  input: z.object({
    concept: z.string().min(1).max(20_000).optional().describe('What it is about, unless script_id or source says.'),
    title: z.string().max(200).optional(),
    format: z.enum(SCRIPT_FORMATS).optional().describe('Default: short.'),
    genre: z.string().max(200).optional(),
    tone: z.string().max(200).optional(),
    setting: z.string().max(500).optional(),
    characters: z.array(z.string().max(500)).max(40).optional(),
    language: z.string().max(60).optional(),
    target_pages: z.number().min(0.5).max(200).optional().describe('One page is about one minute.'),
    stop_after: z.enum(SCRIPT_STAGES).optional(),
    redo: z.enum(SCRIPT_STAGES).optional().describe('Make anew.'),
    script_id: z.string().max(64).optional().describe('Go on with, or wait for, an earlier one.'),
    source: z.string().max(2_000_000).optional().describe('Your own script, as Fountain or FDX.'),
    notes: z.string().max(20_000).optional().describe('Revise the script by these.'),
    model: z.string().optional(),
    max_cost_usd: z.number().min(0).optional().describe('The job stops there with what it has.'),
    wait_seconds: z.number().min(0).max(3600).default(WAIT_SECONDS),
  }),
  output: z.object({
    script_id: z.string(),
    status: z.enum(['running', 'complete', 'failed', 'stopped']),
    stage: z.string(),
    title: z.string().nullable(),
    logline: z.string().nullable(),
    characters: z.array(z.object({ name: z.string(), role: z.string(), want: z.string(), voice: z.string() })),
    scenes: z.array(
      z.object({
        number: z.int(),
        heading: z.string(),
        summary: z.string(),
        pages: z.number(),
        status: z.string(),
        model: z.string().optional(),
        attempts: z.int().optional(),
        cost_usd: z.number().nullable().optional(),
      }),
    ),
    pages: z.number(),
    target_pages: z.number(),
    findings: z.array(
      z.object({
        code: z.string(),
        severity: z.string(),
        message: z.string(),
        line: z.int().optional(),
        scene: z.int().optional(),
        fix: z.string().optional(),
      }),
    ),
    fountain: z.string().optional(),
    resource: z.string(),
    cost_usd: z.number().nullable(),
    calls: z.int(),
    models: z.array(z.string()),
    estimate: z
      .object({
        calls: z.array(z.int()),
        tokens: z.array(z.int()),
        cost_usd: z.array(z.number()).nullable(),
      })
      .optional(),
    next: z.string().optional(),
  }),
  hints: { readOnly: false, destructive: false, idempotent: false, openWorld: true },
  prose: ['fountain'],
  async run(input, { app, signal, progress }) {
    const screenwriter = await app.screenwriter()
    return withBudgetWarnings(app, await screenwriter.develop(input, { signal, onProgress: progress }))
  },
})
