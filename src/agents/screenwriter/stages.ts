import type { Desk, Stage } from '../shared/stage-loop.ts'
import { planBlocks } from './blocks.ts'
import type { DataQuestion } from './development.ts'
import {
  askForBeats,
  askForCharacters,
  askForOutline,
  askForStory,
  outlineParts,
  readCards,
  scaleTo,
} from './development.ts'
import type { Document } from './document.ts'
import { needsResizing, planResizing } from './length.ts'
import { TASK_NAMES, writePages } from './pages.ts'
import { compareVersions, readDraft } from './polish.ts'
import { formatPages, joinLines, scenesText } from './prompts.ts'
import { finishRevision, planRevision } from './revise.ts'
import { isDrafted } from './standing.ts'

/** The stages of the Screenwriter. The loop runs the first due stage until none is due. */
export const STAGES: readonly Stage<Document>[] = [
  {
    name: 'logline',
    due: ({ story }) => story === undefined,
    label: () => 'logline · finding the story',
    run: (document, desk) =>
      ask(document, desk, askForStory(document), (next, story) => ({
        ...next,
        story: { ...story, title: document.brief.title ?? story.title.trim() },
      })),
  },
  {
    name: 'beats',
    due: ({ beats }) => beats === undefined,
    label: ({ story }) => `beats · ${story?.title}: ${story?.logline}`,
    run: (document, desk) =>
      ask(document, desk, askForBeats(document), (next, { beats }) => {
        const pages = scaleTo(
          beats.map((beat) => beat.pages),
          document.brief.target_pages,
        )
        return { ...next, beats: beats.map((beat, at) => ({ ...beat, pages: pages[at] ?? 0 })) }
      }),
  },
  {
    name: 'characters',
    due: ({ characters }) => characters === undefined,
    label: ({ beats = [] }) => `characters · ${beats.length} beats, the last: ${beats.at(-1)?.title}`,
    run: (document, desk) =>
      ask(document, desk, askForCharacters(document), (next, { characters }) => ({
        ...next,
        characters: characters.map((one) => ({ ...one, name: one.name.trim().toUpperCase() })),
      })),
  },
  {
    name: 'outline',
    due: ({ outlined }) => !outlined,
    label: ({ characters = [] }) => `outline · cast: ${characters.map(({ name }) => name).join(', ')}`,
    run: outlineNext,
  },
  {
    name: 'blocks',
    due: ({ scenes, tasks }) => scenes.length === 0 && tasks.length === 0,
    label: ({ outline = [] }) => `script · ${outline.length} scenes outlined`,
    run: async (document) => ({ ...document, tasks: planBlocks(document.outline ?? [], document.blockPages ?? 12) }),
  },
  {
    name: 'revision',
    due: ({ revision }) => revision?.planned === false,
    label: () => 'revision · what the notes concern',
    run: planRevision,
  },
  {
    name: 'comparison',
    due: ({ candidate }) => candidate !== undefined,
    label: ({ candidate }) =>
      `comparing the rewrite of ${scenesText(candidate?.from ?? 0, candidate?.to ?? 1)} with what stands`,
    run: compareVersions,
  },
  {
    name: 'pages',
    due: ({ tasks }) => tasks.length > 0,
    label: pagesLabel,
    run: writePages,
  },
  {
    name: 'revision is over',
    due: ({ revision }) => revision?.planned === true,
    label: () => 'revision · written',
    run: async (document) => finishRevision(document),
  },
  {
    name: 'reader',
    due: (document) => isDrafted(document) && document.readings < document.polish,
    label: () => 'a first reader reads the draft',
    run: readDraft,
  },
  {
    name: 'length',
    due: (document) => isDrafted(document) && needsResizing(document),
    label: () => 'length · asking for a version that fits',
    run: async (document) => planResizing(document),
  },
]

async function ask<T>(
  document: Document,
  desk: Desk<Document>,
  question: DataQuestion<T>,
  apply: (document: Document, value: T) => Document,
): Promise<Document> {
  const { prompt, ...rest } = question
  const { value, turn } = await desk.askData(document, { ...rest, prompt: joinLines([...document.wishes, prompt]) })
  return apply({ ...document, turns: [...document.turns, turn], wishes: [] }, value)
}

/** Asks for the next part of the outline. The last part completes it. */
async function outlineNext(document: Document, desk: Desk<Document>): Promise<Document> {
  const parts = outlineParts(document)
  const at = document.outlineAnswers
  const part = parts[Math.min(at, parts.length - 1)] ?? [0, 0]
  return ask(document, desk, askForOutline(document, part), (next, { scenes }) => ({
    ...next,
    outline: [...(document.outline ?? []), ...readCards(document, part, scenes)],
    outlineAnswers: at + 1,
    outlined: at + 1 >= parts.length,
  }))
}

function pagesLabel({ tasks, outline = [], scenes }: Document): string {
  const [task] = tasks
  if (!task) return 'pages'
  if (task.kind !== 'draft')
    return `${TASK_NAMES[task.kind]} · ${scenesText(task.from, Math.max(task.from + 1, task.to))}`
  const [from, to] = task.cards ?? [0, outline.length]
  return `${scenesText(from, to)} of ${outline.length} · ${formatPages(task.pages)} to write${scenes.length > 0 ? ` after ${scenes.length} scenes` : ''}`
}
