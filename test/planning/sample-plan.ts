import { type Plan, type TaskDraft, timetable, workingCalendar } from '../../src/planning/index.ts'

/** A small plan with everything in it. Titles and texts may be given, to see what the exports make of them. */
export function samplePlan(changes: Partial<Plan> = {}, title = 'Find the places'): Plan {
  const draft = (id: string, name: string, role: string, hours: number, ...depends_on: string[]): TaskDraft => ({
    id,
    title: name,
    description: `What ${name} means.`,
    role,
    estimate_hours: hours,
    estimate_basis: 'two like it',
    depends_on,
    priority: 'medium',
    acceptance: `${name} is seen to be done.`,
  })
  const team = [
    { role: 'director', count: 1 },
    { role: 'crew', count: 2 },
  ]
  const drafts = [
    draft('t01-find', title, 'director', 6),
    draft('t02-build', 'Build the set', 'crew', 12, 't01-find'),
    draft('t03-light', 'Hang the lights', 'crew', 4, 't01-find'),
    draft('t04-shoot', 'Shoot', 'director', 9.5, 't02-build', 't03-light'),
  ]
  const calendar = workingCalendar({ startDate: '2026-01-02' })
  return {
    plan_id: 'p1',
    goal: 'A short film',
    deliverables: ['The film'],
    assumptions: ['No rain'],
    team,
    start_date: calendar.startDate,
    hours_per_day: 8,
    ...timetable(drafts, { team, calendar }),
    milestones: [{ id: 'm1-wrap', title: 'Wrap', depends_on: ['t04-shoot'], at: '2026-01-07T12:30' }],
    risks: [{ risk: 'Rain', likelihood: 'high', impact: 'low', mitigation: 'A tent' }],
    findings: [{ code: 'P06', severity: 'info', message: 'No one was hired.' }],
    made_at: '2026-01-01T00:00:00.000Z',
    revision: 1,
    ...changes,
  }
}

/** The same with a done and a started task, a lead, a deadline and a holiday. */
export function planWithProgress(): Plan {
  const plan = samplePlan({ deadline: '2026-01-09', holidays: ['2026-01-06'], start_date: '2026-01-02' })
  const drafts: readonly TaskDraft[] = plan.tasks.map((task) =>
    task.id === 't03-light' ? { ...task, lead_days: 3 } : task,
  )
  const { team, start_date: startDate, holidays } = plan
  return {
    ...plan,
    ...timetable(drafts, {
      team,
      calendar: workingCalendar({ startDate, holidays }),
      now: '2026-01-05T11:00',
      progress: {
        't01-find': { status: 'done', hours: 7, since: '2026-01-02T09:00', at: '2026-01-02T17:00' },
        't02-build': { status: 'started', hours: 2, since: '2026-01-05T09:00', at: '2026-01-05T11:00' },
      },
    }),
    milestones: [],
  }
}
