import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { criticalPath, type Schedule, type ScheduleTask, schedule } from '../../../src/planning/index.ts'
import { anyCapacity, schedulableTasks } from '../arbitrary-tasks.ts'
import { hasPsplib, type PsplibProject, psplibInstances } from './psplib.ts'

const task = (id: string, hours: number, role: string, ...depends_on: string[]): ScheduleTask => ({
  id,
  hours,
  depends_on,
  needs: { [role]: 1 },
})

/** Everything a schedule promises, looked at hour by hour. */
function findViolations(
  { tasks: all, capacity: there }: PsplibProject,
  { starts, makespan }: Schedule,
): readonly string[] {
  const start = (id: string) => starts[id] ?? Number.NaN
  const finish = (one: ScheduleTask) => start(one.id) + one.hours
  const early = all.flatMap((one) =>
    one.depends_on
      .filter((before) => all.some((other) => other.id === before && !(finish(other) <= start(one.id))))
      .map((before) => `${one.id} starts before ${before} is finished`),
  )
  const crowded = all.flatMap(({ id }) =>
    Object.entries(there)
      .filter(([role, count]) => {
        const busy = all.filter((other) => start(other.id) <= start(id) && start(id) < finish(other))
        return busy.reduce((sum, other) => sum + (other.needs?.[role] ?? 0), 0) > count
      })
      .map(([role]) => `too few ${role} when ${id} starts`),
  )
  const end = Math.max(0, ...all.map(finish))
  return [...early, ...crowded, ...(end === makespan ? [] : [`ends at ${end}, not ${makespan}`])]
}

describe('a schedule', () => {
  test('one person works on one task at a time', () => {
    const project = { tasks: [task('a', 2, 'writer'), task('b', 3, 'writer')], capacity: { writer: 1 } }
    expect(schedule(project)).toMatchObject({ makespan: 5, lowerBound: 5, optimal: true })
    expect(schedule({ ...project, capacity: { writer: 2 } })).toMatchObject({ makespan: 3, optimal: true })
  })

  test('starts the short task first where that lets the long chain start earlier', () => {
    const project = {
      tasks: [task('long', 6, 'crew'), task('short', 1, 'crew'), task('chain', 6, 'lab', 'short')],
      capacity: { crew: 1, lab: 1 },
    }
    expect(schedule(project)).toEqual({
      starts: { short: 0, long: 1, chain: 1 },
      makespan: 7,
      lowerBound: 7,
      optimal: true,
    })
  })

  test('a need above the capacity is refused, with both numbers', () => {
    expect(() => schedule({ tasks: [task('a', 1, 'pilot')], capacity: {} })).toThrow(
      'a needs 1 of "pilot", and capacity has 0',
    )
  })

  test('keeps every dependency and every limit, and lies between its bound and the work one after the other', () => {
    fc.assert(
      fc.property(schedulableTasks, anyCapacity, fc.nat(), (all, there, seed) => {
        const project = { tasks: all, capacity: there }
        const found = schedule(project, { seed, effort: 20 })
        expect(findViolations(project, found)).toEqual([])
        expect(found.lowerBound).toBeGreaterThanOrEqual(criticalPath(all).makespan)
        expect(found.makespan).toBeGreaterThanOrEqual(found.lowerBound)
        expect(found.makespan).toBeLessThanOrEqual(all.reduce((sum, one) => sum + one.hours, 0))
        expect(found.optimal).toBe(found.makespan === found.lowerBound)
        expect(schedule(project, { seed, effort: 20 })).toEqual(found)
      }),
      { numRuns: 300 },
    )
  })

  test('keeps every dependency and limit for any order of the list', () => {
    const shuffled = schedulableTasks.chain((all) =>
      fc.shuffledSubarray([...all], { minLength: all.length, maxLength: all.length }),
    )
    fc.assert(
      fc.property(shuffled, anyCapacity, (all, there) => {
        const project = { tasks: all, capacity: there }
        expect(findViolations(project, schedule(project, { effort: 10 }))).toEqual([])
      }),
    )
  })

  test('is never below the best of all orders in small projects', () => {
    const small = schedulableTasks.filter((all) => all.length > 0 && all.length <= 6)
    fc.assert(
      fc.property(small, anyCapacity, (all, there) => {
        const best = bruteForceMakespan({ tasks: all, capacity: there })
        const found = schedule({ tasks: all, capacity: there })
        expect(found.lowerBound).toBeLessThanOrEqual(best)
        expect(found.makespan).toBe(best)
      }),
      { numRuns: 60 },
    )
  })

  test('120 tasks of four roles take under a second', () => {
    const project = {
      tasks: Array.from({ length: 120 }, (_, at) =>
        task(`t${at}`, (at % 9) + 1, `role${at % 4}`, ...(at < 5 ? [] : [`t${(at * 7) % at}`])),
      ),
      capacity: { role0: 2, role1: 1, role2: 3, role3: 1 },
    }
    const found = schedule(project)
    expect(findViolations(project, found)).toEqual([])
  })
})

