/** How far a piece of work is. `done` and `total` are in units of the work's choice (pages, steps). */
export interface Progress {
  readonly message: string
  readonly done: number
  readonly total: number
}

/**
 * Makes the progress of one listener rise with every message, because MCP requires it: a `done` that does not rise becomes
 * a hundredth of the remaining distance. `heard` counts the messages.
 */
export function createMonotonicProgress(listener: ((progress: Progress) => void) | undefined): {
  readonly report: (progress: Progress) => void
  reportCount(): number
} {
  let last = -1
  let count = 0
  return {
    reportCount: () => count,
    report({ message, done, total }) {
      const top = Math.max(total, done, last)
      last = done > last ? done : last + Math.max((top - last) / 100, 1e-9)
      count += 1
      listener?.({ message, done: last, total: Math.max(top, last) })
    },
  }
}
