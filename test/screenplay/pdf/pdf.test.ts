import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseFountain } from '../../../src/screenplay/fountain/parse.ts'
import { paginate } from '../../../src/screenplay/layout/paginate.ts'
import { toPdf } from '../../../src/screenplay/pdf/index.ts'
import { missingGlyphs } from '../../../src/screenplay/pdf/missing-glyphs.ts'
import { hasData, readData } from '../final-draft-data.ts'

const SCRIPT = `Title: *The Kettle*
Author: Žofie Bee

INT. KITCHEN - DAY #1#

ANNA fills a **dented** kettle. _Rain._ ***Office, fi.***

ANNA
(low)
It's Łukasz’s.

EXT. STREET - NIGHT

${'A line of rain.\n\n'.repeat(40)}> THE END <
`

test('the same script and date give the same bytes; another date gives others', async () => {
  const script = parseFountain(SCRIPT)
  const bytes = await toPdf(script)
  expect(Buffer.from(bytes).subarray(0, 5).toString()).toBe('%PDF-')
  expect(Buffer.from(bytes).equals(await toPdf(script))).toBe(true)
  const created = new Date(Date.UTC(2026, 10, 23))
  expect(Buffer.from(await toPdf(script, { created })).toString('latin1')).toContain('D:20261123000000Z')
})

test.each([
  ['Latin letters of every kind', 'Žofie, Łukasz, Őrség, ñ – “x” … €', []],
  ['letters in two pieces', 'e\u0301', []],
  ['other writing, arrows and emoji, each once', '日本 → 日 🎬', ['日', '本', '→', '🎬']],
  ['not what is never printed', '[[日]]\n\n/* 本 */\n\n= →', []],
])('missingGlyphs lists %s', (_, text, expected) => {
  expect(missingGlyphs(parseFountain(text))).toEqual(expected)
})

test('missingGlyphs also reads names, extensions and the title page', () => {
  expect(missingGlyphs(parseFountain('Title: 日\nAuthor: x\n\n@本 (→)\nYes.'))).toEqual(['日', '本', '→'])
})

test('a character that the font lacks does not move the letters after it', async () => {
  const draw = async (text: string): Promise<number> => (await toPdf(parseFountain(text))).length
  // The box is drawn as a path, so the font of the text around it is all that is embedded.
  expect(await draw('A\u1EC7B')).toBeGreaterThan(0)
  expect(missingGlyphs(parseFountain('Vi\u1EC7t \u2192'))).toEqual(['\u1EC7', '\u2192'])
})

test('the fonts are those of the package, under its licence', () => {
  const root = join(import.meta.dirname, '../../..')
  const { faces, licence } = JSON.parse(readFileSync(join(root, 'src/screenplay/pdf/courier-prime.json'), 'utf8'))
  const file = (name: string): Buffer => readFileSync(join(root, 'node_modules/@fontsource/courier-prime', name))
  expect(licence).toBe(file('LICENSE').toString().trim())
  expect(faces.boldItalic[1]).toBe(file('files/courier-prime-latin-ext-700-italic.woff').toString('base64'))
})

test('an empty script is a file with one empty page', async () => {
  expect(Buffer.from(await toPdf(parseFountain(''))).toString('latin1')).toContain('/Count 1')
})

const poppler = spawnSync('pdftotext', ['-v']).error === undefined

describe.skipIf(!poppler)('read by poppler (skipped where pdftotext is not installed)', () => {
  const text = async (pdf: Uint8Array, ...options: string[]): Promise<string> =>
    execFileSync('pdftotext', [...options, '-', '-'], { input: pdf, encoding: 'utf8' })

  test('pages, numbers, styles and the outline are as they should be', async () => {
    const pdf = await toPdf(parseFountain(SCRIPT))
    const pages = (await text(pdf, '-layout')).split('\f')
    expect(pages).toHaveLength(4)
    expect(pages[0]).toMatch(/^\s*The Kettle\s+Žofie Bee\s*$/)
    expect(pages[1]).toMatch(/^\s*1 +INT\. KITCHEN - DAY +1\n/)
    expect(pages[1]).toContain('ANNA fills a dented kettle. Rain. Office, fi.')
    expect(pages[1]).toContain('It\u0027s Łukasz’s.')
    expect(pages[2]).toMatch(/^ *2\.\n/)
    const fonts = execFileSync('pdffonts', ['-'], { input: pdf, encoding: 'utf8' }).split('\n').slice(2, -1)
    expect(new Set(fonts.map((line) => line.split(/[+ ]/)[1]))).toEqual(
      new Set(['CourierPrime-Regular', 'CourierPrime-Bold', 'CourierPrime-BoldItalic', 'CourierPrime-Italic']),
    )
    expect(fonts.every((line) => /TrueType +Identity-H +yes yes yes/.test(line))).toBe(true)
    expect(execFileSync('pdfinfo', ['-'], { input: pdf, encoding: 'utf8' })).toMatch(
      /^Title: +The Kettle\nAuthor: +Žofie Bee\n/,
    )
    const raw = Buffer.from(pdf).toString('latin1')
    expect(raw.match(/\/Title \([^)]*\)/g)).toEqual(
      expect.arrayContaining(['/Title (1. INT. KITCHEN - DAY)', '/Title (EXT. STREET - NIGHT)']),
    )
  })

  test('every word has the position of the layout', async () => {
    const script = parseFountain(SCRIPT)
    const words = [
      ...(await text(await toPdf(script), '-bbox')).matchAll(/xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>([^<]+)</g),
    ]
    const places = words.map(
      ([, x, y, word]) => `${word} ${Math.round(Number(x) / 7.2)} ${Math.round((Number(y) - 72) / 12)}`,
    )
    const [page] = paginate(script)
    for (const line of page?.lines ?? []) {
      const [first] = line.text.split(' ')
      expect(places).toContain(`${first?.replace("'", '&apos;')} ${Math.round(line.column)} ${line.row}`)
    }
  })

  test.skipIf(!hasData)('vikings comes out on as many pages as the layout has, each with its number', async () => {
    const script = parseFountain(readData('final-draft/vikings/source.fountain'))
    const pages = (await text(await toPdf(script), '-layout')).split('\f').slice(0, -1)
    expect(pages).toHaveLength(1 + paginate(script).length)
    for (const [index, page] of pages.entries())
      if (index > 1) expect(page.trimStart()).toMatch(new RegExp(`^${index}\\.\n`))
  })
})
