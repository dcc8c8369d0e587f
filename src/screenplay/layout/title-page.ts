import { toPlainText } from '../emphasis.ts'
import type { Script } from '../types.ts'
import { wrapText } from './wrap.ts'

/** A line of the title page. Rows count from the top margin, six an inch; the text may hold marks of emphasis. */
export interface TitleLine {
  /** 0, or more where the text does not fit on one page. */
  readonly page: number
  readonly row: number
  readonly align: 'center' | 'left'
  readonly text: string
}

/** Where the title stands: a third down the page. */
const TITLE_ROW = 17
/** Characters of a line. */
const LINE_WIDTH = 60

/**
 * Lays the title page out: title, credit, author and source in the middle, all else for readers at the foot on the left.
 * Several credits stay with their names. Lines that do not fit continue on another page. Without anything to print there
 * is no title page.
 */
export function layOutTitlePage({ titlePage }: Script, rows: number): readonly TitleLine[] {
  let row = TITLE_ROW
  const middle = centredEntries(titlePage).flatMap(({ key, values }) => {
    const lines = values.flatMap(wrapValue).map((text, index) => ({ row: row + index, align: 'center' as const, text }))
    // The title has three blank lines below it, the rest one.
    if (lines.length > 0) row += lines.length + (TITLE_KEY.test(key) ? 3 : 1)
    return lines
  })
  const rest = titlePage.filter(({ key }) => !CENTRED_KEYS.some((keys) => keys.test(key)) && !HIDDEN_KEY.test(key))
  const foot = rest.flatMap(({ values }, index) => [...(index > 0 ? [''] : []), ...values.flatMap(wrapValue)])
  const first = Math.max(row, rows - foot.length)
  return [...middle, ...foot.map((text, index) => ({ row: first + index, align: 'left' as const, text }))]
    .filter(({ text }) => text !== '')
    .map((line) => ({ ...line, page: Math.floor(line.row / rows), row: line.row % rows }))
}

function wrapValue(text: string): readonly string[] {
  return wrapText(text.replaceAll('\t', '    '), LINE_WIDTH)
}

/** The entries in the middle: title, credit, author, source; where there are several credits, in the order they have. */
function centredEntries(
  titlePage: Script['titlePage'],
): readonly { readonly key: string; readonly values: readonly string[] }[] {
  const valuesOf = (keys: RegExp) => titlePage.filter(({ key }) => keys.test(key))
  if (valuesOf(CREDIT_KEY).length > 1) {
    const below = titlePage.filter(({ key }) => CENTRED_KEYS.some((keys) => keys.test(key)) && !TITLE_KEY.test(key))
    return [...joinEntries('Title', valuesOf(TITLE_KEY)), ...below]
  }
  return CENTRED_KEYS.flatMap((keys) => {
    const found = valuesOf(keys)
    return joinEntries(found[0]?.key ?? '', found)
  })
}

function joinEntries(key: string, entries: Script['titlePage']) {
  return entries.length === 0 ? [] : [{ key, values: entries.flatMap(({ values }) => values) }]
}

/** The title as one line of plain text; undefined: the script has none. */
export function titleOf({ titlePage }: Script): string | undefined {
  return joinValues(titlePage, TITLE_KEY, ' ')
}

/** The authors, in one line of plain text. */
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
const CENTRED_KEYS = [TITLE_KEY, CREDIT_KEY, AUTHOR_KEY, SOURCE_KEY]
/** Meant for programs. */
const HIDDEN_KEY = /^(?:fmt|format|font|language)$/i
