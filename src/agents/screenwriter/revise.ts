import { z } from 'zod'
import { isNearDuplicate } from '../../screenplay/similar-names.ts'
import { askModel, type ModelAsker } from '../shared/ask-model.ts'
import { castName, plain } from './clean.ts'
import { beatNumbers, inOrder } from './coverage.ts'
import type { Character, Document, Scene } from './document.ts'
import { lengthOf } from './fit.ts'
import { sceneCard, sceneOf } from './outline.ts'
import { beatsOf, bibleOf, lines, systemPrompt } from './prompts.ts'
import { renamed } from './rename.ts'
import { withSet } from './sets.ts'
import { canonical } from './stages.ts'
import { emptied } from './takeup.ts'

/** Scenes that one round of notes may add. */
const MOST_ADDED = 12

/**
 * Finds out what the notes concern, and makes the script ready for it: names are changed by code, scenes that must change
 * are emptied to be written anew, others are added or taken out, and all the rest stays as it is.
 */
export async function planRevision(asker: ModelAsker, document: Document, notes: string): Promise<Document> {
  const scenes = document.outline?.scenes ?? []
  const numbers = z.array(z.int().min(1).max(scenes.length)).max(scenes.length)
  const plan = await askModel(asker, {
    name: 'revision',
    subject: 'the scenes that the notes concern',
    schema: z.object({
      rewrite: numbers.describe('Numbers of the scenes that must be rewritten to follow the notes, and no others.'),
      remove: numbers.describe('Numbers of the scenes that the notes want gone; mostly none.'),
      add: z
        .array(revisionCard(document, scenes.length))
        .max(MOST_ADDED)
        .describe('New scenes that the notes need, in order; mostly none.'),
      characters: z
        .array(z.object({ name: z.string(), role: z.string(), want: z.string(), voice: z.string() }))
        .max(6)
        .describe('New people who speak; mostly none.'),
      rename: z
        .array(z.object({ from: z.string(), to: z.string() }))
        .max(10)
        .describe('Names of the cast that the notes change; done by code, so their scenes need no rewriting for it.'),
      title: z.string().max(100).nullable().describe('A new title, where the notes want one; else null.'),
    }),
    system: systemPrompt(document),
    prompt: lines([
      bibleOf(document),
      document.beats?.length && scenes.length < 80 && `Beats:\n${beatsOf(document)}`,
      `Scenes:\n${scenes.map((scene, at) => sceneLine(document, scene, at)).join('\n')}`,
      `Notes on the script: ${notes}`,
      'Say what must change to follow the notes. Change as little as they allow.',
    ]),
    maxOutputTokens: 4_000,
    check({ rewrite, remove, add, rename, title }) {
      if (remove.length >= scenes.length && add.length === 0) return ['No scene would be left.']
      const nothing = rewrite.length + remove.length + add.length + rename.length === 0 && title === null
      return nothing ? ['Nothing would change: name at least the scene that the notes concern most.'] : []
    },
  })
  return applied(document, plan, notes)
}

type Plan = {
  readonly rewrite: readonly number[]
  readonly remove: readonly number[]
  readonly add: readonly z.infer<ReturnType<typeof revisionCard>>[]
  readonly characters: readonly Character[]
  readonly rename: readonly { readonly from: string; readonly to: string }[]
  readonly title: string | null
}

/** Who is in an added scene may be new, so any name will do. A person's own script has no beats to serve. */
function revisionCard(document: Document, scenes: number) {
  const card = sceneCard(document).extend({
    after: z.int().min(0).max(scenes).describe('It follows this scene; 0 is the beginning.'),
    characters: z.array(z.string()).min(1).max(20),
  })
  const to = document.beats?.length ?? 0
  const beats = beatNumbers({ from: 0, to }, to).describe('Numbers of the beats that it serves; empty if none.')
  return to === 0 ? card : card.extend({ beats })
}

function sceneLine(document: Document, { heading, summary }: Scene, at: number): string {
  return `${at + 1}. ${heading} (${lengthOf(document, at).toFixed(1)} pages): ${summary}`
}

function applied(document: Document, plan: Plan, notes: string): Document {
  const named = plan.rename.reduce(renamed, plan.title === null ? document : titled(document, plain(plan.title)))
  const characters = withPeople(named.characters ?? [], plan.characters)
  const cast = characters.map(({ name }) => name)
  const scenes = named.outline?.scenes ?? []
  let { sets } = named
  const added = plan.add.map((card) => {
    const placed = withSet(sets, card.set)
    sets = placed.sets
    const scene = sceneOf({ ...card, set: placed.set }, cast, card.after === 0, named.brief.language)
    return { after: card.after, scene }
  })
  const following = (number: number): readonly Scene[] =>
    added.filter(({ after }) => after === number).map(({ scene }) => scene)
  const gone = new Set(plan.remove.filter((number) => !plan.rewrite.includes(number)))
  const made = scenes.flatMap((scene, at) => [
    ...(gone.has(at + 1) ? [] : [plan.rewrite.includes(at + 1) ? emptied(scene) : scene]),
    ...following(at + 1),
  ])
  const all = [...following(0), ...made]
  const grown = added.reduce((sum, { scene }) => sum + scene.pages, 0)
  const shrunk = [...gone].reduce((sum, number) => sum + lengthOf(named, number - 1), 0)
  const asked = document.revision?.pages
  return {
    ...named,
    characters,
    sets,
    brief: {
      ...named.brief,
      target_pages: asked ?? Math.max(1 / 8, eighths(named.brief.target_pages + grown - shrunk)),
    },
    outline: { batches: named.outline?.batches ?? 0, scenes: inOrder(all, new Set(added.map(({ scene }) => scene))) },
    ...(named.imported && { imported: { ...named.imported, text: undefined } }),
    revision: { notes, planned: true },
  }
}

function eighths(pages: number): number {
  return Math.round(pages * 8) / 8
}

function titled(document: Document, title: string): Document {
  const { story = { title, logline: '', theme: '' }, imported } = document
  const entries = imported?.titlePage.map((entry) =>
    /^title$/i.test(entry.key) ? { ...entry, values: [title] } : entry,
  )
  return {
    ...document,
    story: { ...story, title },
    ...(imported && entries && { imported: { ...imported, titlePage: entries } }),
  }
}

function withPeople(cast: readonly Character[], people: readonly Character[]): readonly Character[] {
  const all = [...cast]
  for (const { name, role, want, voice } of people) {
    const spelled = canonical(name)
    const known = all.map((one) => one.name)
    if (!/\p{L}/u.test(spelled) || castName(spelled, known) !== undefined) continue
    if (known.some((other) => isNearDuplicate(other, spelled))) continue
    all.push({ name: spelled, role: plain(role), want: plain(want), voice: plain(voice) })
  }
  return all
}
