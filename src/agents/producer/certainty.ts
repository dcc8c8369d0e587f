import { forecast, openTasks } from '../../planning/index.ts'
import type { Situation } from './deadline.ts'
import type { Finding } from './document.ts'

/** Simulated runs of the plan: enough for a finish that is exact to the hour. */
const RUNS = 500

/** P04: the finish in half of the simulated runs and in nine of ten, where the estimates have a range. */
export function certainty({ drafts, team, calendar, standing }: Situation): readonly Finding[] {
  const byId = new Map(drafts.map((task) => [task.id, task]))
  const tasks = openTasks(drafts, standing.progress).map(({ id, role, hours, depends_on, isStarted }) => {
    const { optimistic_hours = hours, likely_hours = hours, pessimistic_hours = hours } = byId.get(id) ?? {}
    const estimate = isStarted
      ? { optimistic: hours, likely: hours, pessimistic: hours }
      : { optimistic: optimistic_hours, likely: likely_hours, pessimistic: pessimistic_hours }
    return { id, depends_on, needs: { [role]: 1 }, estimate }
  })
  if (tasks.every(({ estimate }) => estimate.optimistic === estimate.pessimistic)) return []
  const capacity = Object.fromEntries(team.map(({ role, count }) => [role, count]))
  const { p50, p90 } = forecast({ tasks, capacity }, { runs: RUNS })
  const date = (hours: number): string => calendar.finishAt(standing.from + hours).slice(0, 10)
  const message = `By its three-point estimates it is finished by ${date(p50)} in one case of two, and by ${date(p90)} in nine of ten.`
  return [{ code: 'P04', severity: 'info', message }]
}
