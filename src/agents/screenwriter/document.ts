import { z } from 'zod'
import type { FdxRest, PageSetup, ScriptElement, TitleEntry } from '../../screenplay/types.ts'
import { Turn } from '../shared/conversation.ts'
import { SCRIPT_FORMATS, SCRIPT_STAGES } from './input.ts'
import { Beat, Card, Character, Reading, Story } from './shapes.ts'

/**
 * The saved document of a script: the request, the conversation, the results of the stages, and the cost. The shapes are
 * lazy because building them would slow the start of the process, which needs none.
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
      /** The length that a person asked for last, where notes have changed the target since. */
      asked_pages: z.number().optional(),
    })
    .readonly(),
)

/** A scene's share of the cost of the answers that contain it. */
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
      /** Fountain, byte for byte as it was written, from its heading to the next one, the lines between included. */
      text: z.string(),
      /** Index of the card of the outline that it was written from. */
      card: z.number().optional(),
      /** The elements of a scene imported from FDX, with tags that Fountain cannot hold; dropped when it is rewritten. */
      own: z
        .array(z.custom<ScriptElement>((value) => typeof value === 'object' && value !== null && 'type' in value))
        .readonly()
        .optional(),
      cost: SceneCost.optional(),
    })
    .readonly(),
)
export type Scene = z.infer<typeof Scene>

/** Pages to be written: the text of `from` to `to` (indexes of scenes, `to` not included) is replaced by the answer. */
const PageTask = z.lazy(() =>
  z
    .object({
      kind: z.enum(['draft', 'rewrite', 'revise', 'length']),
      from: z.number(),
      to: z.number(),
      /** Indexes of the cards to write from, the second not included. */
      cards: z.tuple([z.number(), z.number()]).readonly().optional(),
      pages: z.number(),
      instruction: z.string().optional(),
    })
    .readonly(),
)
export type PageTask = z.infer<typeof PageTask>

/** A rewrite that is compared with what it would replace. */
const Candidate = z.lazy(() =>
  z
    .object({
      from: z.number(),
      to: z.number(),
      scenes: z.array(Scene).readonly(),
      /** Which version each comparison preferred. */
      verdicts: z.array(z.enum(['first', 'rewrite', 'tie'])).readonly(),
      /** The reader's remaining criticism of the preferred version. */
      opinions: z.array(Opinion).readonly(),
    })
    .readonly(),
)
export type Candidate = z.infer<typeof Candidate>

const Opinion = z.lazy(() =>
  z.object({ scene: z.number().optional(), quote: z.string(), fault: z.string() }).readonly(),
)
export type Opinion = z.infer<typeof Opinion>

/** A change that code made to a model's text: a defect of form. Lines of Fountain. */
const Fix = z.lazy(() => z.object({ before: z.string(), after: z.string() }).readonly())
export type Fix = z.infer<typeof Fix>

const Revision = z.lazy(() =>
  z
    .object({
      notes: z.string(),
      /** The length requested with the notes; absent: the length that results from the changes. */
      pages: z.number().optional(),
      /** True when it is decided which scenes the notes concern. */
      planned: z.boolean(),
      /** The Fountain before it, for the list of changes. */
      before: z.string(),
    })
    .readonly(),
)

/** An earlier state, kept when notes or a redo replace it. */
const Version = z.lazy(() =>
  z
    .object({
      notes: z.string(),
      story: Story.optional(),
      beats: z.array(Beat).readonly().optional(),
      characters: z.array(Character).readonly().optional(),
      outline: z.array(Card).readonly().optional(),
      scenes: z.array(Scene).readonly(),
    })
    .readonly(),
)

/** The parts of an imported script outside its scenes. */
const Imported = z.lazy(() =>
  z
    .object({
      titlePage: z.array(z.custom<TitleEntry>((value) => typeof value === 'object' && value !== null)).readonly(),
      /** Fountain before the first heading, the title page included, as it was given. */
      before: z.string(),
      /** The elements before the first heading, from FDX. */
      own: z
        .array(z.custom<ScriptElement>((value) => typeof value === 'object' && value !== null && 'type' in value))
        .readonly()
        .optional(),
      /** From FDX: how its pages are laid out, and the rest of the file. */
      setup: z.custom<PageSetup>((value) => typeof value === 'object' && value !== null).optional(),
      fdx: z.custom<FdxRest>((value) => typeof value === 'object' && value !== null && 'settings' in value).optional(),
    })
    .readonly(),
)

/** The likely effort of the remaining work, from least to most. */
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
      reasoningEffort: z.enum(['none', 'low', 'medium', 'high']).optional(),
      capMicroUsd: z.number().optional(),
      until: z.enum(SCRIPT_STAGES),
      polish: z.number(),
      /** The conversation with the writer. */
      turns: z.array(Turn).readonly(),
      /** Wishes of a person that the next question passes on. */
      wishes: z.array(z.string()).readonly(),
      story: Story.optional(),
      beats: z.array(Beat).readonly().optional(),
      characters: z.array(Character).readonly().optional(),
      outline: z.array(Card).readonly().optional(),
      /** Answers that the outline is made of so far. */
      outlineAnswers: z.number(),
      /** True when the outline has all its parts. */
      outlined: z.boolean(),
      /** Pages per answer, by what the model can hold; settled before the first pages. */
      blockPages: z.number().optional(),
      scenes: z.array(Scene).readonly(),
      /** The scenes before a redo of a stage. Results show them until the new draft is whole. */
      replaced: z.array(Scene).readonly().optional(),
      tasks: z.array(PageTask).readonly(),
      /** The partial pages of the first task. */
      partial: z.string().optional(),
      /** An answer for the first task with errors of form, which the next question asks the model to fix. */
      pending: z.string().optional(),
      imported: Imported.optional(),
      /** Passes of the reader that are done. */
      readings: z.number(),
      reading: Reading.optional(),
      candidate: Candidate.optional(),
      opinions: z.array(Opinion).readonly(),
      /** True when a version of the right length was asked for. */
      resized: z.boolean(),
      /** Where the writer left the outline, in the writer's words. */
      departures: z.array(z.string()).readonly(),
      fixes: z.array(Fix).readonly(),
      /** Answers that were replaced by their outline lines because the window of the model was too small. */
      shortened: z.number(),
      revision: Revision.optional(),
      /** The changes of the last revision as a diff of lines. */
      changes: z.string().optional(),
      /** Earlier versions, the newest last, each with the notes that ended it. */
      versions: z.array(Version).readonly(),
      estimate: Estimate.optional(),
      spent: Spent,
    })
    .readonly(),
)
