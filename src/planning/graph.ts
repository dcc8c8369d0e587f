/** A task as the graph sees it: `depends_on` names the tasks that must be finished before this one starts. */
export interface GraphTask {
  readonly id: string
  readonly depends_on: readonly string[]
}

/**
 * A dependency that was taken out, and why. `cycle` is a path of ids, each waiting for the next, that ends where it
 * began; `dependency` is the one link of it that was dropped.
 */
export type Repair =
  | { readonly kind: 'self' | 'unknown' | 'repeated'; readonly task: string; readonly dependency: string }
  | { readonly kind: 'cycle'; readonly task: string; readonly dependency: string; readonly cycle: readonly string[] }

/**
 * Makes any list of tasks a graph that can be scheduled, and reports every dependency it takes out: unknown ones, those
 * of a task on itself, repeated ones, and one of each cycle. Tasks are listed roughly in the order of the work, so of a
 * cycle the dependency that reaches furthest down the list goes (the first such one): same list, same repair. Every
 * dependency of the input is either kept or in `repairs`.
 *
 * @throws RangeError when two tasks have one id: which one a dependency means cannot be known here.
 */
export function repairGraph<T extends GraphTask>(tasks: readonly T[]): { tasks: T[]; repairs: Repair[] } {
  const at = positions(tasks)
  const repairs: Repair[] = []
  const edges = tasks.map((task) => {
    const seen = new Set<string>()
    return task.depends_on.filter((dependency) => {
      const kind = fault(task.id, dependency, at, seen)
      if (kind) repairs.push({ kind, task: task.id, dependency })
      seen.add(dependency)
      return kind === undefined
    })
  })
  const walk = cycles(edges.map((list) => list.map((id) => at.get(id) ?? -1)))
  for (let cycle = walk.next(); cycle; cycle = walk.next()) {
    const { from, to } = furthestDown(cycle)
    walk.drop(from, to)
    const path = cycle.map((index) => tasks[index]?.id ?? '')
    const [task = '', dependency = ''] = [tasks[from]?.id, tasks[to]?.id]
    repairs.push({ kind: 'cycle', task, dependency, cycle: path })
    edges[from] = edges[from]?.filter((id) => id !== dependency) ?? []
  }
  return { tasks: tasks.map((task, index) => ({ ...task, depends_on: edges[index] ?? [] })), repairs }
}

/** The first cycle as a path of ids, each waiting for the next, ending where it began; undefined when there is none. */
export function findCycle(tasks: readonly GraphTask[]): readonly string[] | undefined {
  const at = positions(tasks)
  const edges = tasks.map((task) => task.depends_on.flatMap((id) => at.get(id) ?? []))
  return cycles(edges)
    .next()
    ?.map((index) => tasks[index]?.id ?? '')
}

/** A repair as a sentence for people. */
export function describeRepair(repair: Repair): string {
  const { task, dependency } = repair
  switch (repair.kind) {
    case 'self':
      return `${task} depended on itself; that dependency was dropped.`
    case 'unknown':
      return `${task} depended on "${dependency}", which is not a task; that dependency was dropped.`
    case 'repeated':
      return `${task} named its dependency on ${dependency} more than once; one was kept.`
    case 'cycle':
      return `Tasks waited for each other in a cycle (${repair.cycle.join(' -> ')}); the dependency of ${task} on ${dependency} was dropped, because ${dependency} is listed later.`
  }
}

/**
 * Tasks by position, ready for arithmetic: whole seconds, so that sums are exact and no comparison needs a tolerance.
 *
 * @throws RangeError for a repeated id, an unknown dependency, a cycle (named), or hours that are not a number >= 0.
 */
