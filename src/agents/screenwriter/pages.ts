import { GenerateError } from '../../contract/errors.ts'
import type { Desk } from '../shared/stage-loop.ts'
import { pagesToAsk, TOKENS_PER_PAGE, TOKENS_TO_THINK } from './blocks.ts'
import { cardLine, cardList } from './cards-text.ts'
import type { Document, PageTask, Scene } from './document.ts'
import { formatPages, joinLines, lengthText, pageRules, scenesText, WORDS_PER_PAGE } from './prompts.ts'
import { type Pages, readPages, stopsMidSentence } from './read-pages.ts'
import { densityOf, pagesOf, pagesOfScenes, pagesText } from './render.ts'

/**
 * Writes the pages of the first task. An answer with errors of form is kept as `pending`, and the next step asks once for
 * the fixed pages. The script keeps its old text until the new text is complete.
 */
export async function writePages(document: Document, desk: Desk<Document>): Promise<Document> {
  const [task] = document.tasks
  if (!task) return document
  const { pending } = document
  const pages = pagesToAsk(document, task)
  const before = pending === undefined ? undefined : readPages(pending)
  const { text, turn } = await desk.askText(document, {
    subject: 'the pages',
    prompt: before ? repairPrompt(problemsOf(before, pending)) : pagePrompt(document, task, pages),
    maxOutputTokens: TOKENS_TO_THINK + Math.ceil(pages * TOKENS_PER_PAGE),
    partial: document.partial,
    withPartial: (to, partial) => ({ ...to, partial }),
    progress: (_, soFar) => streamText(document, task, soFar),
  })
  const turns = [...document.turns, { ...turn, summary: summaryOf(document, task) }]
  const next: Document = {
    ...document,
    turns,
    wishes: [],
    partial: undefined,
    pending: undefined,
    shortened: Math.max(document.shortened, desk.shortened),
  }
  const read = readPages(text)
  if (!before && problemsOf(read, text).length > 0) return { ...next, pending: text }
  const best = before && !isBetter(read, before) ? before : read
  if (!best.unreadable) return replaceScenes(next, task, best)
  throw new GenerateError(
    { kind: 'bad_response' },
    `Asked twice for the pages, the model gave no script. ${best.problems[0] ?? ''} What is finished is saved; try another model.`,
  )
}

function problemsOf(read: Pages, text: string | undefined): readonly string[] {
  return stopsMidSentence(text ?? '') ? [...read.problems, 'It stops in the middle of a sentence.'] : read.problems
}

function isBetter(next: Pages, before: Pages): boolean {
  if (before.unreadable || next.unreadable) return !next.unreadable
  const [words, wordsBefore] = [next, before].map(({ scenes }) => scenes.join(' ').length)
  return next.problems.length <= before.problems.length && (words ?? 0) >= (wordsBefore ?? 0) * 0.8
}

function repairPrompt(problems: readonly string[]): string {
  const list = problems.map((problem) => `- ${problem}`).join('\n')
  return `These pages cannot stand as they are:\n${list}\nGive them again, whole, as Fountain and nothing else, with only this put right and every other word as it was.`
}

/** The document with the pages in place of the task's scenes, or as a candidate for a comparison. */
function replaceScenes(document: Document, task: PageTask, read: Pages): Document {
  const [, ...tasks] = document.tasks
  const [from, to] = [Math.min(task.from, document.scenes.length), Math.min(task.to, document.scenes.length)]
  // The lines before the next heading are kept, so that nothing outside the new text changes.
  const ending = /\s*$/.exec(document.scenes[to - 1]?.text ?? '')?.[0] || '\n\n'
  const scenes = read.scenes.map((piece, at): Scene => {
    const text = at === read.scenes.length - 1 ? `${piece.trimEnd()}${from < to ? ending : '\n\n'}` : piece
    const card = task.cards ? Math.min(task.cards[0] + at, task.cards[1] - 1) : document.scenes[from + at]?.card
    return { text, ...(card !== undefined && { card }) }
  })
  const next: Document = {
    ...document,
    tasks,
    fixes: [...document.fixes, ...read.fixes].slice(-MAX_FIXES),
    departures: [...document.departures, ...(read.departure === undefined ? [] : [read.departure])].slice(-MAX_FIXES),
  }
  if (task.kind === 'rewrite') return { ...next, candidate: { from, to, scenes, verdicts: [], opinions: [] } }
  if (task.kind === 'length' && !isCloser(document, scenes, from, to)) return next
  return putScenes(next, from, to, scenes)
}

const MAX_FIXES = 200

