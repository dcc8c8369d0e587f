import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { breakdown } from '../../src/screenplay/breakdown.ts'
import { fix } from '../../src/screenplay/fix.ts'
import { parseFountain } from '../../src/screenplay/fountain/parse.ts'
import { printFountain } from '../../src/screenplay/fountain/print.ts'
import { LINES_PER_PAGE, paginate } from '../../src/screenplay/layout/paginate.ts'
import { type LintOptions, lint } from '../../src/screenplay/lint.ts'
import { anyScript } from './arbitrary-script.ts'

const OPTIONS: LintOptions = { cast: ['ANNA', 'BEN'], targetPages: 3, avoid: ['x'] }

/** Everything that is done with a text: nothing throws, every finding has a line of it, no page runs over. */
function holds(text: string): void {
  const lines = text.split(/\r\n?|\n/).length
  const read = parseFountain(text)
  for (const options of [{}, OPTIONS]) {
    for (const { line, message } of lint(read, options)) {
      expect(Number.isInteger(line) && line >= 1 && line <= lines, `${message} at ${line} of ${lines}`).toBe(true)
    }
  }
  const pages = paginate(read)
  for (const page of pages) {
    for (const { row, text: shown } of page.lines) {
      expect(row).toBeLessThan(LINES_PER_PAGE.letter + (shown === '(MORE)' ? 1 : 0))
    }
  }
  expect(breakdown(read).every(({ eighths }) => eighths >= 1)).toBe(true)
  for (const { line } of fix(text, OPTIONS).fixed) expect(line >= 1 && line <= lines).toBe(true)
}

describe('whatever the text is', () => {
  test('10,000 random strings', { timeout: 120_000 }, () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 120 }), holds), { numRuns: 5_000 })
    const marks = fc.constantFrom(
      ...'INT. |EXT.|ANNA|BEN|\n|\n\n|  |(|)|*|**|_|~|>|<|@|!|.|#|=|===|[[|]]|/*|*/|^|:|TO:|\\|```|{|日|é|a|1'.split(
        '|',
      ),
    )
    fc.assert(
      fc.property(
        fc.array(marks, { maxLength: 60 }).map((some) => some.join('')),
        holds,
      ),
      { numRuns: 5_000 },
    )
  })

  test('2,000 scripts with something cut out, put in twice or swapped', { timeout: 120_000 }, () => {
    const place = fc.nat({ max: 999 })
    fc.assert(
      fc.property(
        anyScript,
        place,
        place,
        fc.constantFrom('cut', 'twice', 'swap', 'upper'),
        (given, one, other, how) => {
          const text = printFountain(given)
          const [from, to] = [one, other].map((at) => Math.floor((at * text.length) / 1_000)).toSorted((a, b) => a - b)
          const part = text.slice(from, to)
          const mutated = {
            cut: '',
            twice: part + part,
            swap: [...part].reverse().join(''),
            upper: part.toUpperCase(),
          }[how]
          holds(text.slice(0, from) + mutated + text.slice(to))
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
