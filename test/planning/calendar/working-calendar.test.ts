import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { workingCalendar } from '../../../src/planning/index.ts'

// 2026-01-02 is a Friday.
const calendar = workingCalendar({ startDate: '2026-01-02' })

describe('the working calendar', () => {
  test.each([
    [0, '2026-01-02T09:00', '2026-01-02T09:00'],
    [0.25, '2026-01-02T09:15', '2026-01-02T09:15'],
    [8, '2026-01-05T09:00', '2026-01-02T17:00'],
    [9.5, '2026-01-05T10:30', '2026-01-05T10:30'],
    [48, '2026-01-12T09:00', '2026-01-09T17:00'],
    [2088, '2027-01-04T09:00', '2027-01-01T17:00'],
  ])('%d hours in: work starts at %s, and was finished at %s', (hours, start, finish) => {
    expect([calendar.startAt(hours), calendar.finishAt(hours)]).toEqual([start, finish])
  })

  test.each([
    ['2026-01-01', 0],
    ['2026-01-02', 8],
    ['2026-01-02T12:30', 3.5],
    ['2026-01-02T12:30:00Z', 3.5],
    ['2026-01-03', 8],
    ['2026-01-05T08:00', 8],
    ['2026-01-05T23:00', 16],
    ['2027-01-01', 2088],
  ])('there are so many working hours until %s: %d', (date, hours) => {
    expect(calendar.hoursUntil(date)).toBe(hours)
  })

  test('a start at the weekend is a start on Monday', () => {
    expect(workingCalendar({ startDate: '2026-01-03' }).startDate).toBe('2026-01-05')
  })

  test.each([
    [24, '2026-01-02T00:00', '2026-01-02T23:00', 23],
    [16, '2026-01-02T08:00', '2026-01-02T23:00', 15],
    [0.5, '2026-01-02T09:00', '2026-01-05T09:15', 0.75],
  ])('a day of %d hours fits into a day', (hoursPerDay, first, then, hours) => {
    const days = workingCalendar({ startDate: '2026-01-02', hoursPerDay })
    expect([days.startAt(0), days.startAt(hours)]).toEqual([first, then])
  })

  test('a film week has six days, and holidays are not worked', () => {
    const film = workingCalendar({
      startDate: '2026-05-01',
      hoursPerDay: 10,
      workingDays: [1, 2, 3, 4, 5, 6],
      holidays: ['2026-05-01', '2026-05-05'],
    })
    expect([0, 1, 2, 3, 4, 5].map(film.workingDayAt)).toEqual([
      '2026-05-02',
      '2026-05-04',
      '2026-05-06',
      '2026-05-07',
      '2026-05-08',
      '2026-05-09',
    ])
    expect([film.startDate, film.startAt(10), film.finishAt(25)]).toEqual([
      '2026-05-02',
      '2026-05-04T09:00',
      '2026-05-06T14:00',
    ])
    expect(['2026-05-01', '2026-05-03', '2026-05-05', '2026-05-06'].map(film.hoursUntil)).toEqual([0, 10, 20, 30])
  })

  test.each([[[]], [[0]], [[8]], [[1.5]]])('a week cannot have the working days %j', (workingDays) => {
    expect(() => workingCalendar({ startDate: '2026-01-02', workingDays })).toThrow('name some, 1 for Monday')
  })

  test('dates and working hours convert into each other, on working days only', () => {
    const hours = fc.nat(400_000).map((minutes) => minutes / 60)
    const length = fc.integer({ min: 1, max: 48 }).map((halves) => halves / 2)
    const start = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
    fc.assert(
      fc.property(hours, length, start, (at, hoursPerDay, day) => {
        const days = workingCalendar({ startDate: day.toISOString().slice(0, 10), hoursPerDay })
        for (const date of [days.startAt(at), days.finishAt(at)]) {
          if (!date.endsWith('T24:00')) expect(days.hoursUntil(date)).toBeCloseTo(at, 6)
          expect([0, 6]).not.toContain(new Date(`${date.slice(0, 10)}T00:00Z`).getUTCDay())
        }
        expect(days.finishAt(at) <= days.startAt(at)).toBe(true)
      }),
    )
  })

  test.each(['', 'soon', '2026-02-30', '2026-13-01', '01/02/2026', '2026-1-2'])('"%s" is not a date', (text) => {
    expect(() => workingCalendar({ startDate: text })).toThrow('is not a date: write it as 2026-03-31')
  })

  test.each([0, -8, 25, Number.NaN])('a day has no %d working hours', (hoursPerDay) => {
    expect(() => workingCalendar({ startDate: '2026-01-02', hoursPerDay })).toThrow('give 0.5 to 24')
  })
})