/** Replaces scenes and shifts the indexes of later tasks. */
export function putScenes(document: Document, from: number, to: number, scenes: readonly Scene[]): Document {
  const shift = scenes.length - (to - from)
  const moved = (at: number): number => (at >= to && at < Number.MAX_SAFE_INTEGER ? at + shift : at)
  const spliced = document.scenes.toSpliced(from, to - from, ...scenes)
  const last = spliced.length - 1
  return {
    ...document,
    scenes: spliced.map((scene, at) => (at < last ? separated(scene) : scene)),
    tasks: document.tasks.map((task) => ({ ...task, from: moved(task.from), to: moved(task.to) })),
  }
}

/** A scene with a blank line at its end, for a scene that others follow. */
function separated(scene: Scene): Scene {
  return scene.text.endsWith('\n') ? scene : { ...scene, text: `${scene.text}\n\n` }
}

function isCloser(document: Document, scenes: readonly Scene[], from: number, to: number): boolean {
  const target = document.brief.target_pages
  const after = { ...document, scenes: document.scenes.toSpliced(from, to - from, ...scenes) }
  return Math.abs(pagesOf(after) - target) < Math.abs(pagesOf(document) - target)
}

/** The outline lines that replace an answer where the window is too small. */
function summaryOf({ outline = [], scenes }: Document, { cards, from, to }: PageTask): string {
  const lines = cards
    ? outline.slice(...cards).map((card, at) => cardLine(card, cards[0] + at + 1))
    : scenes.slice(from, to).map(({ text }) => text.split('\n')[0] ?? '')
  return `(The pages written here, by their outline)\n${lines.join('\n')}`
}

/** The question for the pages of a task. It does not repeat the conversation. */
function pagePrompt(document: Document, task: PageTask, pages: number): string {
  const wishes = document.wishes.map((wish) => `The person adds: ${wish}`)
  return joinLines([
    ...wishes,
    task.kind === 'draft' ? draftPrompt(document, task, pages) : rewritePrompt(document, task, pages),
  ])
}

function draftPrompt(document: Document, { cards = [0, 0] }: PageTask, pages: number): string {
  const { outline = [], scenes, brief } = document
  const [from, to] = cards
  const isWhole = from === 0 && to === outline.length
  const density = densityOf(document) ?? WORDS_PER_PAGE
  return joinLines([
    isWhole
      ? `Now write the whole script: ${lengthText(pages, density)}.`
      : `Now write ${scenesText(from, to)} of the outline: ${lengthText(pages, density)}.${scenes.length > 0 ? ` ${formatPages(pagesOfScenes(scenes))} of ${formatPages(brief.target_pages)} are written; go on from their last line.` : ''}`,
    densityOf(document) === undefined &&
      'A speech of one line takes three lines of the page, so pages of short speeches hold a fifth to a quarter fewer words than that.',
    cardList(outline.slice(from, to), from),
    from === 0
      ? pageRules(document)
      : 'Write by the same rules: a reader has only these pages and those before; no reply to nothing; what was planted before is paid with the same word; times, sums and places agree with the pages before.',
    to === outline.length
      ? 'These pages end the script. End with the last image and the last line, then a transition such as > FADE OUT.'
      : 'The script goes on after these pages, so end on what makes one turn the page, and do not close the story.',
    'Where the page asks for something better than the outline, leave the outline, and say it in one note behind your last line: [[OUTLINE: what is different]].',
    'Answer with the pages and nothing else.',
  ])
}

function rewritePrompt(document: Document, task: PageTask, pages: number): string {
  const { from, to } = task
  const scenes = document.scenes.slice(from, to)
  const isWhole = from === 0 && to === document.scenes.length
  const density = densityOf(document) ?? WORDS_PER_PAGE
  return joinLines([
    task.instruction,
    scenes.length > 0 && `${isWhole ? 'The script' : capitalize(scenesText(from, to))} as it stands:`,
    pagesText(scenes).trimEnd(),
    scenes.length > 0 && ' ',
    `Give ${scenes.length === 0 ? 'the new scene' : `${isWhole ? 'the script' : scenesText(from, to)} again`}, whole, as Fountain: ${lengthText(pages, density)}. ${to === document.scenes.length ? '' : 'The scenes around it stay as they are. '}Answer with the pages and nothing else.`,
  ])
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** `pages 2.1 of 7 · … the last words`. */
function streamText(document: Document, task: PageTask, text: string): string {
  const done = pagesOfScenes(document.scenes)
  const words = text.match(/\S+/g)?.length ?? 0
  const pages = words / WORDS_PER_PAGE + (task.kind === 'draft' ? done : 0)
  const tail = text.slice(-160).replace(/\s+/g, ' ').trim()
  const name = task.kind === 'draft' ? 'pages' : TASK_NAMES[task.kind]
  return `${name} · ${pages.toFixed(1)} of ${formatPages(task.kind === 'draft' ? document.brief.target_pages : task.pages)} · …${tail}`
}

export const TASK_NAMES: Readonly<Record<PageTask['kind'], string>> = {
  draft: 'pages',
  rewrite: 'rewriting after the reader',
  revise: 'revising',
  length: 'fitting the length',
}
