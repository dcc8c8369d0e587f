import { describe, expect, test } from 'vitest'
import type { PlanInput, PlanResult } from '../../../../src/agents/producer/index.ts'
import {
  estimatesAnswer,
  findingMessages,
  GOAL,
  outlookAnswer,
  ROLES,
  scopeAnswer,
  setUpProducer,
  task,
  tasksAnswer,
} from '../answers.ts'

type Task = ReturnType<typeof task>
type Constraints = NonNullable<PlanInput['constraints']>

const important = (one: Task, priority: 'high' | 'medium' | 'low') => ({ ...one, priority })
/** Six days of cutting for one editor, side by side; a day of writing before all of it. */
const CUTS: readonly object[] = [
  important(task('t1', 'Write', 'Writer', 8), 'high'),
  ...[1, 2, 3, 4, 5, 6].map((reel) =>
    important(task(`r${reel}`, `Cut reel ${reel}`, 'Editor', 8, 't1'), reel > 4 ? 'low' : 'high'),
  ),
]
const TEAM = [
  { role: 'Writer', count: 1 },
  { role: 'Editor', count: 1 },
]

async function makePlan(tasks: readonly object[], constraints: Constraints): Promise<PlanResult> {
  const all = tasks as readonly Task[]
  const { plan } = setUpProducer([scopeAnswer(), tasksAnswer(all), estimatesAnswer(all), outlookAnswer])
  return plan({ ...GOAL, constraints: { start_date: '2026-03-02', team: TEAM, ...constraints } })
}

describe('a limit that cannot be met is the first finding, with the cheapest remedies', () => {
  // 7 days of work from Monday 2 March: until Tuesday 10 March.
  test('people: the gain of one more, and the number that is enough', async () => {
    const result = await makePlan(CUTS, { deadline: '2026-03-05' })
    expect(result.findings[0]).toMatchObject({ code: 'P14', severity: 'error' })
    expect(findingMessages(result)[0]).toContain('it finishes on 2026-03-10 17:00, 24 working hours (3 days) too late.')
    expect(findingMessages(result)[0]).toContain(
      'People: one more Editor gains 24 working hours (3 days). It is met with 1 more Editor.',
    )
    const enough = await makePlan(CUTS, {
      deadline: '2026-03-05',
      team: TEAM.map((one) => ({ ...one, count: one.role === 'Editor' ? 2 : 1 })),
    })
    expect(enough.findings.filter(({ code }) => code === 'P14')).toEqual([])
  })

  test('scope: the fewest of the least important tasks', async () => {
    const result = await makePlan(CUTS, { deadline: '2026-03-09' })
    expect(findingMessages(result)[0]).toContain('8 working hours (1 day) too late.')
    expect(findingMessages(result)[0]).toMatch(/Scope: it is met without t0\d-cut-reel-[56] \(Cut reel [56]; low\)\.$/)
    const never = await makePlan(CUTS, { deadline: '2026-03-03' })
    expect(findingMessages(never)[0]).toContain('It is met with 5 more Editor.')
    expect(findingMessages(never)[0]).toContain('even without every task that is not of high priority it is not met.')
  })

  test('a limit without a remedy is reported as such', async () => {
    const result = await makePlan(CUTS, { deadline: '2026-03-02' })
    expect(findingMessages(result)[0]).toContain('No team can meet it without cutting work')
  })

  test.each<{ what: string; constraints: Constraints; says: string }>([
    {
      what: 'enough',
      constraints: { budget_usd: 4000, day_rates: { writer: 400, Editors: 1, Editor: 500.5 } },
      says: 'The work costs $3403.00 at the day rates given. The budget has $597.00 left.',
    },
    {
      what: 'too little',
      constraints: { budget_usd: 3000, day_rates: { Writer: 400, Editor: 500.5 } },
      says: 'The budget of $3000 is $403.00 short. It is met without t06-cut-reel-5 (Cut reel 5; low). The work costs $3403.00 at the day rates given.',
    },
    {
      what: 'far too little',
      constraints: { budget_usd: 100, day_rates: { Writer: 400, Editor: 500.5 } },
      says: 'Even without every task that is not of high priority it is not met.',
    },
    {
      what: 'not known',
      constraints: { day_rates: { Writer: 400 } },
      says: 'The work costs $400.00 at the day rates given. No rate is known for Editor: that work is not counted.',
    },
  ])('money that is $what', async ({ constraints, says }) => {
    expect(findingMessages(await makePlan(CUTS, constraints)).join('\n')).toContain(says)
  })

  test('hours are expected values: the three points are weighted one to four to one', async () => {
    const all = CUTS as readonly Task[]
    const { plan } = setUpProducer([
      JSON.stringify({ deliverables: ['The film'], assumptions: [], roles: ROLES }),
      tasksAnswer(all),
      estimatesAnswer(all, (hours) => [hours / 2, hours, hours * 3]),
      outlookAnswer,
    ])
    const result = await plan(GOAL)
    expect(result.tasks[0]).toMatchObject({
      estimate_hours: 10,
      estimate_basis: '4, 8 or 24 hours: two like it',
    })
  })
})
