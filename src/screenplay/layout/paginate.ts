import type { Script } from '../types.ts'
import { type Block, buildBlocks } from './blocks.ts'
import { resolveMeasures, type Spacing } from './measures.ts'

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
  /** The offsets of the line in the printed text of its element; absent where the layout adds it, such as a cue. */
  readonly from?: number
  readonly to?: number
}

/**
 * Lines on a page. 54 on US Letter was measured on scripts with Final Draft's own page breaks: 9 inches, 6 lines an inch.
 * A4 is 0.7 inch longer.
 */
export const LINES_PER_PAGE = { letter: 54, a4: 58 } as const

/** Absent options are those of the script's own `setup`, else `letter` and `single`. */
export interface PageOptions {
  readonly paper?: 'letter' | 'a4'
  /** The line spacing of dialogue; `double` is the form of comedy shot with several cameras. */
  readonly spacing?: Spacing
}

/** The lines of a page of a script. */
export function countPageLines(script: Script, { paper }: PageOptions = {}): number {
  return LINES_PER_PAGE[paper ?? script.setup?.paper ?? 'letter']
}

/**
 * Lays a script out on pages as Final Draft does: spacing at the top of a page is dropped; no heading ends a page and no
 * transition begins one; an action or a speech splits at the end of a sentence with two lines on each side, `(MORE)` and
 * `(CONT'D)` being free. Time is linear in the length of the script.
 */
export function paginate(script: Script, options: PageOptions = {}): readonly Page[] {
  const linesPerPage = countPageLines(script, options)
  const blocks = buildBlocks(script, resolveMeasures(script, options))
  const pages: Page[] = []
  let next = 0
  while (next < blocks.length) {
    const filled = fillPage(blocks, next, linesPerPage)
    const lines = pageLines(filled.page)
    if (lines.length > 0) pages.push({ number: pages.length + 1, lines })
    next = filled.next
  }
  return pages
}

/** How long a script is, in pages: whole pages, and of the last one the part that is used. */
export function measurePages(script: Script, options?: PageOptions): number {
  const pages = paginate(script, options)
  const rows = Math.max(0, ...(pages.at(-1)?.lines.map((line) => line.row + 1) ?? [0]))
  return Math.max(0, pages.length - 1) + rows / countPageLines(script, options)
}

interface PlacedBlock {
  readonly block: Block
  readonly topRow: number
}

/** The blocks of a page, and the index of the first block after it, which may now be the rest of a block. */
interface FilledPage {
  readonly page: readonly PlacedBlock[]
  readonly next: number
}

/** Fills one page from a block on. At least one block is placed, so that it always ends. */
function fillPage(blocks: Block[], first: number, linesPerPage: number): FilledPage {
  const page: PlacedBlock[] = []
  let used = 0
  for (let index = first; index < blocks.length; index++) {
    const block = blocks[index] as Block
    if (block.kind === 'page_break') return { page, next: index + 1 }
    const top = page.length === 0 ? 0 : used + block.spaceBefore
    if (top + block.rows > linesPerPage) {
      const parts = block.split?.(linesPerPage - top)
      if (!parts) return breakBeforeOverflow(page, blocks, index, linesPerPage)
      blocks[index] = parts[1]
      return { page: [...page, { block: parts[0], topRow: top }], next: index }
    }
    page.push({ block, topRow: top })
    used = top + block.rows
  }
  return { page, next: blocks.length }
}

/** Ends a page at the last place at or above the overflow where it may end. */
function breakBeforeOverflow(
  page: readonly PlacedBlock[],
  blocks: Block[],
  overflow: number,
  linesPerPage: number,
): FilledPage {
  const first = overflow - page.length
  for (let kept = page.length; kept > 0; kept--) {
    const [last, next] = [page[kept - 1] as PlacedBlock, blocks[first + kept]]
    if (last.block.kind !== 'heading' && next?.kind !== 'transition') {
      return { page: page.slice(0, kept), next: first + kept }
    }
    // The block above a transition gives it its last lines, because no transition begins a page.
    const parts = last.block.split?.(last.block.rows - 1)
    if (parts) {
      blocks[first + kept - 1] = parts[1]
      return { page: [...page.slice(0, kept - 1), { block: parts[0], topRow: last.topRow }], next: first + kept - 1 }
    }
  }
  if (page.length > 0) return { page, next: overflow }
  const block = blocks[overflow] as Block
  const parts = block.cut?.(linesPerPage)
  if (!parts) return { page: [{ block, topRow: 0 }], next: overflow + 1 }
  blocks[overflow] = parts[1]
  return { page: [{ block: parts[0], topRow: 0 }], next: overflow }
}

function pageLines(page: readonly PlacedBlock[]): readonly PageLine[] {
  return page.flatMap(({ block, topRow: top }) => block.lines.map((line) => ({ ...line, row: top + line.row })))
}
