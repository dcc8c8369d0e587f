import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  checkShooting,
  dayOutOfDays,
  lightFromTimeOfDay,
  type ShootingOptions,
  type ShootingSchedule,
  type StripScene,
  shootingSchedule,
  workingCalendar,
} from '../../../src/planning/index.ts'
import { featureScenes, stripScenes } from './scenes.ts'

const scene = (id: string, set: string, eighths: number, light: 'day' | 'night', ...cast: string[]): StripScene => ({
  id,
  set,
  intExt: 'INT',
  light,
  eighths,
  cast,
})

const shotOn = ({ days }: ShootingSchedule) =>
  Object.fromEntries(days.map(({ day, strips }) => [day, strips.map((strip) => strip.scene).join(' ')]))

describe('a shooting schedule', () => {
  test('a set is shot while the company is there, nights apart from days', () => {
    const found = shootingSchedule([
      scene('1', 'KITCHEN', 8, 'day', 'ANN'),
      scene('2', 'YARD', 8, 'night', 'ANN'),
      scene('3', 'KITCHEN', 8, 'day', 'ANN'),
      scene('4', 'YARD', 8, 'night', 'ANN'),
    ])
    expect(shotOn(found)).toEqual({ 1: '1 3', 2: '2 4' })
    expect(found).toMatchObject({
      shootingDays: 2,
      spanDays: 2,
      restDays: 0,
      moves: 0,
      castCost: 2,
      holdCost: 0,
      optimal: true,
    })
    expect(found.scriptOrder).toMatchObject({
      shootingDays: 4,
      spanDays: 5,
      restDays: 1,
      moves: 0,
      castCost: 5,
      holdCost: 1,
    })
  })

  test('a day of rest lies between a night and the next day shoot', () => {
    const scenes = [scene('1', 'YARD', 8, 'night', 'ANN'), scene('2', 'KITCHEN', 8, 'day', 'ANN', 'BEN')]
    const found = shootingSchedule(scenes, {}, { effort: 0 })
    expect(found.scriptOrder).toMatchObject({ spanDays: 3, restDays: 1, castCost: 4 })
    // 18:00 to 22:00 leaves ten hours until a call at 08:00.
    const short = shootingSchedule(scenes, { hoursPerDay: 4, turnaroundHours: 10 }, { effort: 0 })
    expect(short.scriptOrder).toMatchObject({ spanDays: 2, restDays: 0 })
  })

  test('no day exceeds its pages, and a scene longer than a day is shot in parts', () => {
    const found = shootingSchedule([scene('1', 'HALL', 20, 'day', 'ANN'), scene('2', 'HALL', 4, 'day', 'ANN')], {
      pagesPerDay: 1,
    })
    expect(found.days.map(({ eighths }) => eighths)).toEqual([8, 8, 8])
    expect(found.days.flatMap(({ strips }) => strips)).toEqual([
      { scene: '1', eighths: 8, part: { at: 1, of: 3 } },
      { scene: '1', eighths: 8, part: { at: 2, of: 3 } },
      { scene: '1', eighths: 4, part: { at: 3, of: 3 } },
      { scene: '2', eighths: 4 },
    ])
  })

  test('dates are working days, costs follow the given prices, and members without a rate are reported', () => {
    const found = shootingSchedule(
      [scene('1', 'HALL', 40, 'day', 'ANN'), scene('2', 'YARD', 40, 'day', 'ANN', 'BEN')],
      {
        dayRates: { ANN: 500.5 },
        moveCost: 100,
        dayCost: 1000,
        calendar: workingCalendar({ startDate: '2026-01-02' }),
      },
    )
    expect(found.days.map(({ date }) => date)).toEqual(['2026-01-02', '2026-01-05'])
    expect(found).toMatchObject({ castCost: 1001, cost: 3001, unrated: ['BEN'], optimal: true })
  })

  test.each([
    [[scene('1', 'A', 1, 'day'), scene('1', 'A', 1, 'day')], {}, 'Two scenes have the id "1"'],
    [[scene('1', 'A', 0, 'day')], {}, 'Scene 1 has 0 eighths: give at least 1'],
    [[], { pagesPerDay: 0 }, 'pagesPerDay is 0: give more than 0'],
  ] as const)('%j on %j is refused', (scenes, terms, message) => {
    expect(() => shootingSchedule(scenes, terms)).toThrow(message)
  })

  test('keeps every check for any script', () => {
    const terms: fc.Arbitrary<ShootingOptions> = fc.record({
      pagesPerDay: fc.integer({ min: 1, max: 6 }),
      turnaroundHours: fc.integer({ min: 8, max: 14 }),
      dayRates: fc.constantFrom(undefined, { ANN: 700.25, BEN: 90 }, { ANN: 1, BEN: 2, CAT: 3, DAN: 4 }),
      moveCost: fc.constantFrom(undefined, 250),
      dayCost: fc.constantFrom(undefined, 1000),
      calendar: fc.constantFrom(
        undefined,
        workingCalendar({ startDate: '2026-02-27', workingDays: [1, 2, 3, 4, 5, 6] }),
      ),
    })
    fc.assert(
      fc.property(stripScenes, terms, (scenes, given) => {
        const found = shootingSchedule(scenes, given, { effort: 0.002 })
        expect(checkShooting(found, given)).toEqual([])
        expect(shootingSchedule(scenes, given, { effort: 0.002 })).toEqual(found)
      }),
      { numRuns: 300 },
    )
  })

  test('a feature of 120 scenes is boarded in seconds, for less than in script order', () => {
    const scenes = featureScenes(120)
    const found = shootingSchedule(scenes)
    process.stderr.write(
      `120 scenes: ${found.castCost} cast-days of ${found.scriptOrder.castCost} in script order (at least ${found.lowerBound}), ${found.moves} moves of ${found.scriptOrder.moves}\n`,
    )
    expect(checkShooting(found)).toEqual([])
    expect(found.castCost).toBeLessThan(found.scriptOrder.castCost * 0.8)
  }, 30_000)
})

