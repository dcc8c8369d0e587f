import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  checkFixes,
  checkPlan,
  type Plan,
  type PlanTask,
  repairGraph,
  timetable,
  workingCalendar,
} from '../../../src/planning/index.ts'
import { anyCapacity, uncheckedTasks } from '../arbitrary-tasks.ts'
import { samplePlan } from '../sample-plan.ts'

const checksOf = (plan: Plan): readonly string[] => [...new Set(checkPlan(plan).map(({ check }) => check))]

/** The plan with one task changed. */
function withTask(id: string, changes: Partial<PlanTask>, others: Partial<Plan> = {}): Plan {
  const plan = samplePlan(others)
  return { ...plan, tasks: plan.tasks.map((task) => (task.id === id ? { ...task, ...changes } : task)) }
}

describe('the plan check', () => {
  test('accepts a valid plan', () => {
    expect(checkPlan(samplePlan())).toEqual([])
  })

  test.each([
    ['an id that is there twice', withTask('t03-light', { id: 't02-build' }), 'P01'],
    ['an id that is not a slug', samplePlan({ milestones: [{ ...wrap(), id: 'The end' }] }), 'P01'],
    ['an empty title', withTask('t03-light', { title: ' ' }), 'P01'],
    ['a dependency on nothing', withTask('t03-light', { depends_on: ['t99'] }), 'P02'],
    ['a milestone of nothing', samplePlan({ milestones: [{ ...wrap(), depends_on: ['t99'] }] }), 'P02'],
    ['a cycle', withTask('t01-find', { depends_on: ['t04-shoot'] }), 'P03'],
    ['an estimate of nothing', withTask('t03-light', { estimate_hours: 0 }), 'P04'],
    ['a start before what it waits for', withTask('t04-shoot', { start: '2026-01-02T10:00' }), 'P05'],
    ['a start in the night', withTask('t04-shoot', { start: '2026-01-07T03:00' }), 'P05'],
    ['a Sunday', withTask('t04-shoot', { finish: '2026-01-11T10:00' }), 'P05'],
    ['a span shorter than the work', withTask('t03-light', { estimate_hours: 5 }), 'P05'],
    ['a milestone before its tasks', samplePlan({ milestones: [{ ...wrap(), at: '2026-01-02T10:00' }] }), 'P05'],
    [
      'more people at work than the team has',
      samplePlan({
        team: [
          { role: 'crew', count: 1 },
          { role: 'director', count: 1 },
        ],
      }),
      'P06',
    ],
    ['a role that is not in the team', withTask('t03-light', { role: 'pilot' }), 'P06'],
    ['a critical path with a gap', samplePlan({ critical_path: ['t01-find', 't04-shoot'] }), 'P07'],
    [
      'a critical path that is not critical',
      samplePlan({ critical_path: ['t01-find', 't03-light', 't04-shoot'] }),
      'P07',
    ],
    ['a plan shorter than its critical path', samplePlan({ makespan_hours: 3 }), 'P07'],
    ['a plan shorter than its bound', samplePlan({ lower_bound_hours: 300 }), 'P07'],
    ['three points that do not rise', withTask('t03-light', { optimistic_hours: 5, pessimistic_hours: 4 }), 'P04'],
    ['an estimate outside its points', withTask('t03-light', { optimistic_hours: 5, pessimistic_hours: 9 }), 'P04'],
    ['a task on a holiday', samplePlan({ holidays: ['2026-01-02'] }), 'P05'],
    [
      'a task that leads nowhere',
      samplePlan({ milestones: [], tasks: [{ ...task('t01-find'), deliverable: 'The film' }, task('t02-build')] }),
      'P08',
    ],
    [
      'a deliverable without a task',
      withTask('t04-shoot', { deliverable: 'The film' }, { deliverables: ['a', 'b'] }),
      'P08',
    ],
    ['a cost without rates', samplePlan({ cost: 10 }), 'P12'],
    ['a cost that is not hours times rates', samplePlan({ rates: { crew: 10, director: 20.5 }, cost: 400 }), 'P12'],
    ['a role without a rate and without a finding', samplePlan({ rates: { crew: 10 } }), 'P12'],
    ['a cost although a rate is missing', samplePlan({ rates: { crew: 10 }, cost: 160, findings: [noRate()] }), 'P12'],
    ['a missed deadline without a finding', samplePlan({ deadline: '2026-01-06' }), 'P14'],
    [
      'an exceeded budget without a finding',
      samplePlan({ rates: { crew: 10, director: 20.5 }, cost: 477.75, budget_usd: 400 }),
      'P14',
    ],
  ])('%s is found', (_, plan, check) => {
    expect(checksOf(plan)).toContain(check)
  })

  test.each([
    ['a cost to the cent', samplePlan({ rates: { crew: 10, director: 20.5 }, cost: 477.75 })],
    ['a role without a rate and with a finding', samplePlan({ rates: { crew: 10 }, findings: [noRate()] })],
    ['a met deadline', samplePlan({ deadline: '2026-01-07' })],
    ['a missed deadline with a finding', samplePlan({ deadline: '2026-01-06', findings: [late(), noRate()] })],
    ['a deliverable at the end of everything', withTask('t04-shoot', { deliverable: 'The film' })],
    ['three points', withTask('t03-light', { optimistic_hours: 2, likely_hours: 4, pessimistic_hours: 6 })],
  ])('%s is accepted', (_, plan) => {
    expect(checkPlan(plan)).toEqual([])
  })

  test('accepts the timetables of 5,000 random task lists with fixed dependencies', () => {
    const days = fc.integer({ min: 1, max: 48 }).map((halves) => halves / 2)
    const weeks = fc.constantFrom([1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6], [2, 4])
    const holidays = fc.subarray(['2026-02-27', '2026-03-02', '2026-03-05', '2026-03-17'])
    fc.assert(
      fc.property(uncheckedTasks, anyCapacity, days, weeks, holidays, (wild, there, hoursPerDay, workingDays, free) => {
        const calendar = workingCalendar({ startDate: '2026-02-27', hoursPerDay, workingDays, holidays: free })
        const team = Object.entries(there).map(([role, count]) => ({ role, count }))
        const { tasks: all, fixes } = repairGraph(wild)
        expect(checkFixes(wild, all, fixes)).toEqual([])
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
        const plan = samplePlan({
          ...timetable(drafts, { team, calendar, effort: 10 }),
          milestones: [],
          team,
          start_date: calendar.startDate,
          hours_per_day: hoursPerDay,
          working_days: workingDays,
          holidays: free,
        })
        expect(checkPlan(plan)).toEqual([])
      }),
      { numRuns: 5000 },
    )
  }, 120_000)

  test('finds a fix that is not reported and a report without a fix', () => {
    const before = [{ id: 'a', depends_on: ['b', 'x'] }]
    const after = [{ id: 'a', depends_on: ['b'] }]
    const fix = { kind: 'unknown', task: 'a', dependency: 'x' } as const
    expect(checkFixes(before, after, [fix])).toEqual([])
    expect(checkFixes(before, after, [])).toHaveLength(1)
    expect(checkFixes(before, before, [fix])).toHaveLength(1)
  })
})

function task(id: string): PlanTask {
  const [found] = samplePlan().tasks.filter((one) => one.id === id)
  if (found === undefined) throw new Error(`no ${id}`)
  return found
}

function noRate(): Plan['findings'][number] {
  return { code: 'P12', severity: 'info', message: 'There is no rate for the director.' }
}

function late(): Plan['findings'][number] {
  return { code: 'P14', severity: 'error', message: 'It is a day late.' }
}

function wrap(): Plan['milestones'][number] {
  return { id: 'm1-wrap', title: 'Wrap', depends_on: ['t04-shoot'], at: '2026-01-07T12:30' }
}
