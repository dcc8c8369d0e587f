import { toPlainText } from '../emphasis.ts'
import type { Script } from '../types.ts'
import { wrapText } from './wrap.ts'

/** A line of the title page. Rows count from the top margin, six an inch; the text may hold marks of emphasis. */
export interface TitleLine {
  readonly row: number
  readonly align: 'center' | 'left'
  readonly text: string
}

/** Where the title stands: a third down the page. */
const TITLE_ROW = 17
/** Characters of a line. */
const LINE_WIDTH = 60

/**
 * Lays the title page out: title, credit, author and source in the middle, all else that is meant for readers at the
 * foot on the left. Without anything to show there is no title page.
 */
export function layOutTitlePage({ titlePage }: Script, rows: number): readonly TitleLine[] {
  const valuesOf = (keys: RegExp): readonly string[] =>
    titlePage.flatMap(({ key, values }) => (keys.test(key) ? values.flatMap((text) => wrapText(text, LINE_WIDTH)) : []))
  const centre = [TITLE_KEY, CREDIT_KEY, AUTHOR_KEY, SOURCE_KEY].map(valuesOf)
  let row = TITLE_ROW
  const middle = centre.flatMap((values, part) => {
    if (values.length === 0) return []
    // The title is set apart by three blank lines, the rest by one.
    const lines = values.map((text, index) => ({ row: row + index, align: 'center' as const, text }))
    row += values.length + (part === 0 ? 3 : 1)
    return lines
  })
  const rest = titlePage.filter(
    ({ key }) => ![TITLE_KEY, CREDIT_KEY, AUTHOR_KEY, SOURCE_KEY, HIDDEN_KEY].some((keys) => keys.test(key)),
  )
  const foot = rest.flatMap(({ values }, index) => [
    ...(index > 0 ? [''] : []),
    ...values.flatMap((text) => wrapText(text, LINE_WIDTH)),
  ])
  const first = Math.max(row, rows - foot.length)
  return [...middle, ...foot.map((text, index) => ({ row: first + index, align: 'left' as const, text }))].filter(
    ({ text }) => text !== '',
  )
}

/** The title as one line of plain text; undefined: the script has none. */
export function titleOf({ titlePage }: Script): string | undefined {
  return joinValues(titlePage, TITLE_KEY, ' ')
}

/** Who wrote it, in one line of plain text. */
export function authorOf({ titlePage }: Script): string | undefined {
  return joinValues(titlePage, AUTHOR_KEY, ', ')
}

function joinValues(titlePage: Script['titlePage'], keys: RegExp, separator: string): string | undefined {
  const values = titlePage.find(({ key }) => keys.test(key))?.values.map(toPlainText)
  return values?.join(separator).trim() || undefined
}

const TITLE_KEY = /^title$/i
const CREDIT_KEY = /^credits?$/i
const AUTHOR_KEY = /^(?:authors?|written by)$/i
const SOURCE_KEY = /^source$/i
/** Meant for programs. */
const HIDDEN_KEY = /^(?:fmt|format|font|language)$/i
