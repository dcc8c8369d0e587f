import type { Script } from '../types.ts'
import { type Block, buildBlocks, splitBlock, splitBlockAtRow } from './blocks.ts'
import type { Spacing } from './dialogue.ts'

/** A page of the body; the title page is not counted. */
export interface Page {
  /** From 1. */
  readonly number: number
  /** From top to bottom. */
  readonly lines: readonly PageLine[]
}

export interface PageLine {
  /**
   * Sixths of an inch below the top margin. `(MORE)` may stand one below the last row, and the repeated cue at -1: they
   * cost no line.
   */
  readonly row: number
  /** Tenths of an inch from the left edge of the paper: where a Courier cell of 12 points begins. */
  readonly column: number
  readonly text: string
  /** Index in `script.elements`. */
  readonly element: number
}

/**
 * Lines on a page. 54 on US Letter was measured on scripts with Final Draft's own page breaks: 9 inches, 6 lines an inch.
 * A4 is 0.7 inch longer.
 */
export const LINES_PER_PAGE = { letter: 54, a4: 58 } as const

/** `letter` and `single` where not given. */
export interface PageOptions {
  readonly paper?: 'letter' | 'a4'
  /** Of dialogue; `double` is the form of comedy shot with several cameras. */
  readonly spacing?: Spacing
}

/**
 * Lays a script out on pages as Final Draft does: spacing at the top of a page is dropped; no heading ends a page and no
 * transition begins one; an action or a speech splits at the end of a sentence with two lines on each side, `(MORE)` and
 * `(CONT'D)` being free.
 */
export function paginate(script: Script, { paper = 'letter', spacing = 'single' }: PageOptions = {}): readonly Page[] {
  const linesPerPage = LINES_PER_PAGE[paper]
  const pages: Page[] = []
  let rest: readonly Block[] = buildBlocks(script, spacing)
  while (rest.length > 0) {
    const { page, after } = fillPage(rest, linesPerPage)
    const lines = pageLines(page)
    if (lines.length > 0) pages.push({ number: pages.length + 1, lines })
    rest = after
  }
  return pages
}

/** How long a script is, in pages: whole pages, and of the last one the part that is used. */
export function measurePages(script: Script, options?: PageOptions): number {
  const pages = paginate(script, options)
  const rows = Math.max(0, ...(pages.at(-1)?.lines.map((line) => line.row + 1) ?? [0]))
  return Math.max(0, pages.length - 1) + rows / LINES_PER_PAGE[options?.paper ?? 'letter']
}

interface PlacedBlock {
  readonly block: Block
  readonly topRow: number
}

/** One page of blocks and what is left. At least one block is placed, so that it always ends. */
function fillPage(
  blocks: readonly Block[],
  linesPerPage: number,
): { page: readonly PlacedBlock[]; after: readonly Block[] } {
  const page: PlacedBlock[] = []
  let used = 0
  for (const [index, block] of blocks.entries()) {
    if (block.kind === 'page_break') return { page, after: blocks.slice(index + 1) }
    const top = page.length === 0 ? 0 : used + block.spaceBefore
    if (top + block.rows > linesPerPage) {
      const parts = splitBlock(block, linesPerPage - top)
      if (parts)
        return { page: [...page, { block: parts[0], topRow: top }], after: [parts[1], ...blocks.slice(index + 1)] }
      return breakBeforeOverflow(page, blocks, index, linesPerPage)
    }
    page.push({ block, topRow: top })
    used = top + block.rows
  }
  return { page, after: [] }
}

/** The last place at or above the overflow where a page may end. */
function breakBeforeOverflow(
  page: readonly PlacedBlock[],
  blocks: readonly Block[],
  overflow: number,
  linesPerPage: number,
) {
  const first = overflow - page.length
  for (let kept = page.length; kept > 0; kept--) {
    const [last, next] = [page[kept - 1] as PlacedBlock, blocks[first + kept]]
    if (last.block.kind !== 'heading' && next?.kind !== 'transition') {
      return { page: page.slice(0, kept), after: blocks.slice(first + kept) }
    }
    // What stands above a transition may give it its last lines for company.
    const parts = splitBlock(last.block, last.block.rows - 1)
    if (parts) {
      const head = [...page.slice(0, kept - 1), { block: parts[0], topRow: last.topRow }]
      return { page: head, after: [parts[1], ...blocks.slice(first + kept)] }
    }
  }
  if (page.length > 0) return { page, after: blocks.slice(overflow) }
  const [above, below] = splitBlockAtRow(blocks[overflow] as Block, linesPerPage)
  return { page: [{ block: above, topRow: 0 }], after: [below, ...blocks.slice(overflow + 1)] }
}

function pageLines(page: readonly PlacedBlock[]): readonly PageLine[] {
  return page.flatMap(({ block, topRow: top }) => block.lines.map((line) => ({ ...line, row: top + line.row })))
}