describe('the shooting check', () => {
  const good = shootingSchedule(
    [
      scene('1', 'HALL', 30, 'day', 'ANN'),
      scene('2', 'YARD', 30, 'day', 'BEN'),
      scene('3', 'HALL', 30, 'night', 'ANN'),
      scene('4', 'YARD', 30, 'day', 'ANN'),
    ],
    {},
  )
  const [first = good.days[0], ...rest] = good.days
  const withFirst = (changes: object): ShootingSchedule => ({
    ...good,
    days: first ? [{ ...first, ...changes }, ...rest] : [],
  })
  test.each([
    ['a scene that is not shot', { ...good, days: rest }, 'P09'],
    ['a scene that is shot twice', { ...good, days: [...good.days, ...good.days] }, 'P09'],
    ['pages that are not the scene’s', withFirst({ strips: [{ scene: '1', eighths: 3 }] }), 'P09'],
    ['more pages than a day may have', { ...good, pagesPerDay: 1 }, 'P09'],
    ['a cast that is not the scenes’', withFirst({ cast: ['ZOE'] }), 'P10'],
    ['a night in a day', withFirst({ light: first?.light === 'day' ? 'night' : 'day' }), 'P10'],
    ['no rest', { ...good, turnaroundHours: 40 }, 'P10'],
    ['a cost that is not so', { ...good, castCost: 1 }, 'P11'],
    ['a wait that is not so', { ...good, holdCost: 99 }, 'P11'],
    ['moves that are not so', { ...good, moves: 7 }, 'P12'],
    ['split sets that are not so', { ...good, splitSets: 9 }, 'P18'],
    ['continuity that is not so', { ...good, brokenContinuity: 9 }, 'P18'],
    ['a bound above the cost', { ...good, lowerBound: good.castCost + 1 }, 'P11'],
  ])('%s', (_, schedule, check) => {
    expect(checkShooting(schedule).map((one) => one.check)).toContain(check)
  })
})

describe('day out of days', () => {
  test('starts, works, holds and finishes, the busiest first', () => {
    const days = [['ANN', 'BEN'], ['ANN'], ['BEN', 'CAT']].map((cast, at) => ({
      day: at < 2 ? at + 1 : 4,
      light: 'day' as const,
      strips: [],
      eighths: 8,
      sets: [],
      moves: 0,
      cast,
    }))
    const scenes = [
      scene('1', 'A', 8, 'day', 'ANN', 'BEN'),
      scene('2', 'A', 8, 'day', 'ANN'),
      scene('3', 'A', 8, 'day', 'BEN', 'CAT'),
    ]
    expect(
      dayOutOfDays({ scenes, days }).map(({ number, member, marks, work, hold }) => [
        number,
        member,
        marks.join(),
        work,
        hold,
      ]),
    ).toEqual([
      [1, 'ANN', 'SW,WF,,', 2, 0],
      [2, 'BEN', 'SW,H,H,WF', 2, 2],
      [3, 'CAT', ',,,SWF', 1, 0],
    ])
  })
})

test.each([
  ['NIGHT', 'night'],
  ['LATE EVENING', 'night'],
  ['DUSK', 'dusk'],
  ['MAGIC HOUR', 'dusk'],
  ['DAY', 'day'],
  ['DAWN', 'dawn'],
  ['BEFORE SUNRISE', 'dawn'],
  ['KNIGHTS', 'day'],
  [undefined, 'day'],
])('%s is shot by %s', (time, light) => {
  expect(lightFromTimeOfDay(time)).toBe(light)
})
