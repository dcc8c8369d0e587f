import type { SchedulingProblem } from './serial-scheme.ts'

const MAX_TAILS = 64

/**
 * A makespan, in seconds, that no schedule can beat. `heads` and `tails` are the least times before and after each task.
 * The greater of two bounds: the longest chain of dependencies; and, for each resource, the work of any set of tasks
 * that all come at least `head` after the start and `tail` before the end, done with the whole capacity. Tasks that
 * take more than half of a resource cannot overlap, so they are also counted as if each took all of it.
 */
export function makespanLowerBound(
  problem: SchedulingProblem,
  heads: readonly number[],
  tails: readonly number[],
): number {
  const { seconds, needs, capacity } = problem
  let bound = seconds.reduce(
    (most, length, task) => Math.max(most, (heads[task] ?? 0) + length + (tails[task] ?? 0)),
    0,
  )
  for (const [resource, available] of capacity.entries()) {
    const amounts = needs.map((list) => list.find(([which]) => which === resource)?.[1] ?? 0)
    const shared = amounts.map((amount, task) => ({ task, work: amount * (seconds[task] ?? 0) }))
    const exclusive = amounts.map((amount, task) => ({ task, work: amount * 2 > available ? (seconds[task] ?? 0) : 0 }))
    bound = Math.max(bound, capacityBound(shared, available, heads, tails), capacityBound(exclusive, 1, heads, tails))
  }
  return bound
}

/** Times are whole seconds in a best schedule too (none of its tasks can move left), so a bound may be rounded up. */
function capacityBound(
  all: readonly { readonly task: number; readonly work: number }[],
  capacity: number,
  heads: readonly number[],
  tails: readonly number[],
): number {
  const byHead = all.filter(({ work }) => work > 0).toSorted((a, b) => (heads[b.task] ?? 0) - (heads[a.task] ?? 0))
  const ends = [...new Set(byHead.map(({ task }) => tails[task] ?? 0))].sort((a, b) => a - b)
  const step = Math.ceil(ends.length / MAX_TAILS)
  let bound = 0
  for (let index = 0; index < ends.length; index += step) {
    const tail = ends[index] ?? 0
    let work = 0
    for (const one of byHead) {
      if ((tails[one.task] ?? 0) < tail) continue
      work += one.work
      bound = Math.max(bound, (heads[one.task] ?? 0) + Math.ceil(work / capacity) + tail)
    }
  }
  return bound
}
