import { buildTaskGraph, type GraphTask, SECONDS_PER_HOUR } from './graph.ts'

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

export interface CriticalPathResult {
  /** The least time in which all tasks can be done, in hours, whatever the team. */
  readonly makespan: number
  readonly tasks: { readonly [id: string]: TaskTimes }
  /** A critical path: ids in order, each waiting for the one before it, without a gap from the start to the end. */
  readonly path: readonly string[]
  /** All critical paths, but ten at most: there can be more of them than there are tasks. */
  readonly paths: readonly (readonly string[])[]
}

const MAX_PATHS = 10

/**
 * The critical path method: a forward and a backward pass over the graph, linear in tasks and dependencies. Times are
 * counted in whole seconds, so slack is exact.
 *
 * @throws RangeError for a repeated id, an unknown dependency, a cycle (named as a path) or hours that are not >= 0.
 */
export function criticalPath(tasks: readonly (GraphTask & { readonly hours: number })[]): CriticalPathResult {
  const { seconds, predecessors, successors, topologicalOrder: order } = buildTaskGraph(tasks)
  const durationOf = (task: number): number => seconds[task] ?? 0
  const earliestStarts = new Array<number>(tasks.length).fill(0)
  const startOf = (task: number): number => earliestStarts[task] ?? 0
  const finishOf = (task: number): number => startOf(task) + durationOf(task)
  for (const task of order) earliestStarts[task] = selectExtreme(predecessors[task], finishOf, Math.max, 0)
  const makespanSeconds = selectExtreme(order, finishOf, Math.max, 0)

  const latestFinishes = new Array<number>(tasks.length).fill(makespanSeconds)
  const latestStartOf = (task: number): number => (latestFinishes[task] ?? 0) - durationOf(task)
  for (const task of [...order].reverse())
    latestFinishes[task] = selectExtreme(successors[task], latestStartOf, Math.min, makespanSeconds)

  const times = tasks.map(({ id }, task): readonly [string, TaskTimes] => [
    id,
    {
      earliestStart: startOf(task) / SECONDS_PER_HOUR,
      earliestFinish: finishOf(task) / SECONDS_PER_HOUR,
      latestStart: latestStartOf(task) / SECONDS_PER_HOUR,
      latestFinish: (latestFinishes[task] ?? 0) / SECONDS_PER_HOUR,
      totalSlack: (latestStartOf(task) - startOf(task)) / SECONDS_PER_HOUR,
      freeSlack:
        (selectExtreme(successors[task], startOf, Math.min, makespanSeconds) - finishOf(task)) / SECONDS_PER_HOUR,
      critical: latestStartOf(task) === startOf(task),
    },
  ])

  const isCritical = (task: number): boolean => latestStartOf(task) === startOf(task)
  const criticalSuccessors = (task: number): number[] =>
    (successors[task] ?? []).filter((next) => isCritical(next) && startOf(next) === finishOf(task))
  const criticalSources = order.filter((task) => isCritical(task) && (predecessors[task] ?? []).length === 0)
  const paths = listPaths(criticalSources, criticalSuccessors, MAX_PATHS).map((path) =>
    path.map((task) => tasks[task]?.id ?? ''),
  )
  return {
    makespan: makespanSeconds / SECONDS_PER_HOUR,
    tasks: Object.fromEntries(times),
    path: paths[0] ?? [],
    paths,
  }
}

/** The least (or, with `Math.max`, the greatest) of a measure, without spreading a list as long as the plan. */
function selectExtreme(
  list: readonly number[] | undefined,
  measure: (task: number) => number,
  choose: (a: number, b: number) => number,
  initial: number,
): number {
  return (list ?? []).reduce((best, task) => choose(best, measure(task)), initial)
}

/** Walks from each of `firsts` along `nexts` until there is no next, in order, `atMost` of them. */
function listPaths(sources: readonly number[], successorsOf: (task: number) => number[], maxPaths: number): number[][] {
  const found: number[][] = []
  const trail: { readonly task: number; readonly remaining: number[] }[] = []
  const pushTask = (task: number): void => {
    const rest = successorsOf(task).reverse()
    trail.push({ task, remaining: rest })
    if (rest.length === 0) found.push(trail.map((step) => step.task))
  }
  for (const first of sources) {
    if (found.length >= maxPaths) break
    pushTask(first)
    for (let top = trail.at(-1); top; top = trail.at(-1)) {
      const next = found.length < maxPaths ? top.remaining.pop() : undefined
      if (next === undefined) trail.pop()
      else pushTask(next)
    }
  }
  return found
}
