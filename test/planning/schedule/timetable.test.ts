import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Availability,
  checkPlan,
  type Plan,
  type PlanTask,
  repairGraph,
  type TaskDraft,
  type TeamMember,
  type TimetableOptions,
  timetable,
  weeklyLoad,
  workingCalendar,
} from '../../../src/planning/index.ts'
import { anyCapacity, uncheckedTasks } from '../arbitrary-tasks.ts'
import { samplePlan } from '../sample-plan.ts'

// 2026-01-05 is a Monday.
const calendar = workingCalendar({ startDate: '2026-01-05' })

const draft = (id: string, hours: number, more: Partial<TaskDraft> = {}): TaskDraft => ({
  id,
  title: id,
  description: '',
  role: 'host',
  estimate_hours: hours,
  estimate_basis: '',
  depends_on: [],
  priority: 'medium',
  acceptance: '',
  ...more,
})

const host = (availability?: Availability): TeamMember[] => [
  { role: 'host', count: 1, ...(availability && { availability }) },
  { role: 'editor', count: 1 },
]

function makePlan(
  drafts: readonly TaskDraft[],
  team: readonly TeamMember[],
  options: Partial<TimetableOptions> = {},
): Plan {
  return samplePlan({
    ...timetable(drafts, { team, calendar, ...options }),
    team,
    start_date: calendar.startDate,
    milestones: [],
  })
}

const datesOf = ({ tasks }: Plan) =>
  Object.fromEntries(tasks.map(({ id, start, finish }) => [id, `${start} ${finish}`]))
const taskOf = ({ tasks }: Plan, id: string): Partial<PlanTask> => tasks.find((one) => one.id === id) ?? {}

