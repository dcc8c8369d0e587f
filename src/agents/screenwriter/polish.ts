import { z } from 'zod'
import type { Desk } from '../shared/stage-loop.ts'
import type { Candidate, Document, Opinion, PageTask } from './document.ts'
import { putScenes } from './pages.ts'
import { briefText, formatPages, joinLines, scenesText } from './prompts.ts'
import { fountainOf, pagesOf, pagesOfScenes, pagesText } from './render.ts'
import { Reading } from './shapes.ts'

/** The largest accepted error of the length, as a share of the target. */
export const LENGTH_TOLERANCE = 0.1

/** Readers see the brief and the script only, because a writer's plan makes every page clear. */
const READER =
  'You read screenplays: first as somebody who has only the page, then as a script editor. You are exact, you quote, you weigh what matters, and you keep praise out. You answer with one JSON value of the schema you are given and nothing else.'

/** Asks a reader without the conversation for notes on the draft. Notes without a reason for a rewrite end the pass. */
export async function readDraft(document: Document, desk: Desk<Document>): Promise<Document> {
  const { value: reading } = await desk.askData(document, {
    name: 'reading',
    subject: 'the notes of the reader',
    alone: READER,
    schema: Reading,
    prompt: readerPrompt(document),
    maxOutputTokens: 12_000,
  })
  const readings = document.readings + 1
  const tasks = rewriteTasks(document, reading)
  if (tasks.length === 0) return { ...document, readings, reading: undefined }
  return { ...document, readings, reading, opinions: opinionsOf(reading), tasks: [...document.tasks, ...tasks] }
}

function readerPrompt(document: Document): string {
  return joinLines([
    briefText(document),
    `It runs ${formatPages(pagesOf(document))}. Scenes are counted from 1, by their headings.`,
    '',
    'The script:',
    fountainOf(document),
    '',
    'Read it once straight through, as if you knew nothing of it.',
    'must_stay: up to three passages that carry it, quoted.',
    'not_understood: what comes first. Every place where a first reader does not know who, where, when, what "it" or "he" is, why somebody says or does this, or has to turn back: quote it, ask your question, and give the smallest thing that would make it plain, shown or said in character rather than explained.',
    'faults: the five that matter most, the worst first. Look for: cause and logic; every number, time, date, distance and direction (recompute them); what is planted without being paid and paid without being planted; a reply to something that was not said; two lines that could swap mouths; what is said aloud that should not be; the same beat twice; an ending that is not earned or is too short. Quote each, and give the smallest cure: a line cut, moved or changed. Do not ask for more material where a cut would do.',
    'The length is judged elsewhere: it is no fault, and every quote is from the script.',
    'cuts: what could go whole, should the script be too long, without anything later losing its cause.',
  ])
}

function opinionsOf({ not_understood, faults }: Reading): readonly Opinion[] {
  return [
    ...not_understood.map(({ scene, quote, question }) => ({ scene, quote, fault: question })),
    ...faults.map(({ scene, quote, fault }) => ({ scene, quote, fault })),
  ]
}

/** The maximum blocks of a long script that one pass rewrites. */
const MAX_REWRITES = 4

/** The rewrites of a pass: a whole script of one block, else the blocks with the most notes. */
function rewriteTasks(document: Document, reading: Reading): readonly PageTask[] {
  if (reading.not_understood.length + reading.faults.length === 0) return []
  const blocks = blockRanges(document)
  const noted = [...reading.not_understood, ...reading.faults].map(({ scene }) => scene - 1)
  const count = ([from, to]: readonly [number, number]): number => noted.filter((at) => at >= from && at < to).length
  const chosen = blocks
    .filter((block) => blocks.length === 1 || count(block) > 0)
    .toSorted((a, b) => count(b) - count(a))
    .slice(0, MAX_REWRITES)
    .toSorted((a, b) => a[0] - b[0])
  const scale = wantedScale(document)
  return chosen.map(([from, to]) => ({
    kind: 'rewrite',
    from,
    to,
    pages: pagesOfScenes(document.scenes.slice(from, to)) * scale,
    instruction: rewriteInstruction(document, reading, [from, to]),
  }))
}

/** The factor that brings the script to its length; 1 within the tolerance. */
function wantedScale(document: Document): number {
  const scale = document.brief.target_pages / Math.max(0.1, pagesOf(document))
  return Math.abs(1 - scale) <= LENGTH_TOLERANCE ? 1 : scale
}

/** Runs of scenes, each about as long as one answer. */
export function blockRanges({ scenes, blockPages = 12 }: Document): readonly (readonly [from: number, to: number])[] {
  const lengths = scenes.map((scene) => pagesOfScenes([scene]))
  const total = lengths.reduce((sum, pages) => sum + pages, 0)
  const goal = total / Math.max(1, Math.ceil(total / blockPages))
  const ranges: [number, number][] = []
  let pages = 0
  for (const [at, length] of lengths.entries()) {
    const open = ranges.at(-1)
    if (open && pages + length / 2 <= goal) {
      open[1] = at + 1
      pages += length
    } else {
      ranges.push([at, at + 1])
      pages = length
    }
  }
  return ranges
}

