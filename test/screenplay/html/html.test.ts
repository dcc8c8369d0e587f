import fc from 'fast-check'
import { XMLValidator } from 'fast-xml-parser'
import { expect, test } from 'vitest'
import { parseFountain } from '../../../src/screenplay/fountain/parse.ts'
import { toHtml } from '../../../src/screenplay/html/index.ts'
import { paginate } from '../../../src/screenplay/layout/paginate.ts'
import { anyScript } from '../arbitrary-script.ts'

const html = (text: string): string => toHtml(parseFountain(text))
const body = (page: string): string => page.slice(page.indexOf('<body>'))

test('every kind has the position of the layout and its own class', () => {
  const page = body(html('Title: X\n\nINT. A - DAY #1#\n\nShe *waits*.\n\nANNA\n(low)\nYes.\n\nCUT TO:'))
  for (const expected of [
    '<h1 class="centered" style="--r:17;--c:42">X</h1>',
    '<h2 class="scene" id="scene-0" style="--r:0;--c:15"><span class="n" style="--c:-7.5">1</span>INT. A - DAY<span class="n" style="--c:57.75" aria-hidden="true">1</span></h2>',
    '<p class="action" style="--r:2;--c:15">She <em>waits</em>.</p>',
    '<p class="cue" style="--r:4;--c:35">ANNA</p>',
    '<p class="parenthetical" style="--r:5;--c:29">(low)</p>',
    '<p class="dialogue" style="--r:6;--c:25">Yes.</p>',
    '<p class="transition" style="--r:8;--c:64">CUT TO:</p>',
  ]) {
    expect(page).toContain(expected)
  }
})

test('lines of the layout flow on a phone; lines of the writer stay', () => {
  const words = 'word '.repeat(14).trim()
  expect(html(words)).toContain('word<br><i class="s"> </i>word word')
  expect(html('One.\nTwo.')).toContain('One.<br class="hard"><i class="s"> </i>Two.')
  expect(html(`${'x'.repeat(58)} a-bcdefgh`)).toContain(' a-<br>bcdefgh')
})

test('everything from the script is escaped', () => {
  const evil = '<script>alert("1")</script> & \'x\''
  const page = html(
    `Title: ${evil}\nAuthor: ${evil}\n\nINT. ${evil} - DAY #1#\n\n${evil}\n\n@${evil} (${evil})\n(${evil})\n${evil}`,
  )
  expect(page).not.toContain('<script')
  expect(page.match(/&#60;script&#62;/gi)?.length).toBeGreaterThanOrEqual(7)
})

test('it needs nothing from elsewhere and runs nothing', () => {
  const page = html('Title: X\n\nINT. A - DAY\n\nOne.')
  expect(page).not.toMatch(/https?:|url\(|@import|<script|<link|<img| on\w+=/i)
})

test('any script is well-formed, with one section a page', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(anyScript, (given) => {
      const page = toHtml(given)
      expect(
        XMLValidator.validate(page.replace('<!doctype html>', '').replace(/<(?:br|meta)([^>]*)>/g, '<br$1/>')),
      ).toBe(true)
      expect(page.match(/<section class="page"/g) ?? []).toHaveLength(paginate(given).length)
    }),
    { numRuns: 200 },
  )
})
