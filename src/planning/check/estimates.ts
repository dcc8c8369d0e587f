import { type PlanTask, rolesOf } from '../plan.ts'
import { isSameHours, type PlanCheck } from './check.ts'

export const estimatesCheck: PlanCheck = {
  id: 'P04',
  title: 'Estimates',
  checks:
    'Every estimate is above zero and that of the role with the most hours; three points rise, and the estimate of an open task lies between them.',
  find: ({ tasks }) => [
    ...tasks
      .filter(({ estimate_hours: hours }) => !(hours > 0 && hours < Number.POSITIVE_INFINITY))
      .map(({ id, estimate_hours }) => `${id} takes ${estimate_hours} hours`),
    ...tasks
      .filter((task) => !hasConsistentPoints(task))
      .map(({ id }) => `the three estimates of ${id} do not rise, or do not enclose the one`),
    ...tasks
      .filter((task) => task.roles !== undefined && !isLongestRole(task))
      .map(
        ({ id, estimate_hours }) => `${id} takes ${estimate_hours} hours, and no role works as long or all work less`,
      ),
  ],
}

/** To the quarter of an hour, because estimates are rounded to it. A started task may have only its rest as the estimate. */
function hasConsistentPoints({ status = 'open', estimate_hours: hours, ...task }: PlanTask): boolean {
  const { optimistic_hours: least, pessimistic_hours: most } = task
  if (least === undefined || most === undefined) return true
  const likely = task.likely_hours ?? least
  const isBetween = hours >= least - 0.25 && hours <= most + 0.25
  return least > 0 && least <= likely && likely <= most && (isBetween || status !== 'open')
}

function isLongestRole(task: PlanTask): boolean {
  const longest = rolesOf(task).reduce((most, { hours }) => Math.max(most, hours), 0)
  return isSameHours(longest, task.estimate_hours)
}
