/** A task as the graph sees it: `depends_on` names the tasks that must be finished before this one starts. */
export interface GraphTask {
  readonly id: string
  readonly depends_on: readonly string[]
}

/**
 * A dependency that was taken out, with the reason. `cycle` is a path of ids, each waiting for the next, that ends where
 * it began; `dependency` is its one link that was dropped.
 */
export type DependencyFix =
  | { readonly kind: 'self' | 'unknown' | 'repeated'; readonly task: string; readonly dependency: string }
  | { readonly kind: 'cycle'; readonly task: string; readonly dependency: string; readonly cycle: readonly string[] }

/**
 * Makes any list of tasks a graph that can be scheduled, and reports every dependency it takes out: unknown ones, those
 * of a task on itself, repeated ones, and one of each cycle. Tasks are listed roughly in the order of the work, so the
 * fix of a cycle drops its (first) dependency that reaches furthest down the list. The same list gives the same fixes,
 * and every dependency of the input is either kept or in `fixes`.
 *
 * @throws RangeError when two tasks have one id, because a dependency on it is ambiguous.
 */
export function repairGraph<T extends GraphTask>(tasks: readonly T[]): { tasks: T[]; fixes: DependencyFix[] } {
  const indexById = indexTasksById(tasks)
  const fixes: DependencyFix[] = []
  const edges = tasks.map((task) => {
    const seen = new Set<string>()
    return task.depends_on.filter((dependency) => {
      const kind = fixKind(task.id, dependency, indexById, seen)
      if (kind) fixes.push({ kind, task: task.id, dependency })
      seen.add(dependency)
      return kind === undefined
    })
  })
  const cycleFinder = createCycleFinder(edges.map((list) => list.map((id) => indexById.get(id) ?? -1)))
  for (let cycle = cycleFinder.findNext(); cycle; cycle = cycleFinder.findNext()) {
    const { from, to } = furthestForwardEdge(cycle)
    cycleFinder.removeEdge(from, to)
    const path = cycle.map((index) => tasks[index]?.id ?? '')
    const [task = '', dependency = ''] = [tasks[from]?.id, tasks[to]?.id]
    fixes.push({ kind: 'cycle', task, dependency, cycle: path })
    edges[from] = edges[from]?.filter((id) => id !== dependency) ?? []
  }
  return { tasks: tasks.map((task, index) => ({ ...task, depends_on: edges[index] ?? [] })), fixes }
}

/** The first cycle as a path of ids, each waiting for the next, ending where it began; undefined when there is none. */
export function findCycle(tasks: readonly GraphTask[]): readonly string[] | undefined {
  const indexById = indexTasksById(tasks)
  const edges = tasks.map((task) => task.depends_on.flatMap((id) => indexById.get(id) ?? []))
  return createCycleFinder(edges)
    .findNext()
    ?.map((index) => tasks[index]?.id ?? '')
}

/** A fix as a sentence for people. */
export function describeFix(fix: DependencyFix): string {
  const { task, dependency } = fix
  switch (fix.kind) {
    case 'self':
      return `${task} depended on itself; that dependency was dropped.`
    case 'unknown':
      return `${task} depended on "${dependency}", which is not a task; that dependency was dropped.`
    case 'repeated':
      return `${task} named its dependency on ${dependency} more than once; one was kept.`
    case 'cycle':
      return `Tasks waited for each other in a cycle (${fix.cycle.join(' -> ')}); the dependency of ${task} on ${dependency} was dropped, because ${dependency} is listed later.`
  }
}

/**
 * Tasks by position, ready for arithmetic: whole seconds, so that sums are exact and no comparison needs a tolerance.
 *
 * @throws RangeError for a repeated id, an unknown dependency, a cycle (named), or hours that are not a number >= 0.
 */
