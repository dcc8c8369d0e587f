/** How far a piece of work is. `done` and `total` are in units of the work's choice (pages, steps). */
export interface Progress {
  readonly message: string
  readonly done: number
  readonly total: number
}

/**
 * Makes what one listener hears rise with every message, as MCP asks: a `done` that stands still or falls becomes a
 * hundredth of the way that is left. `heard` counts the messages.
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
