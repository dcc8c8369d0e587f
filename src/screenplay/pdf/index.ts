import { parseRuns } from '../emphasis.ts'
import { countPageLines, type PageOptions, paginate } from '../layout/paginate.ts'
import { type StyledLine, styleLines } from '../layout/styled-lines.ts'
import { authorOf, layOutTitlePage, titleOf } from '../layout/title-page.ts'
import { countCells } from '../layout/wrap.ts'
import type { Script } from '../types.ts'
import { findFontFile } from './missing-glyphs.ts'

export interface PdfOptions extends PageOptions {
  /** When it was made, as the file says: the same script and date give the same bytes. The beginning of 1970 where absent. */
  readonly created?: Date
}

/** In points: a Courier cell, a line, the top of the text, the top of the page number, and the margin of the title page. */
const CELL_WIDTH_PT = 7.2
const LINE_HEIGHT_PT = 12
const TOP_MARGIN_PT = 72
const HEADER_TOP_PT = 36
const RIGHT_EDGE_PT = 540
const TITLE_LEFT_PT = 72
const PAPER_SIZES_PT = { letter: [612, 792], a4: [595.28, 841.89] } as const

/**
 * A script as PDF, laid out by `paginate`: Courier Prime embedded, a title page, page numbers from page 2, and an outline
 * entry for every scene. A character that the font lacks shows as an empty box: `missingGlyphs` lists them.
 */
export async function toPdf(script: Script, { created, ...options }: PdfOptions = {}): Promise<Uint8Array> {
  const paper = options.paper ?? script.setup?.paper ?? 'letter'
  const { PDFDocument } = await importPdfkit()
  const { default: font } = await import('./courier-prime.json', { with: { type: 'json' } })
  const [title, author] = [titleOf(script), authorOf(script)]
  const doc = new PDFDocument({
    size: [...PAPER_SIZES_PT[paper]],
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
    doc.on('end', () => resolve(concatBytes(chunks)))
    doc.on('error', reject)
  })
  for (const [face, files] of Object.entries(font.faces)) {
    for (const [fontFile, file] of files.entries()) doc.registerFont(`${face}${fontFile}`, Buffer.from(file, 'base64'))
  }
  doc.fontSize(12)

  const lines = layOutTitlePage(script, countPageLines(script, options))
  if (lines.length > 0) {
    doc.addPage()
    let drawn = 0
    for (const { page, row, align, text } of lines) {
      for (; drawn < page; drawn++) doc.addPage()
      const shown = parseRuns(text)
      const width = shown.reduce((sum, run) => sum + countCells(run.text), 0) * CELL_WIDTH_PT
      drawRuns(
        doc,
        shown,
        align === 'center' ? (PAPER_SIZES_PT[paper][0] - width) / 2 : TITLE_LEFT_PT,
        TOP_MARGIN_PT + row * LINE_HEIGHT_PT,
      )
    }
  }
  const pages = paginate(script, options)
  const outlined = new Set<number>()
  for (const [index, page] of styleLines(script, pages).entries()) {
    doc.addPage()
    if (index > 0)
      drawRuns(doc, [{ text: `${index + 1}.` }], RIGHT_EDGE_PT - `${index + 1}.`.length * CELL_WIDTH_PT, HEADER_TOP_PT)
    for (const line of page) {
      addOutlineEntry(doc, script, line, outlined)
      drawRuns(doc, line.runs, line.column * CELL_WIDTH_PT, TOP_MARGIN_PT + line.row * LINE_HEIGHT_PT)
    }
  }
  // A file of no page is none.
  if (lines.length + pages.length === 0) doc.addPage()
  doc.end()
  return done
}

type Doc = PDFKit.PDFDocument

/** By its name, under which every way of importing gives it; its types know of the default only. */
async function importPdfkit(): Promise<{ readonly PDFDocument: Pdfkit }> {
  return (await import('pdfkit')) as unknown as { readonly PDFDocument: Pdfkit }
}

type Pdfkit = typeof import('pdfkit')

function addOutlineEntry(doc: Doc, script: Script, { element }: StyledLine, alreadyOutlined: Set<number>): void {
  const heading = script.elements[element]
  if (heading?.type !== 'scene_heading' || alreadyOutlined.has(element)) return
  alreadyOutlined.add(element)
  const number = heading.number === undefined ? '' : `${heading.number}. `
  const text = parseRuns(heading.text).map((run) => run.text)
  doc.outline.addItem(`${number}${text.join('').toUpperCase()}`)
}

/** Draws a line cell by cell of its runs, so that columns hold in every face. */
function drawRuns(doc: Doc, line: StyledLine['runs'], left: number, top: number): void {
  let x = left
  for (const run of line) {
    const face = run.bold ? (run.italic ? 'boldItalic' : 'bold') : run.italic ? 'italic' : 'regular'
    const start = x
    for (const { fontFile, text } of splitByFontFile(run.text.normalize('NFC'))) {
      const width = countCells(text) * CELL_WIDTH_PT
      if (fontFile >= 0) doc.font(`${face}${fontFile}`).text(text, x, top, { lineBreak: false })
      else if (width > 0) drawBox(doc, x, top, width)
      x += width
    }
    if (run.underline)
      doc
        .moveTo(start, top + UNDERLINE_OFFSET_PT)
        .lineTo(x, top + UNDERLINE_OFFSET_PT)
        .lineWidth(0.6)
        .stroke()
  }
}

/** Draws the empty box of a character that the font lacks, inside its own cells, so that it moves no other letter. */
function drawBox(doc: Doc, x: number, top: number, width: number): void {
  doc
    .rect(x + 0.8, top + 2, width - 1.6, 7.5)
    .lineWidth(0.5)
    .stroke()
}

/** Points below the top of a line. */
const UNDERLINE_OFFSET_PT = 11

/**
 * A text in pieces of one font file each; -1 is a character that the font lacks, alone. The italics would draw `fi` in
 * one cell, so its letters are in two pieces.
 */
function splitByFontFile(text: string): readonly { readonly fontFile: number; readonly text: string }[] {
  if (/^[ -~]*$/.test(text)) return text.split(/(?<=f)(?=[fijlt])/).map((text) => ({ fontFile: 0, text }))
  const pieces: { fontFile: number; text: string }[] = []
  for (const character of text) {
    const fontFile = character === '\t' ? 0 : findFontFile(character)
    const last = pieces.at(-1)
    if (fontFile >= 0 && last?.fontFile === fontFile && !last.text.endsWith('f')) last.text += character
    else pieces.push({ fontFile, text: character })
  }
  return pieces
}

function concatBytes(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
