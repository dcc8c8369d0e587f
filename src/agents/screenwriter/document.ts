import { z } from 'zod'
import { NOTHING_SPENT } from '../ask.ts'
import { FORMATS, type ScriptInput, SHAPES, STAGES, type Stage } from './input.ts'

/** Everything that is kept of a script: what was asked, each stage as it was finished, and what it has cost. */
export type Document = z.infer<typeof Document>

const Brief = z
  .object({
    concept: z.string(),
    title: z.string().optional(),
    format: z.enum(FORMATS),
    genre: z.string().optional(),
    tone: z.string().optional(),
    setting: z.string().optional(),
    characters: z.array(z.string()).readonly().optional(),
    language: z.string().optional(),
    target_pages: z.number(),
    /** Wishes that came later, while it was not complete. */
    notes: z.array(z.string()).readonly(),
  })
  .readonly()

const Character = z.object({ name: z.string(), role: z.string(), want: z.string(), voice: z.string() }).readonly()
export type Character = z.infer<typeof Character>

const Beat = z.object({ title: z.string(), summary: z.string(), pages: z.number() }).readonly()
export type Beat = z.infer<typeof Beat>

const SceneElement = z.discriminatedUnion('type', [
  z.object({ type: z.literal('action'), text: z.string() }).readonly(),
  z
    .object({
      type: z.literal('dialogue'),
      speaker: z.string(),
      parenthetical: z.string().nullable(),
      text: z.string(),
    })
    .readonly(),
  z.object({ type: z.literal('transition'), text: z.string() }).readonly(),
])
export type SceneElement = z.infer<typeof SceneElement>

const Scene = z
  .object({
    heading: z.string(),
    summary: z.string(),
    characters: z.array(z.string()).readonly(),
    /** Its share of the target, as outlined; all shares together make the target. */
    pages: z.number(),
    /** What is written of it, in order. Empty: nothing yet. */
    elements: z.array(SceneElement).readonly(),
    /** Questions asked to write it so far. */
    passes: z.number(),
    done: z.boolean(),
  })
  .readonly()
export type Scene = z.infer<typeof Scene>

const Revision = z
  .object({
    notes: z.string(),
    /** Scene numbers still to be rewritten; absent: not yet known which. */
    left: z.array(z.number()).readonly().optional(),
  })
  .readonly()

const Spent = z
  .object({ calls: z.number(), microUsd: z.number(), unpriced: z.number(), models: z.array(z.string()).readonly() })
  .readonly()

export const Document = z
  .object({
    id: z.string(),
    brief: Brief,
    model: z.string(),
    capMicroUsd: z.number().optional(),
    until: z.enum(STAGES),
    story: z.object({ title: z.string(), logline: z.string(), theme: z.string() }).readonly().optional(),
    characters: z.array(Character).readonly().optional(),
    beats: z.array(Beat).readonly().optional(),
    /** Complete when it has as many batches as its plan. */
    outline: z
      .object({ batches: z.number(), scenes: z.array(Scene).readonly() })
      .readonly()
      .optional(),
    outlined: z.boolean(),
    revision: Revision.optional(),
    /** Earlier versions of the scenes, the newest last, each with the notes that ended it. */
    versions: z.array(z.object({ notes: z.string(), scenes: z.array(Scene).readonly() }).readonly()).readonly(),
    spent: Spent,
  })
  .readonly()

export function newDocument(id: string, input: ScriptInput & { readonly concept: string }): Document {
  const format = input.format ?? 'short'
  const { concept, title, genre, tone, setting, characters, language, notes } = input
  return {
    id,
    brief: {
      concept,
      format,
      ...(title !== undefined && { title }),
      ...(genre !== undefined && { genre }),
      ...(tone !== undefined && { tone }),
      ...(setting !== undefined && { setting }),
      ...(characters !== undefined && { characters }),
      ...(language !== undefined && { language }),
      target_pages: input.target_pages ?? SHAPES[format].pages,
      notes: notes === undefined ? [] : [notes],
    },
    model: input.model ?? 'auto',
    ...(input.max_cost_usd !== undefined && { capMicroUsd: Math.round(input.max_cost_usd * 1_000_000) }),
    until: input.stop_after ?? 'script',
    outlined: false,
    versions: [],
    spent: NOTHING_SPENT,
  }
}

/** Earlier versions kept, so that a document does not grow without a bound. */
const VERSIONS = 5

/** What a later call changes of a saved script: the model, the cap, how far to go, and notes. */
export function takenUp(document: Document, input: ScriptInput): Document {
  const until = input.stop_after ?? (isReached(document, document.until) ? 'script' : document.until)
  const taken: Document = {
    ...document,
    until,
    ...(input.model !== undefined && { model: input.model }),
    ...(input.max_cost_usd !== undefined && { capMicroUsd: Math.round(input.max_cost_usd * 1_000_000) }),
  }
  if (input.notes === undefined) return taken
  if (!isReached(document, 'script')) {
    return { ...taken, brief: { ...taken.brief, notes: [...taken.brief.notes, input.notes] } }
  }
  const version = { notes: input.notes, scenes: document.outline?.scenes ?? [] }
  return {
    ...taken,
    until: 'script',
    revision: { notes: input.notes },
    versions: [...document.versions, version].slice(-VERSIONS),
  }
}

/** Is everything up to and with a stage finished? */
export function isReached(document: Document, stage: Stage): boolean {
  const at = STAGES.indexOf(stageOf(document))
  return at > STAGES.indexOf(stage) || (stage === 'script' && isWritten(document) && document.revision === undefined)
}

/** The stage that is in work, or the last one. */
export function stageOf({ story, characters, beats, outlined }: Document): Stage {
  if (!story) return 'logline'
  if (!characters) return 'characters'
  if (!beats) return 'beats'
  return outlined ? 'script' : 'outline'
}

function isWritten({ outlined, outline }: Document): boolean {
  return outlined && outline?.scenes.every((scene) => scene.done) === true
}
