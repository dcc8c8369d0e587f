import fc from 'fast-check'
import { XMLValidator } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import {
  describeSaving,
  formatPages,
  type StripScene,
  shootingSchedule,
  stripColour,
  toOneLiner,
  toStripBoard,
  workingCalendar,
} from '../../../src/planning/index.ts'
import { stripScenes } from '../shooting/scenes.ts'

const scenes: readonly StripScene[] = [
  { id: '1', intExt: 'INT', set: 'KITCHEN', light: 'day', eighths: 11, cast: ['ANN', 'BEN'], summary: 'They | talk.' },
  { id: '2', intExt: 'EXT', set: 'YARD', light: 'night', eighths: 4, cast: ['BEN'] },
  { id: '3', intExt: 'INT', set: 'KITCHEN', light: 'day', eighths: 8, cast: ['BEN'] },
]
const shoot = () =>
  shootingSchedule(scenes, {
    dayRates: { ANN: 1000, BEN: 500 },
    calendar: workingCalendar({ startDate: '2026-01-02' }),
  })

test.each([
  [1, '1/8'],
  [8, '1'],
  [19, '2 3/8'],
  [0, '0'],
])('%d eighths are %s pages', (eighths, text) => {
  expect(formatPages(eighths)).toBe(text)
})

test.each([
  ['INT', 'day', 'white'],
  ['EXT', 'day', 'yellow'],
  ['INT', 'night', 'blue'],
  ['EXT', 'night', 'green'],
  ['INT/EXT', 'day', 'yellow'],
  [undefined, 'day', 'white'],
] as const)('%s by %s is %s', (intExt, light, colour) => {
  expect(stripColour({ intExt, light })).toBe(colour)
})

test('the one-line schedule has a table a day, members by number and the saving', () => {
  expect(toOneLiner(shoot(), { title: 'Tea', currency: '$' })).toBe(
    `# Tea: one-line schedule

The cast costs $2,000, $0 of it for waiting: this saves $1,000 (33.3 %) against script order; no schedule is cheaper.

## day 1, 2026-01-02

| scene | I/E | set | D/N | pages | cast | |
| --- | --- | --- | --- | ---: | --- | --- |
| 1 | INT | KITCHEN | D | 1 3/8 | 1, 2 | They \\| talk. |
| 3 | INT | KITCHEN | D | 1 | 1 |  |

## day 2, 2026-01-05, night

| scene | I/E | set | D/N | pages | cast | |
| --- | --- | --- | --- | ---: | --- | --- |
| 2 | EXT | YARD | N | 4/8 | 1 |  |

## Cast

1. BEN
2. ANN
`,
  )
})

test('without rates the saving is in cast-days, with a bound where the order is not proved optimal', () => {
  expect(describeSaving(shootingSchedule(scenes))).toContain('The cast costs 3 cast-days')
  expect(describeSaving({ ...shoot(), optimal: false, lowerBound: 1800 }, '€')).toContain(
    'no schedule costs less than €1,800.',
  )
})

describe('the strip board as a page', () => {
  test('is well formed, without scripts or external resources, with a strip a scene and a bar a day, for any script', () => {
    const title = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('<script>alert(1)</script>', '"]]>&'))
    fc.assert(
      fc.property(stripScenes, title, (all, name) => {
        const schedule = shootingSchedule(
          all.map((one) => ({ ...one, summary: name })),
          {},
          { effort: 0.001 },
        )
        const page = toStripBoard(schedule, { title: name })
        expect(XMLValidator.validate(page.replace(/^<!doctype html>\n/, '').replace(/<meta [^>]*>/g, ''))).toBe(true)
        const strips = schedule.days.reduce((sum, day) => sum + day.strips.length, 0)
        expect(page.match(/<tr class="(white|yellow|blue|green)">/g) ?? []).toHaveLength(strips)
        expect(page.match(/<tr class="break">/g) ?? []).toHaveLength(schedule.days.length)
        expect(page).not.toMatch(/<script|<link|https?:\/\/|url\(|@import/i)
      }),
      { numRuns: 60 },
    )
  })
})
