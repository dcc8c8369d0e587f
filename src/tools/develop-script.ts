import { z } from 'zod'
import { developScriptInput } from '../agents/screenwriter/input.ts'
import { defineTool } from './tool.ts'

export default defineTool({
  name: 'develop_script',
  title: 'Develop a screenplay',
  description:
    'Turns a concept, or your own script, into a properly formatted screenplay of the right length: logline, characters, beats, outline, scenes. Long work, saved as it is made: while it says `running`, call again with its script_id.',
  input: developScriptInput,
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
    return screenwriter.develop(input, { signal, onProgress: progress })
  },
})
