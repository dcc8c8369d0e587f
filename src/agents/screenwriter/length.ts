import type { Document, PageTask } from './document.ts'
import { blockRanges, LENGTH_TOLERANCE } from './polish.ts'
import { formatPages } from './prompts.ts'
import { pagesOf, pagesOfScenes } from './render.ts'

/** True if a whole draft misses its length by more than a tenth and was not resized yet. */
export function needsResizing(document: Document): boolean {
  return !document.resized && document.scenes.length > 0 && Math.abs(lengthError(document)) > LENGTH_TOLERANCE
}

/** The error of the length as a share of the target; above 0: too long. */
export function lengthError(document: Document): number {
  return pagesOf(document) / document.brief.target_pages - 1
}

/**
 * Asks once for versions of the right length, with the figure and the text: the whole of a short script, or as many blocks
 * of a longer one as needed, each by at most a quarter of its pages. Code cuts and fills nothing.
 */
export function planResizing(document: Document): Document {
  const pages = pagesOf(document)
  const target = document.brief.target_pages
  const blocks = blockRanges(document).map(([from, to]) => ({
    from,
    to,
    pages: pagesOfScenes(document.scenes.slice(from, to)),
  }))
  const isOver = pages > target
  let left = Math.abs(pages - target)
  // The last block keeps its length while the other blocks can absorb the difference.
  const order = isOver
    ? blocks
        .slice(0, -1)
        .toSorted((a, b) => b.pages - a.pages)
        .concat(blocks.slice(-1))
    : blocks
  const tasks: PageTask[] = []
  for (const block of order) {
    if (left <= target * (LENGTH_TOLERANCE / 2)) break
    const change = Math.min(left, block.pages * (blocks.length === 1 ? 1 : MAX_CHANGE))
    left -= change
    const wanted = Math.max(0.2, block.pages + (isOver ? -change : change))
    tasks.push({
      kind: 'length',
      from: block.from,
      to: block.to,
      pages: wanted,
      instruction: [instruction(block.pages, wanted, isOver), ...faultLines(document, block)].join('\n'),
    })
  }
  return { ...document, resized: true, tasks: tasks.toSorted((a, b) => a.from - b.from) }
}

const MAX_CHANGE = 0.25

/** The open criticism of the last reader on these scenes, because the writer sees them for the last time here. */
function faultLines({ opinions }: Document, block: { readonly from: number; readonly to: number }): readonly string[] {
  const inside = (opinions ?? []).filter(({ scene = 0 }) => scene > block.from && scene <= block.to)
  if (inside.length === 0) return []
  return [
    'A reader still holds the following. Cure each on the way where a line cut or changed does it; leave what would need more:',
    ...inside.map(({ scene, quote, fault }) => `- Scene ${scene}: "${quote}" ${fault}`),
    'Read the result once as a first reader: every reply still has the line that it answers.',
  ]
}

function instruction(pages: number, wanted: number, isOver: boolean): string {
  const off = formatPages(Math.abs(pages - wanted))
  return isOver
    ? `This runs ${formatPages(pages)}: ${off} too long. Keep the turn, every plant that is paid later, and the last line. Cut whole exchanges and action that say something twice; never cut a line that is answered or needed later. Everything else stays word for word.`
    : `This runs ${formatPages(pages)}: ${off} too short. Give more room where a first reader needs it: before the turn, where people want something from each other, where a thing is planted. Add no new ending and no new idea. Everything else stays word for word.`
}
