import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { criticalPath, schedule } from '../../../src/planning/index.ts'
import { schedulableTasks } from '../arbitrary-tasks.ts'

const task = (id: string, hours: number, ...depends_on: string[]) => ({ id, hours, depends_on })

describe('the critical path', () => {
  test('has the slack of the textbook example', () => {
    const {
      makespan,
      path,
      paths,
      tasks: times,
    } = criticalPath([task('a', 3), task('b', 4, 'a'), task('c', 2, 'a'), task('d', 1, 'c'), task('e', 2, 'b', 'd')])
    expect({ makespan, path, paths }).toEqual({ makespan: 9, path: ['a', 'b', 'e'], paths: [['a', 'b', 'e']] })
    expect(times['c']).toEqual({
      earliestStart: 3,
      earliestFinish: 5,
      latestStart: 4,
      latestFinish: 6,
      totalSlack: 1,
      freeSlack: 0,
      critical: false,
    })
    expect(times['d']).toMatchObject({ totalSlack: 1, freeSlack: 1, critical: false })
    expect(times['b']).toMatchObject({ totalSlack: 0, freeSlack: 0, critical: true })
  })

  test('hours that floating point cannot hold add up exactly', () => {
    const { makespan, tasks: times } = criticalPath([task('a', 0.1), task('b', 0.2, 'a'), task('c', 0.3)])
    expect(makespan).toBe(0.3)
    expect(Object.values(times).map(({ critical }) => critical)).toEqual([true, true, true])
  })

  test('of no tasks takes no time', () => {
    expect(criticalPath([])).toEqual({ makespan: 0, tasks: {}, path: [], paths: [] })
  })

  test('lists ten paths at most', () => {
    const ladder = Array.from({ length: 20 }, (_, rung) => {
      const before = rung === 0 ? [] : [`l${rung - 1}`, `r${rung - 1}`]
      return [task(`l${rung}`, 1, ...before), task(`r${rung}`, 1, ...before)]
    }).flat()
    expect(criticalPath(ladder).paths).toHaveLength(10)
  })

  test('is a path without slack, as long as the schedule without limits', () => {
    fc.assert(
      fc.property(schedulableTasks, (all) => {
        const { makespan, tasks: times, paths } = criticalPath(all)
        const unlimited = schedule({ tasks: all.map(({ needs: _, ...rest }) => rest), capacity: {} })
        expect(unlimited).toMatchObject({ makespan, lowerBound: makespan, optimal: true })
        for (const path of paths) {
          const steps = path.map((id) => all.find((one) => one.id === id))
          expect(steps.reduce((sum, step) => sum + (step?.hours ?? Number.NaN), 0)).toBe(makespan)
          for (const [at, step] of steps.entries()) {
            expect(times[step?.id ?? '']).toMatchObject({ totalSlack: 0, freeSlack: 0, critical: true })
            if (at > 0) expect(step?.depends_on).toContain(path[at - 1])
          }
        }
        expect(paths.length > 0).toBe(all.length > 0)
      }),
    )
  })

  test('a task may use up its slack, and no more, without moving the end', () => {
    fc.assert(
      fc.property(schedulableTasks, fc.nat(), (all, pick) => {
        fc.pre(all.length > 0)
        const { makespan, tasks: times } = criticalPath(all)
        const late = all[pick % all.length]?.id ?? ''
        const slack = times[late]?.totalSlack ?? Number.NaN
        const withDelay = (by: number) =>
          criticalPath(all.map((one) => (one.id === late ? { ...one, hours: one.hours + by } : one))).makespan
        expect(withDelay(slack)).toBe(makespan)
        expect(withDelay(slack + 0.25)).toBe(makespan + 0.25)
      }),
    )
  })
})
