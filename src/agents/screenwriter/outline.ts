import { z } from 'zod'
import { findHeadingConvention } from '../../screenplay/heading-languages.ts'
import { askModel, type ModelAsker } from '../shared/ask-model.ts'
import { castName, plain } from './clean.ts'
import { beatNumbers, beatProblems, type Run } from './coverage.ts'
import type { Document, Scene } from './document.ts'
import { shares } from './fit.ts'
import { SHAPES } from './input.ts'
import { beatsOf, bibleOf, lines, systemPrompt } from './prompts.ts'
import { withSet } from './sets.ts'

/** Asks for the next batch of scenes. When it was the last, the pages of all scenes together make the target. */
export async function askOutline(
  asker: ModelAsker,
  document: Document,
): Promise<Pick<Document, 'outline' | 'outlined' | 'sets'>> {
  const plan = batchesOf(document)
  const { batches, scenes } = document.outline ?? { batches: 0, scenes: [] }
  const batch = plan[batches]
  if (!batch) return { outline: { batches, scenes }, outlined: true, sets: document.sets }
  const { sets, scenes: more } = await askBatch(asker, document, batch, scenes)
  const made = [...scenes, ...more]
  const outlined = batches + 1 >= plan.length
  const pages = shares(
    made.map((scene) => scene.pages),
    document.brief.target_pages,
  )
  const whole = outlined ? made.map((scene, index) => ({ ...scene, pages: pages[index] ?? scene.pages })) : made
  return { outline: { batches: batches + 1, scenes: whole }, outlined, sets }
}

interface Batch extends Run {
  readonly scenes: number
  readonly pages: number
}

/** More scenes than this at once and models grow careless. */
const SCENES_A_BATCH = 16

/** How an outline is asked for: beats in order, in runs that make some sixteen scenes each. */
function batchesOf({ brief, beats = [] }: Document): readonly Batch[] {
  const count = sceneCount(brief)
  const batches = Math.min(beats.length, Math.ceil(count / (SCENES_A_BATCH * 1.25)))
  const ends = Array.from({ length: batches }, (_, index) => Math.round(((index + 1) * beats.length) / batches))
  return ends.map((to, index) => {
    const from = ends[index - 1] ?? 0
    const pages = beats.slice(from, to).reduce((sum, beat) => sum + beat.pages, 0)
    return { from, to, pages, scenes: Math.max(1, Math.round((count * pages) / brief.target_pages)) }
  })
}

/** Questions that the outline still takes. */
export function batchesLeft(document: Document): number {
  const planned = document.beats
    ? batchesOf(document).length
    : Math.ceil(sceneCount(document.brief) / (SCENES_A_BATCH * 1.25))
  return Math.max(0, planned - (document.outline?.batches ?? 0))
}

/** How many scenes a script is planned to have. */
export function sceneCount({ format, target_pages: target }: Document['brief']): number {
  return Math.max(1, Math.round(target / SHAPES[format].pagesAScene))
}

async function askBatch(
  asker: ModelAsker,
  document: Document,
  batch: Batch,
  before: readonly Scene[],
): Promise<{ readonly scenes: readonly Scene[]; readonly sets: readonly string[] }> {
  const cast = (document.characters ?? []).map(({ name }) => name)
  const [least, most] = batch.scenes === 1 ? [1, 1] : [Math.ceil(batch.scenes * 0.8), Math.ceil(batch.scenes * 1.2)]
  const { scenes } = await askModel(asker, {
    name: 'outline',
    subject: 'the outline',
    schema: z.object({
      scenes: z.array(outlineCard(document, batch)).min(least).max(most),
    }),
    system: systemPrompt(document),
    prompt: lines([
      bibleOf(document),
      `Beats:\n${beatsOf(document)}`,
      before.length > 0 &&
        `Scenes so far:\n${before.map(({ heading, summary }, index) => `${index + 1}. ${heading}: ${summary}`).join('\n')}`,
      `Outline ${batch.from + 1 === batch.to ? `beat ${batch.to}` : `beats ${batch.from + 1} to ${batch.to}`} in ${least === most ? least : `${least} to ${most}`} scenes, in the order they are seen. Each gives the numbers of the beats that it serves: every beat has a scene, and from scene to scene the numbers never go down. Their pages together make ${batch.pages.toFixed(1)}.`,
    ]),
    maxOutputTokens: 2_000 + most * 300,
    check({ scenes: given }) {
      const problems = beatProblems(
        batch,
        given.map(({ beats }) => beats),
      )
      if (batch.to < (document.beats?.length ?? 0)) return problems
      const listed = [...before, ...given].flatMap(({ characters }) => characters.map((name) => castName(name, cast)))
      const missing = cast.filter((name) => !listed.includes(name))
      if (missing.length === 0) return problems
      return [...problems, `Nobody may be left out: ${missing.join(', ')} must be in a scene.`]
    },
    fixInvalid: (value) => value,
    maxRepairs: 1,
  })
  const weights = shares(
    scenes.map((scene) => scene.pages),
    batch.pages,
  )
  // A model that never names a beat has not said that its scenes serve none.
  const told = scenes.some(({ beats }) => beats.length > 0)
  let { sets } = document
  const made = scenes.map(({ beats, ...card }, index) => {
    const placed = withSet(sets, card.set)
    sets = placed.sets
    const placedCard = { ...card, set: placed.set, pages: weights[index] ?? 0, ...(told && { beats }) }
    return sceneOf(placedCard, cast, before.length + index === 0, document.brief.language)
  })
  return { scenes: made, sets }
}

type Card = z.infer<ReturnType<typeof sceneCard>> & { readonly beats?: readonly number[] }

/** The beats come first, so that a model settles what a scene is for before it says what happens. */
function outlineCard(document: Document, batch: Batch) {
  const beats = beatNumbers(batch, document.beats?.length ?? 0).describe('Numbers of the beats that it serves.')
  return z.object({ beats, ...sceneCard(document).shape })
}

/** What a model is asked of a scene that is not written yet. */
export function sceneCard({ characters = [], brief, sets }: Document) {
  const cast = characters.map(({ name }) => name)
  const { prefixes, times } = findHeadingConvention(brief.language)
  return z.object({
    int_ext: z.enum(Object.values(prefixes)),
    set: z
      .string()
      .min(1)
      .max(80)
      .describe(sets.length > 0 ? 'One of the places, spelled as there; a new one only if none fits.' : 'The place.'),
    time: z.enum(Object.values(times)),
    summary: z.string().min(1).max(800).describe('What happens, and what has changed at the end.'),
    characters: z
      .array(z.string().meta({ enum: cast }))
      .min(1)
      .max(Math.max(1, cast.length)),
    pages: z.number().min(0.1).max(Math.max(1, brief.target_pages)).describe('Its length in pages.'),
  })
}

/** A scene of the outline, its heading as its language writes it. The first of a script follows on nothing. */
export function sceneOf(card: Card, cast: readonly string[], first: boolean, language: string | undefined): Scene {
  const { times } = findHeadingConvention(language)
  const time = first && (card.time === times.CONTINUOUS || card.time === times.LATER) ? times.DAY : card.time
  const present = card.characters.flatMap((name) => castName(name, cast) ?? [])
  return {
    heading: `${card.int_ext} ${card.set} - ${time}`,
    summary: plain(card.summary),
    ...(card.beats && { beats: card.beats }),
    characters: [...new Set(present)],
    pages: card.pages,
    elements: [],
    passes: 0,
    done: false,
    facts: [],
  }
}