export function buildTaskGraph(tasks: readonly (GraphTask & { readonly hours: number })[]): TaskGraph {
  const indexById = indexTasksById(tasks)
  const successors: number[][] = tasks.map(() => [])
  const predecessors = tasks.map((task, index) => {
    return [...new Set(task.depends_on)].map((id) => {
      const before = indexById.get(id)
      if (before === undefined)
        throw new RangeError(`${task.id} depends on "${id}", which is not a task: use repairGraph`)
      successors[before]?.push(index)
      return before
    })
  })
  const unmetCounts = predecessors.map((list) => list.length)
  const order = unmetCounts.flatMap((count, index) => (count === 0 ? [index] : []))
  for (let next = 0; next < order.length; next++) {
    for (const after of successors[order[next] ?? -1] ?? []) {
      unmetCounts[after] = (unmetCounts[after] ?? 0) - 1
      if (unmetCounts[after] === 0) order.push(after)
    }
  }
  if (order.length < tasks.length) {
    throw new RangeError(`The tasks wait for each other: ${findCycle(tasks)?.join(' -> ')}: use repairGraph`)
  }
  return { seconds: tasks.map(toSeconds), predecessors, successors, topologicalOrder: order }
}

export interface TaskGraph {
  /** How long each task takes, in whole seconds, rounded up. */
  readonly seconds: readonly number[]
  readonly predecessors: readonly (readonly number[])[]
  readonly successors: readonly (readonly number[])[]
  /** Positions in an order in which every task comes after what it depends on. */
  readonly topologicalOrder: readonly number[]
}

export const SECONDS_PER_HOUR = 3600

function toSeconds({ id, hours }: { readonly id: string; readonly hours: number }): number {
  if (!(hours >= 0 && hours < Number.POSITIVE_INFINITY))
    throw new RangeError(`${id} takes ${hours} hours: give a number >= 0`)
  // A millionth of a second is subtracted, because 0.1 hours (360.00000000000006 s in floating point) would give 361.
  return Math.ceil(hours * SECONDS_PER_HOUR - 1e-6)
}

function indexTasksById(tasks: readonly GraphTask[]): ReadonlyMap<string, number> {
  const indexById = new Map<string, number>()
  for (const [index, { id }] of tasks.entries()) {
    if (indexById.has(id)) throw new RangeError(`Two tasks have the id "${id}": give each its own`)
    indexById.set(id, index)
  }
  return indexById
}

function fixKind(task: string, dependency: string, indexById: ReadonlyMap<string, number>, seen: ReadonlySet<string>) {
  if (dependency === task) return 'self'
  if (!indexById.has(dependency)) return 'unknown'
  return seen.has(dependency) ? 'repeated' : undefined
}

/** The link of a closed path of positions that reaches furthest down the list. Every cycle has one that reaches down. */
function furthestForwardEdge(cycle: readonly number[]): { readonly from: number; readonly to: number } {
  const links = cycle.slice(1).map((to, index) => ({ from: cycle[index] ?? 0, to }))
  return links.reduce((best, one) => (one.to - one.from > best.to - best.from ? one : best))
}

/**
 * Finds cycles one at a time by depth-first search, without recursion: a chain may be longer than the stack. A task that
 * was found free of cycles stays so when links are dropped, so it is never visited again.
 */
function createCycleFinder(edges: readonly (readonly number[])[]) {
  const remainingEdges = edges.map((list) => new Set(list))
  const acyclicTasks = new Set<number>()
  const findCycleFrom = (root: number): number[] | undefined => {
    const path: { readonly task: number; readonly remaining: number[] }[] = []
    const depth = new Map<number, number>()
    const pushTask = (task: number): void => {
      depth.set(task, path.length)
      path.push({ task, remaining: [...(remainingEdges[task] ?? [])].reverse() })
    }
    pushTask(root)
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const next = top.remaining.pop()
      if (next === undefined) {
        acyclicTasks.add(top.task)
        depth.delete(top.task)
        path.pop()
      } else if (depth.has(next)) {
        return [...path.slice(depth.get(next)).map(({ task }) => task), next]
      } else if (!acyclicTasks.has(next)) pushTask(next)
    }
    return undefined
  }
  return {
    findNext(): number[] | undefined {
      for (const root of edges.keys()) {
        const found = acyclicTasks.has(root) ? undefined : findCycleFrom(root)
        if (found) return found
      }
      return undefined
    },
    removeEdge: (from: number, to: number): void => void remainingEdges[from]?.delete(to),
  }
}
