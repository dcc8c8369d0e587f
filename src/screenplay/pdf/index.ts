import { runs } from '../inline.ts'
import { LINES_PER_PAGE, type PageOptions, paginate } from '../paginate.ts'
import { type StyledLine, styled } from '../styled.ts'
import { authorOf, titleLines, titleOf } from '../title-page.ts'
import type { Script } from '../types.ts'
import { lettersOf } from './uncovered.ts'

export interface PdfOptions extends PageOptions {
  /** When it was made, as the file says: the same script and date give the same bytes. The beginning of 1970 where absent. */
  readonly created?: Date
}

/** In points: a Courier cell, a line, the top of the text, the top of the page number, and the margin of the title page. */
const CELL = 7.2
const LINE = 12
const TOP = 72
const HEADER = 36
const RIGHT = 540
const TITLE_LEFT = 72
const SIZES = { letter: [612, 792], a4: [595.28, 841.89] } as const

/**
 * A script as PDF, laid out by `paginate`: Courier Prime embedded, a title page, page numbers from page 2, and an outline
 * entry for every scene. A character that the font lacks shows as an empty box: `uncovered` names them.
 */
export async function toPdf(script: Script, { created, ...options }: PdfOptions = {}): Promise<Uint8Array> {
  const paper = options.paper ?? 'letter'
  const { PDFDocument } = await pdfkit()
  const { default: font } = await import('./courier-prime.json', { with: { type: 'json' } })
  const [title, author] = [titleOf(script), authorOf(script)]
  const doc = new PDFDocument({
    size: [...SIZES[paper]],
    margin: 0,
    autoFirstPage: false,
    // Without a font of its own it looks for a standard font on the disk.
    font: '',
    displayTitle: title !== undefined,
    info: {
      Creator: 'Showrunner',
      CreationDate: created ?? new Date(0),
      ...(title !== undefined && { Title: title }),
      ...(author !== undefined && { Author: author }),
    },
  })
  const chunks: Uint8Array[] = []
  const done = new Promise<Uint8Array>((resolve, reject) => {
    doc.on('data', (chunk: Uint8Array) => void chunks.push(chunk))
    doc.on('end', () => resolve(joined(chunks)))
    doc.on('error', reject)
  })
  for (const [face, files] of Object.entries(font.faces)) {
    for (const [letters, file] of files.entries()) doc.registerFont(`${face}${letters}`, Buffer.from(file, 'base64'))
  }
  doc.fontSize(12)

  const lines = titleLines(script, LINES_PER_PAGE[paper])
  if (lines.length > 0) {
    doc.addPage()
    for (const { row, align, text } of lines) {
      const shown = runs(text)
      const width = shown.reduce((sum, run) => sum + [...run.text].length, 0) * CELL
      draw(doc, shown, align === 'center' ? (SIZES[paper][0] - width) / 2 : TITLE_LEFT, TOP + row * LINE)
    }
  }
  const pages = paginate(script, options)
  const outlined = new Set<number>()
  for (const [index, page] of styled(script, pages).entries()) {
    doc.addPage()
    if (index > 0) draw(doc, [{ text: `${index + 1}.` }], RIGHT - `${index + 1}.`.length * CELL, HEADER)
    for (const line of page) {
      outline(doc, script, line, outlined)
      draw(doc, line.runs, line.column * CELL, TOP + line.row * LINE)
    }
  }
  // A file of no page is none.
  if (lines.length + pages.length === 0) doc.addPage()
  doc.end()
  return done
}

type Doc = PDFKit.PDFDocument

/** By its name, under which every way of importing gives it; its types know of the default only. */
async function pdfkit(): Promise<{ readonly PDFDocument: Pdfkit }> {
  return (await import('pdfkit')) as unknown as { readonly PDFDocument: Pdfkit }
}

type Pdfkit = typeof import('pdfkit')

function outline(doc: Doc, script: Script, { element }: StyledLine, outlined: Set<number>): void {
  const heading = script.elements[element]
  if (heading?.type !== 'scene_heading' || outlined.has(element)) return
  outlined.add(element)
  const number = heading.number === undefined ? '' : `${heading.number}. `
  const text = runs(heading.text).map((run) => run.text)
  doc.outline.addItem(`${number}${text.join('').toUpperCase()}`)
}

/** Draws a line cell by cell of its runs, so that columns hold in every face. */
function draw(doc: Doc, line: StyledLine['runs'], left: number, top: number): void {
  let x = left
  for (const run of line) {
    const face = run.bold ? (run.italic ? 'boldItalic' : 'bold') : run.italic ? 'italic' : 'regular'
    const start = x
    for (const { letters, text } of pieces(run.text.normalize('NFC'))) {
      doc.font(`${face}${letters}`).text(text, x, top, { lineBreak: false })
      x += [...text].length * CELL
    }
    if (run.underline)
      doc
        .moveTo(start, top + UNDERLINE)
        .lineTo(x, top + UNDERLINE)
        .lineWidth(0.6)
        .stroke()
  }
}

/** Points below the top of a line. */
const UNDERLINE = 11

/** A text in stretches of one font file each. The italics would draw `fi` in one cell, so the letters are kept apart. */
function pieces(text: string): readonly { readonly letters: number; readonly text: string }[] {
  if (/^[ -~]*$/.test(text)) return text.split(/(?<=f)(?=[fijlt])/).map((text) => ({ letters: 0, text }))
  const made: { letters: number; text: string }[] = []
  for (const character of text) {
    const letters = Math.max(0, lettersOf(character))
    const last = made.at(-1)
    if (last?.letters === letters && !last.text.endsWith('f')) last.text += character
    else made.push({ letters, text: character })
  }
  return made
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
