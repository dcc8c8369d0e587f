import { parseRuns, type Run, toPlainText } from '../emphasis.ts'
import { countPageLines, type PageOptions, paginate } from '../layout/paginate.ts'
import { type StyledLine, styleLines } from '../layout/styled-lines.ts'
import { layOutTitlePage, titleOf } from '../layout/title-page.ts'
import { countCells } from '../layout/wrap.ts'
import type { Script, ScriptElement } from '../types.ts'
import { STYLESHEET } from './style.ts'

/** CSS pixels, 96 an inch. */
const PAPER_SIZES = { letter: [816, 1056, 'letter'], a4: [794, 1123, 'A4'] } as const

/**
 * A script as one HTML file that needs nothing beside it and runs no program: the pages of `paginate` on a wide screen
 * and on paper, flowing text on a phone. Everything from the script is escaped.
 */
export function toHtml(script: Script, options: PageOptions = {}): string {
  const paper = options.paper ?? script.setup?.paper ?? 'letter'
  const [width, height, size] = PAPER_SIZES[paper]
  const pages = styleLines(script, paginate(script, options))
  const body = pages.map((lines, index) => renderPage(script, lines, index, pages[index - 1])).join('\n')
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(titleOf(script) ?? 'Screenplay')}</title>
<style>:root{--w:${width}px;--h:${height}px;--size:${size}}${STYLESHEET}</style>
</head>
<body>
${renderTitlePage(script, countPageLines(script, options), width)}${body}
</body>
</html>
`
}

function renderTitlePage(script: Script, rows: number, width: number): string {
  const lines = layOutTitlePage(script, rows)
  if (lines.length === 0) return ''
  const show = (page: number) =>
    lines
      .filter((line) => line.page === page)
      .map(({ row, align, text }, index) => {
        const tag = index === 0 && page === 0 ? 'h1' : 'p'
        // In the middle of the paper; the left margin of a title page is one inch.
        const column = align === 'left' ? 10 : Math.round((width / 9.6 - countCells(toPlainText(text))) * 5) / 10
        return `<${tag} class="${align === 'center' ? 'centered' : 'left'}" style="--r:${row};--c:${column}">${renderRuns(parseRuns(text))}</${tag}>`
      })
  return Array.from({ length: (lines.at(-1)?.page ?? 0) + 1 }, (_, page) => {
    return `<section class="page title">\n${show(page).join('\n')}\n</section>\n`
  }).join('')
}

/** Lines of one element that follow each other. */
interface LineGroup {
  readonly element: number
  readonly kind: LineKind
  readonly lines: readonly StyledLine[]
}

type LineKind = 'scene' | 'cue' | 'more' | Exclude<ScriptElement['type'], 'scene_heading' | 'character'>

function renderPage(
  script: Script,
  lines: readonly StyledLine[],
  index: number,
  before: readonly StyledLine[] | undefined,
): string {
  const number =
    index === 0 ? '' : `<p class="number n" style="--r:-3;--c:${75 - `${index + 1}.`.length}">${index + 1}.</p>\n`
  const shown = groupLines(script, lines).map((group, at) => {
    const continued = at === 0 && before?.some((line) => line.element === group.element)
    return renderGroup(group, continued === true)
  })
  return `<section class="page" id="page-${index + 1}">\n${number}${shown.join('\n')}\n</section>`
}

function groupLines(script: Script, lines: readonly StyledLine[]): readonly LineGroup[] {
  const groups: { element: number; kind: LineKind; lines: StyledLine[] }[] = []
  for (const line of lines) {
    const kind = kindOf(script.elements[line.element], line)
    const last = groups.at(-1)
    if (last?.element === line.element && last.kind === kind) last.lines.push(line)
    else groups.push({ element: line.element, kind, lines: [line] })
  }
  return groups
}

function kindOf(element: ScriptElement | undefined, { text, row }: StyledLine): LineKind {
  if (element?.type === 'character') return text === '(MORE)' && row > 0 ? 'more' : 'cue'
  return element === undefined ? 'action' : element.type === 'scene_heading' ? 'scene' : element.type
}

function renderGroup({ element, kind, lines }: LineGroup, continued: boolean): string {
  const first = lines[0]
  if (!first) return ''
  if (kind === 'scene') return renderHeading(element, first.row, lines, continued)
  const left = Math.min(...lines.map((line) => line.column))
  const double = (lines[1]?.row ?? 0) - first.row === 2
  const name = [kind, ...(continued ? ['continues'] : []), ...(double ? ['double'] : [])].join(' ')
  return `<p class="${name}" style="--r:${first.row};--c:${left}">${renderLines(lines, left)}</p>`
}

/** The numbers in the margins are held against the heading's own left edge; a reader on a phone needs only the first. */
function renderHeading(element: number, row: number, lines: readonly StyledLine[], continued: boolean): string {
  const words = lines.filter(({ column }) => column === HEADING_COLUMN)
  const numbers = lines
    .filter(({ column }) => column !== HEADING_COLUMN)
    .map(({ text, column }, at) => {
      return `<span class="n" style="--c:${column - HEADING_COLUMN}"${at > 0 ? ' aria-hidden="true"' : ''}>${escapeHtml(text)}</span>`
    })
  return `<h2 class="scene${continued ? ' continues' : ''}" id="scene-${element}" style="--r:${row};--c:${HEADING_COLUMN}">${numbers[0] ?? ''}${renderLines(words, HEADING_COLUMN)}${numbers[1] ?? ''}</h2>`
}

/** The column of a heading. */
const HEADING_COLUMN = 15

/** Lines with their breaks: `w` is blank that only the page shows, `s` blank that only flowing text shows. */
function renderLines(lines: readonly StyledLine[], left: number): string {
  return lines
    .map((line, at) => {
      const indent = Math.round(line.column - left)
      const cells = indent > 0 ? `<i class="w">${' '.repeat(indent)}</i>` : ''
      if (at === lines.length - 1) return cells + renderRuns(line.runs)
      // A word broken at its hyphen is one word again where text flows.
      const blank = /[^\s-]-$/.test(line.text) ? '' : '<i class="s"> </i>'
      return `${cells}${renderRuns(line.runs)}<br${line.hard ? ' class="hard"' : ''}>${blank}`
    })
    .join('')
}

function renderRuns(runs: readonly Run[]): string {
  return runs
    .map(({ text, bold, italic, underline }) => {
      let html = escapeHtml(text)
      if (italic) html = `<em>${html}</em>`
      if (bold) html = `<strong>${html}</strong>`
      return underline ? `<u>${html}</u>` : html
    })
    .join('')
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`)
}
