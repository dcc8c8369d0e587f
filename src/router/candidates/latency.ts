import type { Attempt } from '../../contract/generate.ts'

/** How quick each model has been lately, from this process's own attempts. */
export interface LatencyTracker {
  record(attempt: Attempt): void
  /** Milliseconds to the first token; undefined where nothing was seen in the last ten minutes. */
  estimateMs(model: string, now: number): number | undefined
}

const NEWEST_WEIGHT = 0.3
const WINDOW_MS = 600_000
/** What a failure counts as: slower than any answer worth waiting for, so that failing fast is not being fast. */
const FAILURE_MS = 60_000

/** An exponentially weighted mean: the last attempt counts 0.3, the one before it 0.3 of the rest, and so on. */
export function createLatencyTracker(): LatencyTracker {
  const means = new Map<string, { readonly meanMs: number; readonly at: number }>()
  return {
    record({ model, outcome, at, latencyMs, firstTokenMs }) {
      if (outcome === 'cancelled') return
      const ms = outcome === 'ok' ? (firstTokenMs ?? latencyMs) : FAILURE_MS
      const previous = means.get(model)
      const isRecent = previous && at - previous.at <= WINDOW_MS
      means.set(model, { meanMs: isRecent ? previous.meanMs + NEWEST_WEIGHT * (ms - previous.meanMs) : ms, at })
    },
    estimateMs(model, now) {
      const last = means.get(model)
      return last && now - last.at <= WINDOW_MS ? last.meanMs : undefined
    },
  }
}
