import { buildTimetable, type Plan, type TaskDraft, workingCalendar } from '../../src/planning/index.ts'

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
    ...buildTimetable(drafts, { team, calendar }),
    milestones: [{ id: 'm1-wrap', title: 'Wrap', depends_on: ['t04-shoot'], at: '2026-01-07T12:30' }],
    risks: [{ risk: 'Rain', likelihood: 'high', impact: 'low', mitigation: 'A tent' }],
    findings: [{ code: 'P06', severity: 'info', message: 'Nobody was hired.' }],
    made_at: '2026-01-01T00:00:00.000Z',
    revision: 1,
    ...changes,
  }
}
