/** Amounts that a task takes while it runs: pairs of a resource's position and an amount. */
export type ResourceNeeds = readonly (readonly [resource: number, amount: number])[]

/** How much of each resource is in use over time. Times are whole seconds. */
export interface ResourceProfile {
  /** The earliest start, not before `from`, at which the needs fit for the whole time. They must fit an empty profile. */
  earliestFit(from: number, seconds: number, needs: ResourceNeeds): number
  /** The end of the first time from `from` on in which the needs do not fit; undefined where they fit throughout. */
  clashEnd(from: number, seconds: number, needs: ResourceNeeds): number | undefined
  reserve(start: number, seconds: number, needs: ResourceNeeds): void
  /** Empties it, to be used again. */
  clear(): void
}

/**
 * A step function kept as its steps: `times[i]` is when step i begins, and the last step is endless and empty. There is
 * one list of use a resource, each as long as `times`; a task adds two steps at most.
 */
export function createResourceProfile(capacity: readonly number[]): ResourceProfile {
  let times = new Float64Array(64)
  let used = capacity.map(() => new Float64Array(64))
  let steps = 1
  times[0] = Number.NEGATIVE_INFINITY

  /** The step in which a moment falls. */
  const stepAt = (moment: number): number => {
    let low = 0
    let high = steps - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((times[middle] ?? 0) <= moment) low = middle
      else high = middle - 1
    }
    return low
  }
  /** Makes a step begin at a moment, if none does, and says which. */
  const splitAt = (moment: number): number => {
    const step = stepAt(moment)
    if (times[step] === moment) return step
    if (steps === times.length) {
      times = doubleLength(times)
      used = used.map(doubleLength)
    }
    times.copyWithin(step + 2, step + 1, steps)
    times[step + 1] = moment
    for (const list of used) list.copyWithin(step + 1, step, steps)
    steps += 1
    return step + 1
  }
  const hasRoom = (step: number, needs: ResourceNeeds): boolean => {
    for (let at = 0; at < needs.length; at++) {
      const [resource, amount] = needs[at] ?? [0, 0]
      if ((used[resource]?.[step] ?? 0) + amount > (capacity[resource] ?? 0)) return false
    }
    return true
  }

  return {
    earliestFit(from, seconds, needs) {
      if (seconds === 0 || needs.length === 0) return from
      let start = from
      for (let step = stepAt(from); step < steps && (times[step] ?? 0) < start + seconds; step++) {
        if (!hasRoom(step, needs)) start = times[step + 1] ?? start
      }
      return start
    },
    clashEnd(from, seconds, needs) {
      if (seconds === 0 || needs.length === 0) return undefined
      for (let step = stepAt(from); step < steps && (times[step] ?? 0) < from + seconds; step++) {
        if (!hasRoom(step, needs)) return times[step + 1] ?? Number.POSITIVE_INFINITY
      }
      return undefined
    },
    reserve(start, seconds, needs) {
      if (seconds === 0 || needs.length === 0) return
      const first = splitAt(start)
      const end = splitAt(start + seconds)
      for (const [resource, amount] of needs) {
        const list = used[resource]
        if (list) for (let step = first; step < end; step++) list[step] = (list[step] ?? 0) + amount
      }
    },
    clear() {
      steps = 1
      times[0] = Number.NEGATIVE_INFINITY
      for (const list of used) list[0] = 0
    },
  }
}

function doubleLength(list: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(list.length * 2)
  longer.set(list)
  return longer
}
