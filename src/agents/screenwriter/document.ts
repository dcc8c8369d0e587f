import { z } from 'zod'
import { TAG_CATEGORIES } from '../../screenplay/tags.ts'
import type { ScriptElement, TitleEntry } from '../../screenplay/types.ts'
import { SCRIPT_FORMATS, SCRIPT_STAGES } from './input.ts'

/**
 * Everything that is kept of a script: what was asked, each stage as it was finished, and what it has cost. The shapes are
 * lazy because a start, which needs none of them, would pay for them.
 */
export type Document = z.infer<typeof Document>

const Brief = z.lazy(() =>
  z
    .object({
      concept: z.string(),
      title: z.string().optional(),
      format: z.enum(SCRIPT_FORMATS),
      genre: z.string().optional(),
      tone: z.string().optional(),
      setting: z.string().optional(),
      characters: z.array(z.string()).readonly().optional(),
      language: z.string().optional(),
      target_pages: z.number(),
      /** What a person last asked for, where notes have changed the target since. */
      asked_pages: z.number().optional(),
      /** Wishes that came later, while it was not complete. */
      notes: z.array(z.string()).readonly(),
    })
    .readonly(),
)

const Story = z.lazy(() => z.object({ title: z.string(), logline: z.string(), theme: z.string() }).readonly())

const Character = z.lazy(() =>
  z.object({ name: z.string(), role: z.string(), want: z.string(), voice: z.string() }).readonly(),
)
export type Character = z.infer<typeof Character>

const Beat = z.lazy(() => z.object({ title: z.string(), summary: z.string(), pages: z.number() }).readonly())
export type Beat = z.infer<typeof Beat>

export const SceneElement = z.lazy(() =>
  z.discriminatedUnion('type', [
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
  ]),
)
export type SceneElement = z.infer<typeof SceneElement>

/** A tree of the screenplay library, as it came out of it. */
const Tree = z.lazy(() =>
  z.array(z.custom<ScriptElement>((value) => typeof value === 'object' && value !== null && 'type' in value)),
)

const Tag = z.lazy(() =>
  z
    .object({
      category: z.enum(TAG_CATEGORIES),
      text: z.string(),
      nth: z.number().exactOptional(),
      label: z.string().exactOptional(),
    })
    .readonly(),
)

/** What one scene has cost so far. */
const SceneCost = z.lazy(() =>
  z
    .object({
      /** `provider/model` of the last answer. */
      model: z.string().optional(),
      attempts: z.number(),
      microUsd: z.number(),
      unpriced: z.number(),
    })
    .readonly(),
)
export type SceneCost = z.infer<typeof SceneCost>

const Scene = z.lazy(() =>
  z
    .object({
      heading: z.string(),
      /** The scene number that a person's script gave it. */
      number: z.string().optional(),
      /** What a person's script tags in the heading. */
      tags: z.array(Tag).readonly().optional(),
      summary: z.string(),
      /** Numbers of the beats that it serves, from 1, rising; absent: not known, as of a person's own script. */
      beats: z.array(z.number()).readonly().optional(),
      characters: z.array(z.string()).readonly(),
      /** Its share of the target, as outlined; all shares together make the target. */
      pages: z.number(),
      /** What is written of it, in order. Empty: nothing yet. */
      elements: z.array(SceneElement).readonly(),
      /** Questions asked to write it so far. */
      passes: z.number(),
      done: z.boolean(),
      /** Its length was used up once, and it is to go on to its end. */
      cut: z.boolean().optional(),
      /** What later scenes must keep. */
      facts: z.array(z.string()).readonly(),
      /** All that follows the heading, as a person wrote it; in place of `elements` until it is written anew. */
      own: Tree.readonly().optional(),
      /** What it was, as Fountain, while it is being written anew. */
      was: z.string().optional(),
      cost: SceneCost.optional(),
    })
    .readonly(),
)
export type Scene = z.infer<typeof Scene>

const Revision = z.lazy(() =>
  z
    .object({
      notes: z.string(),
      /** The length that was asked for with them; absent: what the changes make of it. */
      pages: z.number().optional(),
      /** Has it been settled which scenes the notes concern? */
      planned: z.boolean(),
    })
    .readonly(),
)

/** What is kept when notes or a new start put something else in its place. */
const Version = z.lazy(() =>
  z
    .object({
      notes: z.string(),
      story: Story.optional(),
      characters: z.array(Character).readonly().optional(),
      beats: z.array(Beat).readonly().optional(),
      scenes: z.array(Scene).readonly(),
    })
    .readonly(),
)

/** A person's own script: what does not belong to a scene. */
const Imported = z.lazy(() =>
  z
    .object({
      titlePage: z.array(z.custom<TitleEntry>((value) => typeof value === 'object' && value !== null)).readonly(),
      /** What stands before the first heading. */
      before: Tree.readonly(),
      /** The Fountain that was given, until a scene of it changes: findings name its lines. */
      text: z.string().optional(),
    })
    .readonly(),
)

/** What is left to do is likely to take, from least to most. */
const Estimate = z.lazy(() =>
  z
    .object({
      calls: z.tuple([z.number(), z.number()]).readonly(),
      input_tokens: z.tuple([z.number(), z.number()]).readonly(),
      output_tokens: z.tuple([z.number(), z.number()]).readonly(),
      /** Null: the price of the model is not known. */
      cost_usd: z.tuple([z.number(), z.number()]).readonly().nullable(),
    })
    .readonly(),
)
export type Estimate = z.infer<typeof Estimate>

const Spent = z.lazy(() =>
  z
    .object({ calls: z.number(), microUsd: z.number(), unpriced: z.number(), models: z.array(z.string()).readonly() })
    .readonly(),
)

export const Document = z.lazy(() =>
  z
    .object({
      id: z.string(),
      brief: Brief,
      model: z.string(),
      capMicroUsd: z.number().optional(),
      until: z.enum(SCRIPT_STAGES),
      story: Story.optional(),
      characters: z.array(Character).readonly().optional(),
      /** Every place, as headings spell it. */
      sets: z.array(z.string()).readonly(),
      beats: z.array(Beat).readonly().optional(),
      /** Complete when it has as many batches as its plan. */
      outline: z
        .object({ batches: z.number(), scenes: z.array(Scene).readonly() })
        .readonly()
        .optional(),
      outlined: z.boolean(),
      imported: Imported.optional(),
      revision: Revision.optional(),
      /** The editor's pass over what the checks found: scenes still to be gone over, by number; absent: not yet looked. */
      edit: z
        .array(z.object({ scene: z.number(), problems: z.array(z.string()).readonly() }).readonly())
        .readonly()
        .optional(),
      /** Earlier versions, the newest last, each with the notes that ended it. */
      versions: z.array(Version).readonly(),
      estimate: Estimate.optional(),
      spent: Spent,
    })
    .readonly(),
)
