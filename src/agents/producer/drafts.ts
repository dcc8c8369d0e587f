import { formatPages } from '../../planning/index.ts'
import type { DraftTask, Estimate, NamedTask, PlanDocument } from './document.ts'
import { expectedHours } from './estimate.ts'
import { WRAP } from './settle.ts'
import { blocksOf } from './shooting.ts'

/** The deliverable of the days of shooting. */
export const SHOOTING = 'shooting'

/** All tasks with their estimates, shooting included; undefined while a task or an estimate is missing. */
export function draftsOf(document: PlanDocument): readonly DraftTask[] | undefined {
  const { named, estimates, constraints, shooting } = document
  if (named === undefined || estimates === undefined) return undefined
  const days = shooting ? blocksOf(shooting.schedule) : []
  const last = days.at(-1)?.id
  const ids = new Set([...named.tasks, ...days].map(({ id }) => id))
  /** Dependents of a shooting day that the new schedule lacks wait for the last day, because the removed days are the last. */
  const present = (id: string): string => (ids.has(id) ? id : (last ?? id))
  const own = named.tasks.map((task): DraftTask | undefined => {
    const estimate = estimates.by_id[task.id]
    const depends_on = [...new Set(task.depends_on.map((id) => present(id === WRAP ? (last ?? id) : id)))]
    return estimate && draft({ ...task, depends_on }, estimate)
  })
  const hours = constraints.hours_per_day ?? 8
  const shots = days.map(({ id, title, description, eighths }, at): DraftTask => {
    const basis = `a day of shooting: ${formatPages(eighths)} of at most ${shooting?.schedule.pagesPerDay} pages`
    const task: NamedTask = {
      id,
      title,
      description,
      role: named.shooting?.role ?? 'crew',
      depends_on: at === 0 ? (named.shooting?.before ?? []) : [days[at - 1]?.id ?? ''],
      priority: 'high',
      deliverable: SHOOTING,
      acceptance: eighths > 0 ? 'All its scenes are shot and checked.' : 'Everyone has rested.',
    }
    return { ...draft(task, fixed(hours, basis)), estimate_hours: hours }
  })
  const whole = own.filter((task) => task !== undefined)
  if (whole.length < own.length) return undefined
  const first = whole.findIndex(({ depends_on }) => depends_on.some((id) => days.some((day) => day.id === id)))
  return whole.toSpliced(first < 0 ? whole.length : first, 0, ...shots)
}

function draft(task: NamedTask, estimate: Estimate): DraftTask {
  return { ...task, ...estimate, estimate_hours: expectedHours(estimate) }
}

function fixed(hours: number, estimate_basis: string): Estimate {
  return { optimistic_hours: hours, likely_hours: hours, pessimistic_hours: hours, estimate_basis }
}
