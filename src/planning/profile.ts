/** What a task takes while it runs: pairs of a resource's position and an amount. */
export type Needs = readonly (readonly [resource: number, amount: number])[]

/** How much of each resource is in use over time. Times are whole seconds. */
export interface Profile {
  /** The earliest start, not before `from`, at which the needs fit for the whole time. They must fit an empty profile. */
  fit(from: number, seconds: number, needs: Needs): number
  take(start: number, seconds: number, needs: Needs): void
  /** Empties it, to be used again. */
  clear(): void
}

/**
 * A step function kept as its steps: `times[i]` is when step i begins, and the last step goes on for ever and is empty.
 * One list of use a resource, all as long as `times`. They grow with what is taken: two steps a task at most.
 */
export function profile(capacity: readonly number[]): Profile {
  let times = new Float64Array(64)
  let used = capacity.map(() => new Float64Array(64))
  let steps = 1

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
  const split = (moment: number): number => {
    const step = stepAt(moment)
    if (times[step] === moment) return step
    if (steps === times.length) {
      times = doubled(times)
      used = used.map(doubled)
    }
    times.copyWithin(step + 2, step + 1, steps)
    times[step + 1] = moment
    for (const list of used) list.copyWithin(step + 1, step, steps)
    steps += 1
    return step + 1
  }
  const room = (step: number, needs: Needs): boolean => {
    for (let at = 0; at < needs.length; at++) {
      const [resource, amount] = needs[at] ?? [0, 0]
      if ((used[resource]?.[step] ?? 0) + amount > (capacity[resource] ?? 0)) return false
    }
    return true
  }

  return {
    fit(from, seconds, needs) {
      if (seconds === 0 || needs.length === 0) return from
      let start = from
      for (let step = stepAt(from); step < steps && (times[step] ?? 0) < start + seconds; step++) {
        if (!room(step, needs)) start = times[step + 1] ?? start
      }
      return start
    },
    take(start, seconds, needs) {
      if (seconds === 0 || needs.length === 0) return
      const first = split(start)
      const end = split(start + seconds)
      for (const [resource, amount] of needs) {
        const list = used[resource]
        if (list) for (let step = first; step < end; step++) list[step] = (list[step] ?? 0) + amount
      }
    },
    clear() {
      steps = 1
      times[0] = 0
      for (const list of used) list[0] = 0
    },
  }
}

function doubled(list: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(list.length * 2)
  longer.set(list)
  return longer
}
