import type { Linked } from './graph.ts'
import { type Needs, profile } from './profile.ts'

/** A project by position. */
export interface Problem extends Linked {
  readonly needs: readonly Needs[]
  readonly capacity: readonly number[]
}

/**
 * Serial schedule generation: each task in turn at the earliest time that its predecessors and the capacity allow. The
 * function that comes back is given an order that keeps the dependencies (and, to play a plan with other durations,
 * those), and gives the starts, in seconds. It is called hundreds of times a project, and keeps its profile.
 */
export function serial(problem: Problem): (order: readonly number[], seconds?: readonly number[]) => readonly number[] {
  const { predecessors, needs, capacity } = problem
  const use = profile(capacity)
  return (order, seconds = problem.seconds) => {
    use.clear()
    const starts = new Array<number>(needs.length).fill(0)
    for (const task of order) {
      const length = seconds[task] ?? 0
      const wanted = needs[task] ?? []
      let from = 0
      for (const before of predecessors[task] ?? [])
        from = Math.max(from, (starts[before] ?? 0) + (seconds[before] ?? 0))
      const start = use.fit(from, length, wanted)
      use.take(start, length, wanted)
      starts[task] = start
    }
    return starts
  }
}
