import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  checkPlan,
  checkRepairs,
  type Plan,
  type PlanTask,
  timetable,
  workingCalendar,
} from '../../src/planning/index.ts'
import { capacity, tasks } from './arbitrary.ts'
import { somePlan } from './plan.ts'

const checksOf = (plan: Plan): readonly string[] => [...new Set(checkPlan(plan).map(({ check }) => check))]

/** The plan with one task changed. */
function withTask(id: string, changes: Partial<PlanTask>): Plan {
  const plan = somePlan()
  return { ...plan, tasks: plan.tasks.map((task) => (task.id === id ? { ...task, ...changes } : task)) }
}

describe('what a plan promises is checked from its figures alone', () => {
  test('a good plan keeps all of it', () => {
    expect(checkPlan(somePlan())).toEqual([])
  })

  test.each([
    ['an id that is there twice', withTask('t03-light', { id: 't02-build' }), 'P01'],
    ['an id that is not a slug', somePlan({ milestones: [{ ...wrap(), id: 'The end' }] }), 'P01'],
    ['an empty title', withTask('t03-light', { title: ' ' }), 'P01'],
    ['a dependency on nothing', withTask('t03-light', { depends_on: ['t99'] }), 'P02'],
    ['a milestone of nothing', somePlan({ milestones: [{ ...wrap(), depends_on: ['t99'] }] }), 'P02'],
    ['a cycle', withTask('t01-find', { depends_on: ['t04-shoot'] }), 'P03'],
    ['an estimate of nothing', withTask('t03-light', { estimate_hours: 0 }), 'P04'],
    ['a start before what it waits for', withTask('t04-shoot', { start: '2026-01-02T10:00' }), 'P05'],
    ['a start in the night', withTask('t04-shoot', { start: '2026-01-07T03:00' }), 'P05'],
    ['a Sunday', withTask('t04-shoot', { finish: '2026-01-11T10:00' }), 'P05'],
    ['a span shorter than the work', withTask('t03-light', { estimate_hours: 5 }), 'P05'],
    ['a milestone before its tasks', somePlan({ milestones: [{ ...wrap(), at: '2026-01-02T10:00' }] }), 'P05'],
    [
      'a crowd',
      somePlan({
        team: [
          { role: 'crew', count: 1 },
          { role: 'director', count: 1 },
        ],
      }),
      'P06',
    ],
    ['a role nobody has', withTask('t03-light', { role: 'pilot' }), 'P06'],
    ['a critical path with a gap', somePlan({ critical_path: ['t01-find', 't04-shoot'] }), 'P07'],
    [
      'a critical path that is not critical',
      somePlan({ critical_path: ['t01-find', 't03-light', 't04-shoot'] }),
      'P07',
    ],
    ['a plan shorter than its critical path', somePlan({ makespan_hours: 3 }), 'P07'],
    ['a plan shorter than its bound', somePlan({ lower_bound_hours: 300 }), 'P07'],
  ])('%s is found', (_, plan, check) => {
    expect(checksOf(plan)).toContain(check)
  })

  test('whatever is timed is in time: random plans keep all of it', () => {
    const days = fc.integer({ min: 1, max: 48 }).map((halves) => halves / 2)
    fc.assert(
      fc.property(tasks, capacity, days, (all, there, hoursPerDay) => {
        const calendar = workingCalendar({ startDate: '2026-02-27', hoursPerDay })
        const team = Object.entries(there).map(([role, count]) => ({ role, count }))
        const drafts = all.map(({ id, hours, depends_on, needs }) => ({
          id,
          title: id,
          description: '',
          role: Object.keys(needs)[0] ?? '',
          estimate_hours: Math.max(hours, 0.25),
          estimate_basis: '',
          depends_on,
          priority: 'low' as const,
          acceptance: '',
        }))
        const plan = somePlan({
          ...timetable(drafts, { team, calendar }),
          milestones: [],
          team,
          start_date: calendar.startDate,
          hours_per_day: hoursPerDay,
        })
        expect(checkPlan(plan)).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  test('a repair that is not told, or told of nothing, is found', () => {
    const before = [{ id: 'a', depends_on: ['b', 'x'] }]
    const after = [{ id: 'a', depends_on: ['b'] }]
    const repair = { kind: 'unknown', task: 'a', dependency: 'x' } as const
    expect(checkRepairs(before, after, [repair])).toEqual([])
    expect(checkRepairs(before, after, [])).toHaveLength(1)
    expect(checkRepairs(before, before, [repair])).toHaveLength(1)
  })
})

function wrap(): Plan['milestones'][number] {
  return { id: 'm1-wrap', title: 'Wrap', depends_on: ['t04-shoot'], at: '2026-01-07T12:30' }
}
