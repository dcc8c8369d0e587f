import type { TaskGraph } from '../graph/graph.ts'
import { type CalendarProblem, resultOf } from './calendar-scheme.ts'
import { type Execution, executeTask } from './placement.ts'

/** Moments of each task, by position, if only its dependencies and calendars held it back. */
export interface NetworkTimes {
  readonly executions: readonly Execution[]
  readonly results: readonly number[]
  readonly latestStarts: readonly number[]
  /** The last result. */
  readonly end: number
}

/** The forward and the backward pass of the critical path method, on calendars. */
export function networkTimes(
  problem: CalendarProblem,
  { topologicalOrder, successors }: Pick<TaskGraph, 'topologicalOrder' | 'successors'>,
  start: number,
): NetworkTimes {
  const { executions, results, end } = forwardPass(problem, topologicalOrder, start)
  const latestStarts = new Array<number>(executions.length).fill(end)
  for (const task of topologicalOrder.toReversed()) {
    const by = (successors[task] ?? []).reduce((least, next) => Math.min(least, latestStarts[next] ?? end), end)
    latestStarts[task] = latestStart(problem, task, { from: executions[task]?.start ?? start, by })
  }
  return { executions, results, latestStarts, end }
}

/** Each task at its earliest; `skipped` takes no time. */
export function forwardPass(
  { tasks, roles, predecessors }: CalendarProblem,
  order: readonly number[],
  start: number,
  skipped = -1,
): Pick<NetworkTimes, 'executions' | 'results' | 'end'> {
  const executions = new Array<Execution>(tasks.length)
  const results = new Array<number>(tasks.length).fill(start)
  let end = start
  for (const at of order) {
    const task = tasks[at]
    if (task === undefined) continue
    const from = (predecessors[at] ?? []).reduce(
      (latest, before) => Math.max(latest, results[before] ?? start),
      task.earliest,
    )
    const run = at === skipped ? { start: from, finish: from, pieces: [] } : executeTask(task, roles, from)
    executions[at] = run
    results[at] = at === skipped ? from : resultOf(task, run)
    end = Math.max(end, results[at] ?? end)
  }
  return { executions, results, end }
}

/** The last moment, to the second, from which a task has its result in time. `from` is known to be early enough. */
function latestStart(
  { tasks, roles }: CalendarProblem,
  at: number,
  { from, by }: { readonly from: number; readonly by: number },
): number {
  const task = tasks[at]
  if (task === undefined) return by
  const isInTime = (start: number): boolean => resultOf(task, executeTask(task, roles, start)) <= by
  let [low, high] = [from, Math.max(from, by - task.leadSeconds)]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (isInTime(middle)) low = middle
    else high = middle - 1
  }
  return low
}
