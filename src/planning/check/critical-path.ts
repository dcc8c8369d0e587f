import type { Plan, PlanTask } from '../plan.ts'
import { isSameHours, type PlanCheck } from './check.ts'

export const criticalPathCheck: PlanCheck = {
  id: 'P07',
  title: 'Critical path',
  checks:
    'The critical path is a chain of dependencies without slack and as long as the longest one; the plan is no shorter than it, nor than its lower bound.',
  find(plan) {
    const { tasks, critical_path, critical_path_hours, makespan_hours, lower_bound_hours } = plan
    const byId = new Map(tasks.map((task) => [task.id, task]))
    const path = critical_path.map((id) => byId.get(id))
    const problems: readonly (readonly [isProblem: boolean, text: string])[] = [
      [path.some((task, at) => at > 0 && !task?.depends_on.includes(critical_path[at - 1] ?? '')), 'is not a path'],
      ...(isUniform(plan) ? lengthProblems(tasks, path, critical_path_hours) : []),
      [makespan_hours < critical_path_hours - 0.011, 'is longer than the whole plan'],
      [makespan_hours < lower_bound_hours - 0.011, 'is in a plan shorter than its own lower bound'],
    ]
    return problems.filter(([isProblem]) => isProblem).map(([, text]) => `the critical path ${text}`)
  },
}

/** Hours on the path do not add up to those of the plan where people have their own calendars or results take days. */
function isUniform({ tasks, team }: Plan): boolean {
  return (
    team.every(({ availability }) => availability === undefined) &&
    tasks.every(({ lead_days = 0, not_before, shift }) => lead_days === 0 && not_before === undefined && !shift)
  )
}

function lengthProblems(
  tasks: readonly PlanTask[],
  path: readonly (PlanTask | undefined)[],
  length: number,
): readonly (readonly [boolean, string])[] {
  const hours = path.reduce((sum, task) => sum + (task?.estimate_hours ?? Number.NaN), 0)
  const longest = longestChainHours(tasks)
  return [
    [path.some((task) => !task?.critical || task.slack_hours !== 0), 'has slack'],
    [!isSameHours(hours, length), `takes ${hours} hours, not ${length}`],
    [!isSameHours(longest, length), `is not the longest chain, ${longest} hours`],
  ]
}

/** Depth first along the dependencies, each task once, without recursion. A dependency within a cycle counts as nothing. */
function longestChainHours(tasks: readonly PlanTask[]): number {
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const finishHours = new Map<string, number>()
  for (const root of tasks) {
    const stack = [root]
    const isOpen = new Set<string>()
    for (let task = stack.at(-1); task; task = stack.at(-1)) {
      isOpen.add(task.id)
      const next = task.depends_on.find((id) => byId.has(id) && !finishHours.has(id) && !isOpen.has(id))
      const before = next === undefined ? undefined : byId.get(next)
      if (before) stack.push(before)
      else {
        const start = task.depends_on.reduce((latest, id) => Math.max(latest, finishHours.get(id) ?? 0), 0)
        finishHours.set(task.id, start + task.estimate_hours)
        stack.pop()
      }
    }
  }
  return [...finishHours.values()].reduce((most, hours) => Math.max(most, hours), 0)
}
