import { type GraphTask, link, SECONDS_PER_HOUR } from './graph.ts'

/** When a task can and must happen if only its dependencies held it back; all in hours from the start. */
export interface TaskTimes {
  readonly earliestStart: number
  readonly earliestFinish: number
  readonly latestStart: number
  readonly latestFinish: number
  /** How much later it may be without moving the end. */
  readonly totalSlack: number
  /** How much later it may be without moving any other task. */
  readonly freeSlack: number
  /** True where there is no total slack. */
  readonly critical: boolean
}

export interface PathResult {
  /** The least time in which all tasks can be done, in hours, whatever the team. */
  readonly makespan: number
  readonly tasks: { readonly [id: string]: TaskTimes }
  /** A critical path: ids in order, each waiting for the one before it, without a gap from the start to the end. */
  readonly path: readonly string[]
  /** All critical paths, but ten at most: there can be more of them than there are tasks. */
  readonly paths: readonly (readonly string[])[]
}

const PATHS_AT_MOST = 10

/**
 * The critical path method: a forward and a backward pass over the graph, linear in tasks and dependencies. Times are
 * counted in whole seconds, so slack is exact.
 *
 * @throws RangeError for a repeated id, an unknown dependency, a cycle (named as a path) or hours that are not >= 0.
 */
export function criticalPath(tasks: readonly (GraphTask & { readonly hours: number })[]): PathResult {
  const { seconds, predecessors, successors, order } = link(tasks)
  const lasts = (task: number): number => seconds[task] ?? 0
  const starts = new Array<number>(tasks.length).fill(0)
  const start = (task: number): number => starts[task] ?? 0
  const finish = (task: number): number => start(task) + lasts(task)
  for (const task of order) starts[task] = least(predecessors[task], finish, Math.max, 0)
  const end = least(order, finish, Math.max, 0)

  const latest = new Array<number>(tasks.length).fill(end)
  const latestStart = (task: number): number => (latest[task] ?? 0) - lasts(task)
  for (const task of [...order].reverse()) latest[task] = least(successors[task], latestStart, Math.min, end)

  const times = tasks.map(({ id }, task): readonly [string, TaskTimes] => [
    id,
    {
      earliestStart: start(task) / SECONDS_PER_HOUR,
      earliestFinish: finish(task) / SECONDS_PER_HOUR,
      latestStart: latestStart(task) / SECONDS_PER_HOUR,
      latestFinish: (latest[task] ?? 0) / SECONDS_PER_HOUR,
      totalSlack: (latestStart(task) - start(task)) / SECONDS_PER_HOUR,
      freeSlack: (least(successors[task], start, Math.min, end) - finish(task)) / SECONDS_PER_HOUR,
      critical: latestStart(task) === start(task),
    },
  ])

  const critical = (task: number): boolean => latestStart(task) === start(task)
  const nexts = (task: number): number[] =>
    (successors[task] ?? []).filter((next) => critical(next) && start(next) === finish(task))
  const firsts = order.filter((task) => critical(task) && (predecessors[task] ?? []).length === 0)
  const paths = walks(firsts, nexts, PATHS_AT_MOST).map((path) => path.map((task) => tasks[task]?.id ?? ''))
  return { makespan: end / SECONDS_PER_HOUR, tasks: Object.fromEntries(times), path: paths[0] ?? [], paths }
}

/** The least (or, with `Math.max`, the greatest) of a measure, without spreading a list as long as the plan. */
function least(
  list: readonly number[] | undefined,
  of: (task: number) => number,
  pick: (a: number, b: number) => number,
  otherwise: number,
): number {
  return (list ?? []).reduce((best, task) => pick(best, of(task)), otherwise)
}

/** Walks from each of `firsts` along `nexts` until there is no next, in order, `atMost` of them. */
function walks(firsts: readonly number[], nexts: (task: number) => number[], atMost: number): number[][] {
  const found: number[][] = []
  const trail: { readonly task: number; readonly rest: number[] }[] = []
  const enter = (task: number): void => {
    const rest = nexts(task).reverse()
    trail.push({ task, rest })
    if (rest.length === 0) found.push(trail.map((step) => step.task))
  }
  for (const first of firsts) {
    if (found.length >= atMost) break
    enter(first)
    for (let top = trail.at(-1); top; top = trail.at(-1)) {
      const next = found.length < atMost ? top.rest.pop() : undefined
      if (next === undefined) trail.pop()
      else enter(next)
    }
  }
  return found
}