/** The shortest of the schedules in which tasks are placed at their earliest, over all orders: it holds an optimum. */
function bruteForceMakespan({ tasks: all, capacity: there }: PsplibProject): number {
  const place = (done: ReadonlyMap<ScheduleTask, number>): number => {
    if (done.size === all.length) return Math.max(...[...done].map(([one, start]) => start + one.hours))
    const open = all.filter(
      (one) => !done.has(one) && one.depends_on.every((id) => [...done.keys()].some((other) => other.id === id)),
    )
    return Math.min(...open.map((one) => place(new Map([...done, [one, earliest(one, done)]]))))
  }
  const earliest = (one: ScheduleTask, done: ReadonlyMap<ScheduleTask, number>): number => {
    const ready = Math.max(
      0,
      ...[...done].map(([other, start]) => (one.depends_on.includes(other.id) ? start + other.hours : 0)),
    )
    const moments = [ready, ...[...done].map(([other, start]) => start + other.hours)].filter((at) => at >= ready)
    return Math.min(...moments.filter((at) => fits(one, at, done)))
  }
  const fits = (one: ScheduleTask, at: number, done: ReadonlyMap<ScheduleTask, number>): boolean => {
    const inside = [at, ...done.values()].filter((moment) => moment >= at && moment < at + one.hours)
    return Object.entries(one.needs ?? {}).every(([role, need]) =>
      inside.every((moment) => {
        const busy = [...done].filter(([other, start]) => start <= moment && moment < start + other.hours)
        return busy.reduce((sum, [other]) => sum + (other.needs?.[role] ?? 0), need) <= (there[role] ?? 0)
      }),
    )
  }
  return place(new Map())
}

describe.skipIf(!hasPsplib)('PSPLIB j30, of known least makespans (skipped where the data are not there)', () => {
  test('valid, never below the least, 0.5 % above it on average at most', () => {
    const runs = psplibInstances().map(({ name, project, optimum }) => {
      const found = schedule(project)
      expect(findViolations(project, found), name).toEqual([])
      expect(found.makespan).toBeGreaterThanOrEqual(optimum)
      expect(found.lowerBound).toBeLessThanOrEqual(optimum)
      return { gap: found.makespan / optimum - 1 }
    })
    const mean = (100 * runs.reduce((sum, { gap }) => sum + gap, 0)) / runs.length
    process.stderr.write(
      `j30: mean gap ${mean.toFixed(2)} % over ${runs.length} instances, ${runs.filter(({ gap }) => gap === 0).length} at the optimum\n`,
    )
    expect(mean).toBeLessThan(0.5)
  }, 60_000)
})

describe('large plans', () => {
  const large = (count: number): PsplibProject => ({
    tasks: Array.from({ length: count }, (_, at) =>
      task(`t${at}`, (at % 9) + 1, `role${at % 4}`, ...(at < 5 ? [] : [`t${(at * 7) % at}`])),
    ),
    capacity: { role0: 2, role1: 1, role2: 3, role3: 1 },
  })
  test('10,000 tasks of four roles are scheduled near the bound', () => {
    const value = schedule(large(10_000))
    expect(value.makespan / value.lowerBound).toBeLessThan(1.01)
  }, 30_000)
})