function rewriteInstruction(document: Document, reading: Reading, [from, to]: readonly [number, number]): string {
  const inside = ({ scene }: { readonly scene: number }): boolean =>
    blockRanges(document).length === 1 || (scene > from && scene <= to)
  const pages = pagesOf(document)
  const scale = wantedScale(document)
  return joinLines([
    `A first reader who knows only the brief has read the script. These are the notes on ${scenesText(from, to)}.`,
    reading.must_stay.length > 0 && 'Must stay word for word, and nothing may explain it:',
    ...reading.must_stay.map(({ quote, why }) => `- "${quote}" (${why})`),
    'Not understood. Make these plain first, each with the smallest thing that can be seen or said in character; a plain line is better than a clever one:',
    ...reading.not_understood
      .filter(inside)
      .map(({ scene, quote, question, show }) => `- Scene ${scene}: "${quote}" ${question} Perhaps: ${show}`),
    'Faults. Cure each with the smallest change, a cut before an addition:',
    ...reading.faults
      .filter(inside)
      .map(({ scene, quote, fault, cure }) => `- Scene ${scene}: "${quote}" ${fault} Perhaps: ${cure}`),
    scale !== 1 &&
      `It runs ${formatPages(pages)} and should run ${formatPages(document.brief.target_pages)}. ${scale < 1 ? `Cut whole exchanges, never a line that is answered later; the turn and the ending keep their space.` : 'Let it breathe where the reader was lost and before the turn; do not add an ending.'}`,
    scale < 1 && reading.cuts.length > 0 && 'This could go, if nothing later needs it:',
    ...(scale < 1 ? reading.cuts.map(({ scene, passage }) => `- Scene ${scene}: ${passage}`) : []),
    'Where a cure would make it worse, leave the passage. Add no new plants and no new ideas. Everything the notes do not concern stays word for word.',
  ])
}

/**
 * Compares a rewrite with the present version, in one order and then in the other. The rewrite replaces it only if both
 * comparisons prefer it.
 */
export async function compareVersions(document: Document, desk: Desk<Document>): Promise<Document> {
  const { candidate } = document
  if (!candidate) return document
  const isSwapped = candidate.verdicts.length === 1
  const { value } = await desk.askData(document, {
    name: 'comparison',
    subject: 'the comparison',
    alone: READER,
    schema: Comparison,
    prompt: comparisonPrompt(document, candidate, isSwapped),
    maxOutputTokens: 8_000,
  })
  const verdict = value.better === 'tie' ? 'tie' : (value.better === 'B') === isSwapped ? 'first' : 'rewrite'
  const next: Candidate = {
    ...candidate,
    verdicts: [...candidate.verdicts, verdict],
    opinions: isSwapped ? candidate.opinions : value.still_wrong,
  }
  return next.verdicts.length < 2 && verdict === 'rewrite' ? { ...document, candidate: next } : settle(document, next)
}

const Comparison = z.object({
  weakness_of_a: z.string().describe('What a first reader does not follow in A, and its worst fault.'),
  weakness_of_b: z.string().describe('The same of B.'),
  better: z.enum(['A', 'B', 'tie']),
  still_wrong: z
    .array(z.object({ scene: z.int(), quote: z.string(), fault: z.string() }))
    .describe('Up to three faults that the better one still has.'),
})

function comparisonPrompt(document: Document, { from, to, scenes }: Candidate, isSwapped: boolean): string {
  const before = pagesText(document.scenes.slice(from, to)).trimEnd()
  const after = pagesText(scenes).trimEnd()
  const isWhole = from === 0 && to === document.scenes.length
  return joinLines([
    briefText(document),
    isWhole
      ? 'Two versions of the script, A and B.'
      : `Two versions, A and B, of ${scenesText(from, to)}. What comes before, by heading: ${headings(document, 0, from)}.`,
    'Which is better? Weigh in this order: can a first reader follow it at once; cause, logic and sums; turn and payoff; what is left unsaid; voices; economy; ending; the page.',
    '',
    'A:',
    isSwapped ? after : before,
    '',
    'B:',
    isSwapped ? before : after,
  ])
}

function headings({ scenes }: Document, from: number, to: number): string {
  const all = scenes.slice(from, to).map(({ text }) => text.split('\n').find((line) => line.trim() !== '') ?? '')
  return all.length === 0 ? 'nothing' : all.join('; ')
}

/** Applies the preferred version. The next question names it for the writer, because both are in the conversation. */
function settle(document: Document, candidate: Candidate): Document {
  const { from, to, scenes, verdicts, opinions } = candidate
  const isBetter = verdicts.length === 2 && verdicts.every((verdict) => verdict === 'rewrite')
  const rest: Document = { ...document, candidate: undefined }
  if (!isBetter) {
    const name = scenesText(from, to)
    return { ...rest, wishes: [...rest.wishes, `the version of ${name} before your last rewrite stands.`] }
  }
  const inside = (scene = 0): boolean => scene > from && scene <= to
  const kept = document.opinions.filter(({ scene }) => !inside(scene))
  return { ...putScenes(rest, from, to, scenes), opinions: [...kept, ...opinions] }
}