export function link(tasks: readonly (GraphTask & { readonly hours: number })[]): Linked {
  const at = positions(tasks)
  const successors: number[][] = tasks.map(() => [])
  const predecessors = tasks.map((task, index) => {
    return [...new Set(task.depends_on)].map((id) => {
      const before = at.get(id)
      if (before === undefined)
        throw new RangeError(`${task.id} depends on "${id}", which is not a task: use repairGraph`)
      successors[before]?.push(index)
      return before
    })
  })
  const waiting = predecessors.map((list) => list.length)
  const order = waiting.flatMap((count, index) => (count === 0 ? [index] : []))
  for (let next = 0; next < order.length; next++) {
    for (const after of successors[order[next] ?? -1] ?? []) {
      waiting[after] = (waiting[after] ?? 0) - 1
      if (waiting[after] === 0) order.push(after)
    }
  }
  if (order.length < tasks.length) {
    throw new RangeError(`The tasks wait for each other: ${findCycle(tasks)?.join(' -> ')}: use repairGraph`)
  }
  return { seconds: tasks.map(secondsOf), predecessors, successors, order }
}

export interface Linked {
  /** How long each task takes, in whole seconds, rounded up. */
  readonly seconds: readonly number[]
  readonly predecessors: readonly (readonly number[])[]
  readonly successors: readonly (readonly number[])[]
  /** Positions in an order in which every task comes after what it depends on. */
  readonly order: readonly number[]
}

export const SECONDS_PER_HOUR = 3600

function secondsOf({ id, hours }: { readonly id: string; readonly hours: number }): number {
  if (!(hours >= 0 && hours < Number.POSITIVE_INFINITY))
    throw new RangeError(`${id} takes ${hours} hours: give a number >= 0`)
  // A millionth of a second less, or 0.1 hours (360.00000000000006 seconds in floating point) would take 361.
  return Math.ceil(hours * SECONDS_PER_HOUR - 1e-6)
}

function positions(tasks: readonly GraphTask[]): ReadonlyMap<string, number> {
  const at = new Map<string, number>()
  for (const [index, { id }] of tasks.entries()) {
    if (at.has(id)) throw new RangeError(`Two tasks have the id "${id}": give each its own`)
    at.set(id, index)
  }
  return at
}

function fault(task: string, dependency: string, at: ReadonlyMap<string, number>, seen: ReadonlySet<string>) {
  if (dependency === task) return 'self'
  if (!at.has(dependency)) return 'unknown'
  return seen.has(dependency) ? 'repeated' : undefined
}

/** Of a closed path of positions, the link that reaches furthest down the list. Every cycle has one that reaches down. */
function furthestDown(cycle: readonly number[]): { readonly from: number; readonly to: number } {
  const links = cycle.slice(1).map((to, index) => ({ from: cycle[index] ?? 0, to }))
  return links.reduce((best, one) => (one.to - one.from > best.to - best.from ? one : best))
}

/**
 * Finds cycles one at a time by depth-first search, without recursion: a chain may be longer than the stack. A task that
 * was found free of cycles stays so when links are dropped, so it is never visited again.
 */
function cycles(edges: readonly (readonly number[])[]) {
  const left = edges.map((list) => new Set(list))
  const free = new Set<number>()
  const search = (root: number): number[] | undefined => {
    const path: { readonly task: number; readonly rest: number[] }[] = []
    const depth = new Map<number, number>()
    const enter = (task: number): void => {
      depth.set(task, path.length)
      path.push({ task, rest: [...(left[task] ?? [])].reverse() })
    }
    enter(root)
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const next = top.rest.pop()
      if (next === undefined) {
        free.add(top.task)
        depth.delete(top.task)
        path.pop()
      } else if (depth.has(next)) {
        return [...path.slice(depth.get(next)).map(({ task }) => task), next]
      } else if (!free.has(next)) enter(next)
    }
    return undefined
  }
  return {
    next(): number[] | undefined {
      for (const root of edges.keys()) {
        const found = free.has(root) ? undefined : search(root)
        if (found) return found
      }
      return undefined
    },
    drop: (from: number, to: number): void => void left[from]?.delete(to),
  }
}
