import { expect, test } from 'vitest'
import { fix } from '../../src/screenplay/fix.ts'
import { parseFountain } from '../../src/screenplay/fountain/parse.ts'
import { printFountain } from '../../src/screenplay/fountain/print.ts'
import { lint, RULES } from '../../src/screenplay/lint.ts'
import { hasData, readData, withoutPositions } from './final-draft-data.ts'

test.each([
  ['a name inside a sentence', 'KURT\nHello there.\n\nIda turns to find\n\nKURT\n\nbehind her, smiling.\n'],
  ['a cue in an authored script', 'KURT\nHello there.\n\nRain.\n\nKURT\n\nHe smiles.\n'],
  [
    'notes in headings',
    'INT. SHED - DAY [[ask Lou about this]]\n\nRain.\n\nINT. YARD - NIGHT [[COLOR BLUE]]\n\nRain.\n',
  ],
  ['emphasis inside a heading', 'INT. *ARGO* - DECK - DAY\n\nRain.\n'],
  ['headings that are all in bold', '**INT. SHED - DAY**\n\nRain.\n\n**EXT. LANE - DAY**\n\nRain.\n'],
  ['sets with an article', 'EXT. LANE - DAY\n\nRain.\n\nEXT. THE LANE - NIGHT\n\nRain.\n'],
  ['sets with an apostrophe', "INT. WELL - DAY\n\nRain.\n\nINT. WE'LL - DAY\n\nRain.\n"],
  ['sections of an outline', '# Act\n\n## INT. SHED - DAY\n\n## Ext trouble begins\n\nINT. SHED - DAY\n\nRain.\n'],
  ['a first line that may be talk', 'Sure, it was raining.\n\nINT. SHED - DAY\n\nRain.\n\n***\n'],
  ['a last speech that may be talk', 'INT. SHED - DAY\n\nANNA\nI hope you are happy.\n'],
  ['fences around words on a screen', 'INT. SHED - DAY\n\nA screen says\n\n```\nHELLO\n```\n\nRain.\n'],
  ['a picture of a scene', 'Here is a scene of total chaos.\n\nINT. SHED - DAY\n\nRain.\n'],
])('fix leaves an authored script as it is: %s', (_, text) => {
  const { script, fixed } = fix(text)
  expect(withoutPositions(script)).toEqual(withoutPositions(parseFountain(text)))
  expect(fixed).toEqual([])
})

test.skipIf(!hasData).each(['vikings', 'gumshoe', 'mostly-genius'])(
  'fix changes nothing of %s (skipped where ../shared/data is absent)',
  (name) => {
    const text = readData(`final-draft/${name}/source.fountain`)
    expect(printFountain(fix(text).script)).toBe(printFountain(parseFountain(text)))
    const script = parseFountain(text)
    const cast = [...new Set(script.elements.flatMap((one) => (one.type === 'character' ? [one.name] : [])))]
    expect(printFountain(fix(script, { cast }).script)).toBe(printFountain(script))
  },
)

test('fix lists every change with its text before and after', () => {
  const text = 'Certainly! Here is your scene:\n\n```\n**INT. SHED - DAY**\nRain.\n\nANNA: Hello.\n```\n'
  const { script, fixed } = fix(text, { mode: 'generated', cast: ['ANNA'] })
  expect(printFountain(script)).toBe('INT. SHED - DAY\n\nRain.\n\nANNA\nHello.\n')
  expect(fixed.map(({ code, line, before, after }) => [code, line, before, after])).toEqual([
    ['F01', 1, 'Certainly! Here is your scene:', ''],
    ['F01', 3, '```', ''],
    ['F03', 4, '**INT. SHED - DAY**', 'INT. SHED - DAY'],
    ['F06', 7, 'ANNA: Hello.', 'ANNA\nHello.'],
    ['F01', 8, '```', ''],
  ])
})

test('lint is silent about what professionals write', () => {
  const text =
    'INT. SHED - DAY\n\nVARIOUS SHOTS\n\nRain.\n\nVARIOUS SHOTS\n\nSnow.\n\nJING\nHi.\n\nPING\nHo.\n\n' +
    'MAN’S VOICE\nOh.\n\nWOMAN’S VOICE\nAh.\n\n.OVER BLACK\n\nIda turns to find\n\nJING\n\nbehind her.\n'
  const codes = lint(parseFountain(text)).map(({ code }) => code)
  expect(codes.filter((code) => !['F02', 'F08'].includes(code))).toEqual([])
})

test('the table of rules says what fix changes, and only those rules change something', () => {
  expect(RULES.map(({ code }) => code)).toEqual(RULES.map(({ code }) => code).toSorted())
  for (const { checks, title } of RULES)
    expect([title, checks.endsWith('.') || checks.endsWith('…')]).toEqual([title, true])
  expect(RULES.filter(({ fixes }) => fixes).map(({ code }) => code)).toEqual(['F01', 'F03', 'F05', 'F06', 'F09'])
})
