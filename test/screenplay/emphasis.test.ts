import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseRuns, printRuns, type Run, toPlainText } from '../../src/screenplay/emphasis.ts'
import { paginate } from '../../src/screenplay/layout/paginate.ts'
import { styleLines } from '../../src/screenplay/layout/styled-lines.ts'
import { anyScript } from './arbitrary-script.ts'

describe('styles', () => {
  test.each<[string, readonly Run[]]>([
    ['plain', [{ text: 'plain' }]],
    ['', []],
    ['a *b* c', [{ text: 'a ' }, { text: 'b', italic: true }, { text: ' c' }]],
    [
      '**a *b***',
      [
        { text: 'a ', bold: true },
        { text: 'b', bold: true, italic: true },
      ],
    ],
    ['_**a**_', [{ text: 'a', bold: true, underline: true }]],
    ['***a***', [{ text: 'a', bold: true, italic: true }]],
    ['4 * 5 * 6', [{ text: '4 * 5 * 6' }]],
    ['\\*a\\* \\_b\\_', [{ text: '*a* _b_' }]],
    ['*a\nb*', [{ text: '*a\nb*' }]],
    ['a[[note]]b/* gone */', [{ text: 'ab' }]],
  ])('of %j', (text, expected) => {
    expect(parseRuns(text)).toEqual(expected)
    expect(toPlainText(text)).toBe(expected.map((run) => run.text).join(''))
  })

  test('written as marks they read as the same', () => {
    const word = fc.stringMatching(/^[a-z*_.]{1,6}$/)
    const style = fc.constantFrom({}, { bold: true as const }, { italic: true as const }, { underline: true as const })
    fc.assert(
      fc.property(word, style, word, (before, styles, words) => {
        const given: readonly Run[] = [{ text: `${before} ` }, { text: words, ...styles }, { text: ' end' }]
        const read = parseRuns(printRuns(given))
        expect(read.map((run) => run.text).join('')).toBe(`${before} ${words} end`)
        if (!/[*_]/.test(words)) expect(parseRuns(printRuns(read))).toEqual(read)
      }),
    )
  })

  test('the runs of every line of a page say the line', () => {
    fc.assert(
      fc.property(anyScript, (given) => {
        for (const line of styleLines(given, paginate(given)).flat()) {
          expect(line.runs.map((run) => run.text).join('')).toBe(line.text)
        }
      }),
    )
  })
})
