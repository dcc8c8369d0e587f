import { z } from 'zod'
import type { Desk } from '../shared/stage-loop.ts'
import type { Document, PageTask, Scene } from './document.ts'
import { diffLines, formatChanges } from './line-diff.ts'
import { formatPages, joinLines, scenesText } from './prompts.ts'
import { renameInElement, renameInText } from './rename.ts'
import { fountainOf, pagesOf, pagesOfScenes } from './render.ts'
import { Character } from './shapes.ts'

/**
 * Asks which parts of the story and of the pages the notes change. The answer changes the development at once. The scenes
 * that it names are written again one after the other, and keep their text until then.
 */
export async function planRevision(document: Document, desk: Desk<Document>): Promise<Document> {
  const { revision, scenes } = document
  if (!revision) return document
  const { value: plan, turn } = await desk.askData(document, {
    name: 'revision',
    subject: 'what the notes change',
    schema: revisionPlan(scenes.length),
    prompt: revisionPrompt(document, revision.notes),
    maxOutputTokens: 12_000,
    check: (answer) => planProblems(answer, scenes.length),
  })
  const renamed = plan.renames.reduce(renameEverywhere, { ...document, turns: [...document.turns, turn], wishes: [] })
  return planTasks(withStory(renamed, plan), plan)
}

type RevisionPlan = z.infer<ReturnType<typeof revisionPlan>>

/** The schema of a revision for a script of `count` scenes. */
function revisionPlan(count: number) {
  const scene = z.int().min(1).max(count)
  return z.object({
    decision: z.string().describe('The notes as one standing decision for everything that is written from here on.'),
    title: z.string().nullable().describe('A new title where the notes want one; else null.'),
    logline: z.string().nullable(),
    theme: z.string().nullable(),
    beats: z
      .array(z.object({ number: z.int(), summary: z.string() }))
      .describe('Beats that are different now, by number from 1; often none.'),
    characters: z.array(Character).describe('People who are new or different now, whole; mostly none.'),
    renames: z
      .array(z.object({ from: z.string(), to: z.string() }))
      .describe('Names that the notes change everywhere; code does it, so no scene is written again for it.'),
    rewrite: z
      .array(
        z.object({
          scene,
          summary: z.string().describe('What happens in it now.'),
          instruction: z.string().describe('What must be different in this scene, and what must stay.'),
        }),
      )
      .describe('The scenes that the notes concern, by number from 1, and no others.'),
    remove: z.array(scene).describe('Scenes that go; mostly none.'),
    add: z
      .array(
        z.object({
          after: z.int().min(0).max(count).describe('It follows this scene; 0 is the beginning.'),
          heading: z.string(),
          summary: z.string(),
          pages: z.number(),
        }),
      )
      .describe('New scenes that the notes need, in order; mostly none.'),
  })
}

function planProblems({ rewrite, remove, add, renames, title }: RevisionPlan, count: number): readonly string[] {
  const numbers = [...rewrite.map(({ scene }) => scene), ...remove]
  const wrong = numbers.filter((scene) => scene < 1 || scene > count)
  if (wrong.length > 0) return [`There is no scene ${wrong.join(', ')}: the script has scenes 1 to ${count}.`]
  if (new Set(remove).size >= count && add.length === 0) return ['No scene would be left.']
  const isNothing = numbers.length + add.length + renames.length === 0 && title === null
  return isNothing ? ['Nothing would change: name at least the scene that the notes concern most.'] : []
}

function revisionPrompt(document: Document, notes: string): string {
  const { scenes, wishes } = document
  const stands = scenes.map(({ text }, at) => `--- scene ${at + 1}\n${text.trimEnd()}`).join('\n')
  return joinLines([
    ...wishes,
    'The person has read the script and gives these notes:',
    notes,
    '',
    `The script as it stands, ${formatPages(pagesOf(document))}:`,
    stands,
    '',
    'Say what changes in the story and which scenes are written again for it, each with its own instruction. Every scene that contradicts the notes, or a changed fact, must be among them; every other scene stays word for word, so name no scene that can stay.',
  ])
}

function withStory(document: Document, plan: RevisionPlan): Document {
  const { story, beats, characters = [] } = document
  const names = new Set(plan.characters.map(({ name }) => name.trim().toUpperCase()))
  const people = plan.characters.map((one) => ({ ...one, name: one.name.trim().toUpperCase() }))
  return {
    ...document,
    ...(story && {
      story: {
        ...story,
        title: plan.title?.trim() || story.title,
        logline: plan.logline?.trim() || story.logline,
        theme: plan.theme?.trim() || story.theme,
      },
    }),
    ...(beats && {
      beats: beats.map((beat, at) => {
        const summary = plan.beats.find(({ number }) => number === at + 1)?.summary
        return summary === undefined ? beat : { ...beat, summary }
      }),
    }),
    characters: [...characters.filter(({ name }) => !names.has(name.toUpperCase())), ...people],
    ...(document.imported && plan.title?.trim() && { imported: titled(document.imported, plan.title.trim()) }),
  }
}

