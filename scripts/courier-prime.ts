import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * Makes the assets of the PDF from the package of the font: the four faces, each in two files of letters, and which
 * characters they cover. Run it when the package changes: `node scripts/courier-prime.ts`.
 */
const root = join(import.meta.dirname, '..')
const require = createRequire(import.meta.url)
const fontPackage = dirname(require.resolve('@fontsource/courier-prime/package.json'))
const FACES = { regular: '400-normal', bold: '700-normal', italic: '400-italic', boldItalic: '700-italic' } as const
const LETTERS = ['latin', 'latin-ext'] as const

/** The part of fontkit, pdfkit's own reader of fonts, that is used here. */
type ReadFont = (bytes: Buffer) => { readonly characterSet: readonly number[] }
const fromPdfkit = createRequire(require.resolve('pdfkit'))
const readFont: ReadFont = fromPdfkit('fontkit').create

const file = (face: string, letters: string): Buffer =>
  readFileSync(join(fontPackage, `files/courier-prime-${letters}-${face}.woff`))

const faces = Object.fromEntries(
  Object.entries(FACES).map(([name, face]) => [name, LETTERS.map((letters) => file(face, letters).toString('base64'))]),
)
const licence = readFileSync(join(fontPackage, 'LICENSE'), 'utf8').trim()
/** The characters of each file of letters that all four faces have. */
const covered = LETTERS.map((letters) => {
  const [first = [], ...rest] = Object.values(FACES).map((face) => readFont(file(face, letters)).characterSet)
  const all = first.filter((code) => code >= 0x20 && code < 0xffff && rest.every((set) => set.includes(code)))
  return rangesOf(all.toSorted((a, b) => a - b))
})

const folder = join(root, 'src/screenplay/pdf')
writeFileSync(join(folder, 'courier-prime.json'), `${JSON.stringify({ licence, faces }, null, 2)}\n`)
writeFileSync(join(folder, 'covered.json'), `${JSON.stringify(covered)}\n`)

function rangesOf(codes: readonly number[]): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = []
  for (const code of codes) {
    const last = ranges.at(-1)
    if (last && last[1] === code - 1) last[1] = code
    else ranges.push([code, code])
  }
  return ranges
}
