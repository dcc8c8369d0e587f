import type { TaskGraph } from '../graph/graph.ts'
import { createResourceProfile, type ResourceNeeds } from './resource-profile.ts'

/** A project by position. */
export interface SchedulingProblem extends TaskGraph {
  readonly needs: readonly ResourceNeeds[]
  readonly capacity: readonly number[]
}

/**
 * Serial schedule generation: the tasks, one by one, at the earliest time that predecessors and capacity allow. The
 * returned function takes an order that keeps the dependencies (and, to play a plan with other durations,
 * those), and gives the starts, in seconds. It is called hundreds of times a project, and keeps its profile.
 */
export function createSerialScheduler(
  problem: SchedulingProblem,
): (order: readonly number[], seconds?: readonly number[]) => readonly number[] {
  const { predecessors, needs, capacity } = problem
  const profile = createResourceProfile(capacity)
  return (order, seconds = problem.seconds) => {
    profile.clear()
    const starts = new Array<number>(needs.length).fill(0)
    for (const task of order) {
      const length = seconds[task] ?? 0
      const wanted = needs[task] ?? []
      let from = 0
      for (const before of predecessors[task] ?? [])
        from = Math.max(from, (starts[before] ?? 0) + (seconds[before] ?? 0))
      const start = profile.earliestFit(from, length, wanted)
      profile.reserve(start, length, wanted)
      starts[task] = start
    }
    return starts
  }
}