function titled(imported: NonNullable<Document['imported']>, title: string): NonNullable<Document['imported']> {
  const titlePage = imported.titlePage.map((entry) =>
    /^title$/i.test(entry.key) ? { ...entry, values: [title] } : entry,
  )
  return {
    ...imported,
    titlePage,
    before: imported.before.replace(/^(Title:)[^\n]*(?:\n[ \t]+[^\n]+)*/i, `$1 ${title}`),
  }
}

/** Removes scenes at once. Rewritten and added scenes become tasks, in the order of the script. */
function planTasks(document: Document, plan: RevisionPlan): Document {
  const removed = new Set(plan.remove.filter((scene) => !plan.rewrite.some((one) => one.scene === scene)))
  const kept = document.scenes.flatMap((scene, at) => (removed.has(at + 1) ? [] : [{ scene, number: at + 1 }]))
  const indexOf = (number: number): number => kept.filter((one) => one.number < number).length
  const rewrites = groupRuns(plan.rewrite, document.scenes).map(
    (run): PageTask => ({
      kind: 'revise',
      from: indexOf(run[0]?.scene ?? 1),
      to: indexOf(run[0]?.scene ?? 1) + run.length,
      pages: pagesOfScenes(run.flatMap(({ scene }) => document.scenes[scene - 1] ?? [])),
      instruction: joinLines([
        `The notes of the person are decided: ${plan.decision}`,
        ...run.map(({ scene, summary, instruction }) => `Scene ${scene}: ${summary} ${instruction}`),
        'What this does not concern stays word for word.',
      ]),
    }),
  )
  const additions = plan.add.map(({ after, heading, summary, pages }): PageTask => {
    const at = Math.min(kept.length, Math.max(0, indexOf(after + 1)))
    const instruction = `The notes of the person are decided: ${plan.decision}\nWrite a new scene, ${heading}, after ${after === 0 ? 'the title page' : `scene ${after}`}: ${summary}`
    return { kind: 'revise', from: at, to: at, pages: Math.max(0.2, pages), instruction }
  })
  const grown = plan.add.reduce((sum, { pages }) => sum + pages, 0)
  const shrunk = pagesOfScenes(document.scenes.filter((_, at) => removed.has(at + 1)))
  const asked = document.revision?.pages
  const target = asked ?? Math.max(1 / 8, Math.round((document.brief.target_pages + grown - shrunk) * 8) / 8)
  return {
    ...document,
    scenes: kept.map(({ scene }) => scene),
    brief: { ...document.brief, target_pages: target },
    tasks: [...rewrites, ...additions].toSorted((a, b) => a.from - b.from),
    revision: document.revision && { ...document.revision, planned: true },
  }
}

/** The maximum pages of adjacent scenes that one answer writes. */
const MAX_RUN_PAGES = 8

function groupRuns<T extends { readonly scene: number }>(
  rewrite: readonly T[],
  scenes: readonly Scene[],
): readonly (readonly T[])[] {
  const runs: T[][] = []
  const sorted = [...new Map(rewrite.map((one) => [one.scene, one])).values()].toSorted((a, b) => a.scene - b.scene)
  for (const one of sorted) {
    const run = runs.at(-1)
    const pages = pagesOfScenes([...(run ?? []), one].flatMap(({ scene }) => scenes[scene - 1] ?? []))
    if (run && run.at(-1)?.scene === one.scene - 1 && pages <= MAX_RUN_PAGES) run.push(one)
    else runs.push([one])
  }
  return runs
}

function renameEverywhere(document: Document, { from, to }: { readonly from: string; readonly to: string }): Document {
  const change = renameInText(from.trim(), to.trim())
  if (!change) return document
  const { characters, outline, imported } = document
  return {
    ...document,
    scenes: document.scenes.map(({ own, text, ...scene }) => ({
      ...scene,
      text: change(text),
      ...(own && { own: own.map((element) => renameInElement(element, change)) }),
    })),
    ...(imported && {
      imported: {
        ...imported,
        before: change(imported.before),
        ...(imported.own && { own: imported.own.map((element) => renameInElement(element, change)) }),
      },
    }),
    ...(characters && { characters: characters.map((one) => ({ ...one, name: change(one.name) })) }),
    ...(outline && {
      outline: outline.map((card) => ({
        ...card,
        characters: card.characters.map(change),
        summary: change(card.summary),
      })),
    }),
  }
}

/** Ends the revision. The document keeps its changes as a diff of lines. */
export function finishRevision(document: Document): Document {
  const { revision } = document
  if (!revision) return document
  const changes = formatChanges(diffLines(revision.before, fountainOf(document)), MAX_DIFF)
  return { ...document, revision: undefined, changes }
}

const MAX_DIFF = 20_000

/** The instruction for the redo of one scene. */
export function redoInstruction(number: number, notes: string | undefined): string {
  return notes === undefined
    ? `The person wants ${scenesText(number - 1, number)} written again, better: another way to the same turn.`
    : `The person wants ${scenesText(number - 1, number)} written again: ${notes}`
}
