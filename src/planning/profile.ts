/** What a task takes while it runs: pairs of a resource's position and an amount. */
export type Needs = readonly (readonly [resource: number, amount: number])[]

/** How much of each resource is in use over time. Times are whole seconds. */
export interface Profile {
  /** The earliest start, not before `from`, at which the needs fit for the whole time. They must fit an empty profile. */
  fit(from: number, seconds: number, needs: Needs): number
  take(start: number, seconds: number, needs: Needs): void
}

/**
 * A step function kept as its steps: `times[i]` is when step i begins, and the last step goes on for ever and is empty.
 * One list of use a resource, all as long as `times`.
 */
export function profile(capacity: readonly number[]): Profile {
  const times = [0]
  const used = capacity.map(() => [0])

  /** The step in which a moment falls. */
  const stepAt = (moment: number): number => {
    let low = 0
    let high = times.length - 1
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
    times.splice(step + 1, 0, moment)
    for (const list of used) list.splice(step + 1, 0, list[step] ?? 0)
    return step + 1
  }
  const room = (step: number, needs: Needs): boolean => {
    for (const [resource, amount] of needs) {
      if ((used[resource]?.[step] ?? 0) + amount > (capacity[resource] ?? 0)) return false
    }
    return true
  }

  return {
    fit(from, seconds, needs) {
      if (seconds === 0 || needs.length === 0) return from
      let start = from
      for (let step = stepAt(from); step < times.length && (times[step] ?? 0) < start + seconds; step++) {
        if (!room(step, needs)) start = times[step + 1] ?? start
      }
      return start
    },
    take(start, seconds, needs) {
      if (seconds === 0 || needs.length === 0) return
      const first = split(start)
      const end = split(start + seconds)
      for (const [resource, amount] of needs) {
        const list = used[resource] ?? []
        for (let step = first; step < end; step++) list[step] = (list[step] ?? 0) + amount
      }
    },
  }
}
