import { describe, expect, test } from 'vitest'
import { forecast, pertMeanAndDeviation } from '../../../src/planning/index.ts'

const task = (
  id: string,
  [optimistic, likely, pessimistic]: readonly [number, number, number],
  ...depends_on: string[]
) => ({
  id,
  depends_on,
  needs: { crew: 1 },
  estimate: { optimistic, likely, pessimistic },
})

describe('three-point estimates', () => {
  test('have the mean and the deviation of PERT', () => {
    expect(pertMeanAndDeviation({ optimistic: 2, likely: 4, pessimistic: 12 })).toEqual({
      expected: 5,
      deviation: 10 / 6,
    })
  })

  test.each([
    [4, 2, 6],
    [2, 7, 6],
    [-1, 2, 3],
    [1, 2, Number.NaN],
    [1, 2, Number.POSITIVE_INFINITY],
  ])('%d, %d, %d are refused', (optimistic, likely, pessimistic) => {
    expect(() => pertMeanAndDeviation({ optimistic, likely, pessimistic })).toThrow('give hours that rise')
  })
})

describe('the forecast of a finish', () => {
  test('of a single chain is the sum of means and variances, and of a normal distribution the 90 %', () => {
    const chain = Array.from({ length: 25 }, (_, at) => task(`t${at}`, [2, 4, 12], ...(at > 0 ? [`t${at - 1}`] : [])))
    const found = forecast({ tasks: chain, capacity: { crew: 1 } }, { runs: 4000 })
    expect(Math.abs(found.expected - 125)).toBeLessThan(0.6)
    // Beta(1.8, 4.2) on 2 to 12 has a variance of 100 × 1.8 × 4.2 / (6² × 7), which is 3.
    expect(Math.abs(found.deviation - 5 * Math.sqrt(3))).toBeLessThan(0.35)
    expect(Math.abs(found.p90 - (125 + 1.2816 * 5 * Math.sqrt(3)))).toBeLessThan(0.8)
    expect(found.criticality['t7']).toBe(1)
  })

  test('is later than the longest chain where chains meet', () => {
    const side = (name: string) => [task(`${name}1`, [2, 4, 12]), task(`${name}2`, [2, 4, 12], `${name}1`)]
    const tasks = [...'abcdefgh'].flatMap(side)
    const found = forecast({ tasks, capacity: { crew: 8 } })
    expect(found.expected).toBeGreaterThan(12)
    expect(found.p50).toBeLessThanOrEqual(found.p80)
    expect(found.p80).toBeLessThanOrEqual(found.p90)
    const shares = Object.values(found.criticality)
    expect(Math.min(...shares)).toBeGreaterThan(0.05)
    expect(Math.max(...shares)).toBeLessThan(0.25)
  })

  test('counts the team: one person takes as long as all the work', () => {
    const tasks = [task('a', [2, 4, 12]), task('b', [2, 4, 12])]
    expect(forecast({ tasks, capacity: { crew: 1 } }).expected).toBeGreaterThan(9.5)
    expect(forecast({ tasks, capacity: { crew: 2 } }).expected).toBeLessThan(6.5)
  })

  test('exact estimates have no deviation, the same seed gives the same forecast, and no tasks take no time', () => {
    const certain = forecast({ tasks: [task('a', [3, 3, 3])], capacity: { crew: 1 } })
    expect(certain).toEqual({ expected: 3, deviation: 0, p50: 3, p80: 3, p90: 3, criticality: { a: 1 } })
    const project = { tasks: [task('a', [1, 2, 9])], capacity: { crew: 1 } }
    expect(forecast(project, { seed: 7 })).toEqual(forecast(project, { seed: 7 }))
    expect(forecast(project, { seed: 7 })).not.toEqual(forecast(project, { seed: 8 }))
    expect(forecast({ tasks: [], capacity: {} })).toMatchObject({ expected: 0, p90: 0 })
  })
})
