import { type Run, runs, visible } from '../inline.ts'
import { LINES_PER_PAGE, type PageOptions, paginate } from '../paginate.ts'
import { type StyledLine, styled } from '../styled.ts'
import { titleLines, titleOf } from '../title-page.ts'
import type { Element, Script } from '../types.ts'
import { STYLE } from './style.ts'

/** CSS pixels, 96 an inch. */
const SIZES = { letter: [816, 1056, 'letter'], a4: [794, 1123, 'A4'] } as const

/**
 * A script as one HTML file that needs nothing beside it and runs no program: the pages of `paginate` on a wide screen
 * and on paper, flowing text on a phone. Everything from the script is escaped.
 */
export function toHtml(script: Script, options: PageOptions = {}): string {
  const paper = options.paper ?? 'letter'
  const [width, height, size] = SIZES[paper]
  const pages = styled(script, paginate(script, options))
  const body = pages.map((lines, index) => page(script, lines, index, pages[index - 1])).join('\n')
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(titleOf(script) ?? 'Screenplay')}</title>
<style>:root{--w:${width}px;--h:${height}px;--size:${size}}${STYLE}</style>
</head>
<body>
${titlePage(script, LINES_PER_PAGE[paper], width)}${body}
</body>
</html>
`
}

function titlePage(script: Script, rows: number, width: number): string {
  const lines = titleLines(script, rows)
  if (lines.length === 0) return ''
  const shown = lines.map(({ row, align, text }, index) => {
    const tag = index === 0 ? 'h1' : 'p'
    // In the middle of the paper; the left margin of a title page is one inch.
    const column = align === 'left' ? 10 : Math.round((width / 9.6 - [...visible(text)].length) * 5) / 10
    return `<${tag} class="${align === 'center' ? 'centered' : 'left'}" style="--r:${row};--c:${column}">${inline(runs(text))}</${tag}>`
  })
  return `<section class="page title">\n${shown.join('\n')}\n</section>\n`
}

/** Lines of one element that follow each other. */
interface Piece {
  readonly element: number
  readonly kind: Kind
  readonly lines: readonly StyledLine[]
}

type Kind = 'scene' | 'cue' | 'more' | Exclude<Element['type'], 'scene_heading' | 'character'>

function page(
  script: Script,
  lines: readonly StyledLine[],
  index: number,
  before: readonly StyledLine[] | undefined,
): string {
  const number =
    index === 0 ? '' : `<p class="number n" style="--r:-3;--c:${75 - `${index + 1}.`.length}">${index + 1}.</p>\n`
  const shown = piecesOf(script, lines).map((piece, at) => {
    const goesOn = at === 0 && before?.some((line) => line.element === piece.element)
    return show(piece, goesOn === true)
  })
  return `<section class="page" id="page-${index + 1}">\n${number}${shown.join('\n')}\n</section>`
}

function piecesOf(script: Script, lines: readonly StyledLine[]): readonly Piece[] {
  const pieces: { element: number; kind: Kind; lines: StyledLine[] }[] = []
  for (const line of lines) {
    const kind = kindOf(script.elements[line.element], line)
    const last = pieces.at(-1)
    if (last?.element === line.element && last.kind === kind) last.lines.push(line)
    else pieces.push({ element: line.element, kind, lines: [line] })
  }
  return pieces
}

function kindOf(element: Element | undefined, { text, row }: StyledLine): Kind {
  if (element?.type === 'character') return text === '(MORE)' && row > 0 ? 'more' : 'cue'
  return element === undefined ? 'action' : element.type === 'scene_heading' ? 'scene' : element.type
}

function show({ element, kind, lines }: Piece, goesOn: boolean): string {
  const first = lines[0]
  if (!first) return ''
  if (kind === 'scene') return showHeading(element, first.row, lines, goesOn)
  const left = Math.min(...lines.map((line) => line.column))
  const double = (lines[1]?.row ?? 0) - first.row === 2
  const name = [kind, ...(goesOn ? ['goes-on'] : []), ...(double ? ['double'] : [])].join(' ')
  return `<p class="${name}" style="--r:${first.row};--c:${left}">${joined(lines, left)}</p>`
}

/** The numbers in the margins are held against the heading's own left edge; a reader on a phone needs only the first. */
function showHeading(element: number, row: number, lines: readonly StyledLine[], goesOn: boolean): string {
  const words = lines.filter(({ column }) => column === HEADING)
  const numbers = lines
    .filter(({ column }) => column !== HEADING)
    .map(({ text, column }, at) => {
      return `<span class="n" style="--c:${column - HEADING}"${at > 0 ? ' aria-hidden="true"' : ''}>${escapeHtml(text)}</span>`
    })
  return `<h2 class="scene${goesOn ? ' goes-on' : ''}" id="scene-${element}" style="--r:${row};--c:${HEADING}">${numbers[0] ?? ''}${joined(words, HEADING)}${numbers[1] ?? ''}</h2>`
}

/** The column of a heading. */
const HEADING = 15

/** Lines with their breaks: `w` is blank that only the page shows, `s` blank that only flowing text shows. */
function joined(lines: readonly StyledLine[], left: number): string {
  return lines
    .map((line, at) => {
      const indent = Math.round(line.column - left)
      const cells = indent > 0 ? `<i class="w">${' '.repeat(indent)}</i>` : ''
      if (at === lines.length - 1) return cells + inline(line.runs)
      // A word broken at its hyphen is one word again where text flows.
      const blank = /[^\s-]-$/.test(line.text) ? '' : '<i class="s"> </i>'
      return `${cells}${inline(line.runs)}<br${line.hard ? ' class="hard"' : ''}>${blank}`
    })
    .join('')
}

function inline(given: readonly Run[]): string {
  return given
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