describe('a timetable', () => {
  test('a task of no hours has one moment, the finish of the task before it', () => {
    const plan = makePlan(
      [draft('a', 8), draft('z', 0, { depends_on: ['a'] }), draft('b', 8, { depends_on: ['z'] })],
      host(),
    )
    expect(datesOf(plan)).toEqual({
      a: '2026-01-05T09:00 2026-01-05T17:00',
      z: '2026-01-05T17:00 2026-01-05T17:00',
      b: '2026-01-06T09:00 2026-01-06T17:00',
    })
    expect(checkPlan(plan).filter(({ check }) => check !== 'P04')).toEqual([])
  })

  test('lead days delay a result on the clock and occupy no people', () => {
    const plan = makePlan(
      [draft('permit', 4, { lead_days: 10 }), draft('shoot', 8, { depends_on: ['permit'] }), draft('other', 8)],
      host(),
    )
    expect(datesOf(plan)).toEqual({
      permit: '2026-01-05T09:00 2026-01-05T13:00',
      other: '2026-01-05T13:00 2026-01-06T13:00',
      shoot: '2026-01-15T13:00 2026-01-16T13:00',
    })
    expect(taskOf(plan, 'permit')).toMatchObject({ ready: '2026-01-15T13:00', critical: true })
    expect(plan.critical_path).toEqual(['permit', 'shoot'])
    expect(checkPlan(plan)).toEqual([])
  })

  test('nothing starts before its date', () => {
    const plan = makePlan([draft('a', 4, { not_before: '2026-01-08' })], host())
    expect(datesOf(plan)).toEqual({ a: '2026-01-08T09:00 2026-01-08T13:00' })
    expect(checkPlan(plan)).toEqual([])
  })

  test('a part-time host works on their days for their hours, and every week keeps within them', () => {
    const plan = makePlan(
      [draft('a', 20), draft('b', 37.5, { depends_on: ['a'] })],
      host({ hours_per_week: 8, days: [2, 4] }),
    )
    expect(datesOf(plan)).toEqual({
      a: '2026-01-06T09:00 2026-01-20T13:00',
      b: '2026-01-22T09:00 2026-02-24T10:30',
    })
    expect(weeklyLoad(plan).map(({ week, hours, available }) => `${week} ${hours}/${available}`)).toEqual([
      '2026-01-05 8/8',
      '2026-01-12 8/8',
      '2026-01-19 8/8',
      '2026-01-26 8/8',
      '2026-02-02 8/8',
      '2026-02-09 8/8',
      '2026-02-16 8/8',
      '2026-02-23 1.5/8',
    ])
    expect(checkPlan(plan)).toEqual([])
  })

  test('people with dates off and a first date are not planned on them; work after a last date is reported', () => {
    const away = host({ from: '2026-01-07', until: '2026-01-09', dates_off: ['2026-01-08'] })
    const plan = makePlan([draft('a', 16)], away)
    expect(datesOf(plan)).toEqual({ a: '2026-01-07T09:00 2026-01-09T17:00' })
    expect(checkPlan(plan)).toEqual([])
    const late = makePlan([draft('a', 24)], away)
    expect(checkPlan(late).map(({ check }) => check)).toEqual(['P15', 'P15'])
    expect(checkPlan(late)[0]?.message).toBe('a finishes when host is no longer there')
  })

  test('several roles work together while all roles with hours left are at work', () => {
    const roles = [
      { role: 'host', hours: 6 },
      { role: 'editor', hours: 8 },
    ]
    const plan = makePlan([draft('record', 8, { roles }), draft('cut', 8, { role: 'editor' })], host({ days: [2, 4] }))
    expect(datesOf(plan)).toMatchObject({
      cut: '2026-01-05T09:00 2026-01-05T17:00',
      record: '2026-01-06T09:00 2026-01-06T17:00',
    })
    expect(weeklyLoad(plan).map(({ role, hours }) => [role, hours])).toEqual([
      ['editor', 16],
      ['host', 6],
    ])
    expect(checkPlan(plan)).toEqual([])
  })

  test('roles without a common working day are refused, with advice', () => {
    const team: TeamMember[] = [
      { role: 'host', count: 1, availability: { days: [6] } },
      { role: 'editor', count: 1 },
    ]
    const roles = [
      { role: 'host', hours: 2 },
      { role: 'editor', hours: 2 },
    ]
    expect(() => makePlan([draft('a', 2, { roles })], team)).toThrow('host and editor never work at the same time')
  })

  test('a shift is whole on one date, at night too, and the next waits for the turnaround', () => {
    const day = (id: string, call: string, ...depends_on: string[]): TaskDraft =>
      draft(id, 8, { shift: { call, hours: 12 }, depends_on, roles: [{ role: 'host', hours: 8 }] })
    const plan = makePlan(
      [
        draft('prep', 1),
        day('night', '18:00', 'prep'),
        day('day', '08:00', 'night'),
        draft('wrap', 8, { depends_on: ['day'] }),
      ],
      host(),
    )
    expect(datesOf(plan)).toEqual({
      prep: '2026-01-05T09:00 2026-01-05T10:00',
      night: '2026-01-06T18:00 2026-01-07T06:00',
      day: '2026-01-08T08:00 2026-01-08T20:00',
      wrap: '2026-01-09T09:00 2026-01-09T17:00',
    })
    expect(checkPlan(plan)).toEqual([])
    const split = {
      ...plan,
      tasks: plan.tasks.map((task) => (task.id === 'day' ? { ...task, start: '2026-01-07T08:00' } : task)),
    }
    expect(checkPlan(split).map(({ check }) => check)).toContain('P16')
  })

  test('free slack moves no other task; drag is the time that a critical task adds', () => {
    const team = [{ role: 'host', count: 3 }]
    const plan = makePlan(
      [
        draft('a', 8),
        draft('long', 16, { depends_on: ['a'] }),
        draft('short', 4, { depends_on: ['a'] }),
        draft('after', 4, { depends_on: ['short'] }),
        draft('end', 2, { depends_on: ['long', 'after'] }),
      ],
      team,
    )
    expect(['short', 'after'].map((id) => [taskOf(plan, id).slack_hours, taskOf(plan, id).free_slack_hours])).toEqual([
      [8, 0],
      [8, 8],
    ])
    expect(['a', 'long', 'end'].map((id) => taskOf(plan, id).drag_hours)).toEqual([8, 8, 2])
  })

  test('done tasks keep their real dates, even before the start of the plan; the rest goes on from now', () => {
    const drafts = [draft('a', 8), draft('b', 8, { depends_on: ['a'] }), draft('c', 4, { role: 'editor' })]
    const plan = makePlan(drafts, host(), {
      now: '2026-01-06T11:00',
      progress: {
        a: { status: 'done', hours: 2, at: '2026-01-02T11:00', since: '2026-01-02T11:00' },
        c: { status: 'started', hours: 1, at: '2026-01-06T10:00', since: '2026-01-05T16:00' },
      },
    })
    expect(datesOf(plan)).toEqual({
      a: '2026-01-02T09:00 2026-01-02T11:00',
      b: '2026-01-06T11:00 2026-01-07T11:00',
      c: '2026-01-05T16:00 2026-01-06T14:00',
    })
  })

  test('a plan beyond the year 9999 is refused, however long its tasks', () => {
    expect(() => makePlan([draft('a', 1e9)], host())).toThrow('The plan reaches beyond the year 9999')
    const late = workingCalendar({ startDate: '9999-12-30' })
    expect(() => timetable([draft('a', 40)], { team: host(), calendar: late })).toThrow('beyond the year 9999')
  })

  test('200 random plans with part-time people, leads, dates and shared tasks keep every check', () => {
    const days = fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 })
    const availability: fc.Arbitrary<Availability | undefined> = fc.option(
      fc.record({
        days: days.map((some) => [...new Set([...some, 3])]),
        hours_per_week: fc.integer({ min: 4, max: 60 }),
        dates_off: fc.subarray(['2026-01-07', '2026-01-14', '2026-01-15']),
        from: fc.constantFrom('2026-01-01', '2026-01-09'),
      }),
      { nil: undefined },
    )
    const extra = fc.record({
      lead: fc.constantFrom(0, 0, 0, 2, 7),
      notBefore: fc.constantFrom(undefined, undefined, '2026-01-08'),
      with: fc.nat(3),
      share: fc.constantFrom(0.25, 1),
    })
    fc.assert(
      fc.property(
        uncheckedTasks,
        anyCapacity,
        fc.tuple(availability, availability, availability),
        fc.array(extra, { minLength: 12, maxLength: 12 }),
        (wild, there, times, extras) => {
          const team = Object.entries(there).map(
            ([role, count], at): TeamMember => ({ role, count, availability: times[at] }),
          )
          const drafts = repairGraph(wild).tasks.map(({ id, hours, depends_on, needs }, at) => {
            const [role = ''] = Object.keys(needs)
            const { lead = 0, notBefore, with: other = 0, share = 1 } = extras[at] ?? {}
            const length = Math.max(hours, 0.25)
            const helper = `role${other}`
            const roles =
              other < 3 && helper !== role
                ? [
                    { role, hours: length },
                    { role: helper, hours: Math.max(0.25, Math.round(length * share * 4) / 4) },
                  ]
                : undefined
            return draft(id, length, { role, depends_on, lead_days: lead, not_before: notBefore, roles })
          })
          const plan = makePlan(drafts, team, { effort: 3 })
          expect(checkPlan(plan)).toEqual([])
          expect(plan.lower_bound_hours).toBeLessThanOrEqual(plan.makespan_hours + 0.01)
          expect(makePlan(drafts, team, { effort: 3 })).toEqual(plan)
        },
      ),
      { numRuns: 200 },
    )
  }, 120_000)
})
