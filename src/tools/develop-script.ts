import { z } from 'zod'
import type { ScriptResult } from '../agents/screenwriter/index.ts'
import { developScriptInput } from '../agents/screenwriter/input.ts'
import type { App } from '../app.ts'
import { countOf } from '../lib/text.ts'
import { withFiles } from './job-result.ts'
import { defineTool, UserError } from './tool.ts'

/** Results stay under 40,000 characters. */
const MAX_SCENE_CHARS = 30_000

export default defineTool({
  name: 'develop_script',
  title: 'Develop a screenplay',
  description:
    'Write a screenplay (film script, short film, TV pilot, commercial) from a concept, or revise your own: logline, characters, beats, outline, scenes, at the length asked for. Delivers Fountain, Final Draft (FDX), PDF and HTML files. Long work, saved as it is made: while the status is `running`, call again with its script_id.',
  input: developScriptInput,
  output: z.object({
    script_id: z.string(),
    status: z.enum(['running', 'complete', 'failed', 'stopped']),
    stage: z.string(),
    title: z.string().nullable(),
    logline: z.string().nullable(),
    theme: z.string().optional(),
    beats: z.array(z.object({ title: z.string(), summary: z.string(), pages: z.number() })).optional(),
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
    changes: z.string().optional(),
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
    files: z.array(z.string()).optional(),
    warnings: z.array(z.string()).optional(),
    next: z.string().optional(),
  }),
  hints: { readOnly: false, destructive: false, idempotent: false, openWorld: true },
  headline: describeScript,
  prose: ['next', 'fountain'],
  async run(input, { app, signal, progress }) {
    if (input.scene !== undefined) return readScene(app, input.script_id, input.scene)
    const screenwriter = await app.screenwriter()
    const result = await screenwriter.develop(input, { signal, onProgress: progress })
    return withFiles(app, 'develop_script', { kind: 'script', id: result.script_id }, result)
  },
})

interface ScriptState {
  readonly title: string | null
  readonly status: string
  readonly pages: number
  readonly target_pages: number
  readonly scenes: readonly unknown[]
}

function describeScript({ title, status, pages, target_pages, scenes }: ScriptState): string {
  const name = title === null ? 'The script' : `"${title}"`
  return `${name} is ${status}: ${pages} of ${target_pages} pages, ${countOf(scenes.length, 'scene')}.`
}

/** A scene of a saved script, so that clients without resources can read a long script. */
async function readScene(app: App, id: string | undefined, number: number): Promise<ScriptResult> {
  const screenwriter = await app.screenwriter()
  const script = id === undefined ? undefined : await screenwriter.get(id)
  if (id === undefined) throw new UserError('`scene` reads a scene of a saved script: give its script_id too.')
  if (script === undefined) throw new UserError(`There is no script "${id}".`)
  const text = await screenwriter.scene(id, number)
  if (text === undefined)
    throw new UserError(
      `There is no scene ${number} in this script yet: it has ${countOf(script.scenes.length, 'scene')}.`,
    )
  const place = `Scene ${number} of ${script.scenes.length}.`
  const rest = `It is too long for an answer: read script://${id}/scene/${number}, or the files of the finished script.`
  return {
    ...script,
    scenes: script.scenes.filter((scene) => scene.number === number),
    findings: script.findings.filter((finding) => finding.scene === number),
    fountain: text.slice(0, MAX_SCENE_CHARS),
    next: text.length > MAX_SCENE_CHARS ? `${place} ${rest}` : place,
  }
}
