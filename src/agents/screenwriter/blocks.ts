import type { ModelFacts } from '../../contract/provider.ts'
import type { Document, PageTask } from './document.ts'
import { SHAPES } from './input.ts'
import { pagesOfScenes } from './render.ts'
import type { Card } from './shapes.ts'

/** Output tokens a page: about 260 for Fountain, and half as much again because models may exceed the length. */
export const TOKENS_PER_PAGE = 390
/** Output tokens for reasoning before the pages. */
export const TOKENS_TO_THINK = 8_000

/**
 * The maximum pages of one answer: the block length of the format, or less where the model's output limit or window is
 * smaller. A model with unknown limits gets the router's default of 8,192 tokens.
 */
export function pagesPerBlock({ brief }: Document, facts: Partial<ModelFacts> | undefined): number {
  const { maxOutputTokens = 8_192, contextTokens = 32_768 } = facts ?? {}
  const held = Math.min(maxOutputTokens * 0.8, contextTokens / 4)
  return Math.max(0.5, Math.min(SHAPES[brief.format].blockPages, Math.floor((held / TOKENS_PER_PAGE) * 2) / 2))
}

/** A block may end early where the next part (an act, a sequence) begins, if it has this share of its pages. */
const PART_SHARE = 0.6

/** The blocks of the first draft: whole scenes in order, each block about as long as one answer may be. */
export function planBlocks(outline: readonly Card[], blockPages: number): readonly PageTask[] {
  const total = outline.reduce((sum, card) => sum + card.pages, 0)
  const goal = total / Math.max(1, Math.ceil(total / blockPages))
  const tasks: { from: number; pages: number }[] = []
  for (const [at, card] of outline.entries()) {
    const open = tasks.at(-1)
    const endsPart = card.part !== outline[at - 1]?.part
    const isFull = !open || open.pages + card.pages / 2 > goal || (endsPart && open.pages > goal * PART_SHARE)
    if (isFull) tasks.push({ from: at, pages: 0 })
    const task = tasks.at(-1)
    if (task) task.pages += card.pages
  }
  return tasks.map(({ from, pages }, at) => ({
    kind: 'draft',
    from: Number.MAX_SAFE_INTEGER,
    to: Number.MAX_SAFE_INTEGER,
    cards: [from, tasks[at + 1]?.from ?? outline.length],
    pages,
  }))
}

/** The least share of a block's planned pages that is asked for after earlier blocks ran over. */
const LEAST_SHARE = 0.85
const MOST_SHARE = 1.2

/**
 * The pages to ask for in a block of the draft: its planned pages, corrected by the error of earlier blocks. The last block
 * never gets less than planned, because the ending needs its space.
 */
export function pagesToAsk(document: Document, task: PageTask): number {
  if (task.kind !== 'draft') return task.pages
  const drafts = document.tasks.filter(({ kind }) => kind === 'draft')
  const planned = drafts.reduce((sum, { pages }) => sum + pages, 0)
  const left = document.brief.target_pages - pagesOfScenes(document.scenes)
  const share = Math.min(MOST_SHARE, Math.max(LEAST_SHARE, left / planned))
  return task.pages * (drafts.length === 1 ? Math.max(1, share) : share)
}
