import { describe, expect, test } from 'vitest'
import { parseFountain } from '../../src/screenplay/fountain/parse.ts'
import { type LintOptions, lint, RULES } from '../../src/screenplay/lint.ts'
import { isNearDuplicate } from '../../src/screenplay/similar-names.ts'

const GOOD = `Title: The Kettle
Author: A Writer

INT. KITCHEN - DAY

ANNA waits.

ANNA
(low)
Certainly, it boils.

> FADE OUT.
`

const found = (text: string, options: LintOptions = {}) =>
  lint(parseFountain(text), { mode: 'generated', ...options })
    // A line less or a name more may also be who was never introduced, or who never appears.
    .filter(({ code }) => code !== 'F07' && code !== 'F08')
    .map(({ code, line, scene }) => [code, line, scene])

test('a good script has no finding', () => {
  expect(lint(parseFountain(GOOD), { mode: 'generated', cast: ['ANNA'] })).toEqual([])
})

describe('each check finds its defect, with its line and scene', () => {
  test.each<[string, string, LintOptions, [string, number, number | undefined]]>([
    ['a fence', GOOD.replace('ANNA waits.', '```fountain'), {}, ['F01', 6, 1]],
    ['a greeting', GOOD.replace('ANNA waits.', 'Certainly! A scene.'), {}, ['F01', 6, 1]],
    ['a preamble', GOOD.replace('ANNA waits.', 'Here is your screenplay:'), {}, ['F01', 6, 1]],
    ['a farewell', GOOD.replace('ANNA waits.', 'She waits.\nLet me know if you like it.'), {}, ['F01', 7, 1]],
    ['residue of JSON', GOOD.replace('Certainly, it boils.', '"text": "it boils"'), {}, ['F01', 10, 1]],
    ['no author', GOOD.replace('Author: A Writer\n', ''), {}, ['F02', 1, undefined]],
    ['no time of day', GOOD.replace(' - DAY', ''), {}, ['F03', 4, 1]],
    ['neither inside nor outside', GOOD.replace('INT. KITCHEN', '.KITCHEN'), {}, ['F03', 4, 1]],
    ['a time that is none', GOOD.replace('- DAY', '- TUESDAYISH'), {}, ['F04', 4, 1]],
    ['a stranger', GOOD, { cast: ['BEN'] }, ['F06', 8, 1]],
    ['a slip of a name', GOOD.replace('> FADE', 'HANNA\nOh.\n\n> FADE'), {}, ['F06', 12, 1]],
    ['a wrong length', GOOD, { targetPages: 3 }, ['F10', 1, undefined]],
    ['a hanging parenthetical', GOOD.replace('Certainly, it boils.\n', ''), {}, ['F13', 9, 1]],
    ['a long parenthetical', GOOD.replace('low', 'low '.repeat(20)), {}, ['F13', 9, 1]],
    ['no end mark', GOOD.replace('> FADE OUT.', 'She tur'), {}, ['F14', 12, 1]],
    ['an unclosed note', GOOD.replace('ANNA waits.', 'ANNA [[waits.'), {}, ['F14', 6, 1]],
  ])('%s', (_, text, options, expected) => {
    expect(found(text, options)).toEqual([expected])
  })
})

test('a person gets advice where our own script would be refused', () => {
  const [generated] = lint(parseFountain(GOOD.replace(' - DAY', '')), { mode: 'generated' })
  const [authored] = lint(parseFountain(GOOD.replace(' - DAY', '')))
  expect([generated?.severity, authored?.severity]).toEqual(['error', 'warn'])
  expect(new Set(RULES.map((rule) => rule.code)).size).toBe(RULES.length)
})

test('an empty text is found wrong, not thrown at', () => {
  expect(found('').map(([code]) => code)).toEqual(['F02', 'F02', 'F14'])
})

test.each([
  ['ANNA', 'HANNA', true],
  ['JONATHAN', 'JOHNATHON', true],
  ['TOM', 'TIM', true],
  ['Jim', 'JAMES', true],
  ['BOB', 'ROBERT', true],
  ['BEN', 'DAN', false],
  ['GUARD 1', 'GUARD 2', false],
  ['ANNA', 'ANNA', false],
])('%s and %s may be one person: %s', (one, other, near) => {
  expect(isNearDuplicate(one, other)).toBe(near)
})
