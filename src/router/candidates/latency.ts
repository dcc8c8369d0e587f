import type { Attempt } from '../../contract/generate.ts'

/** The recent time to first token of each model, from this process's own attempts. */
export interface LatencyTracker {
  record(attempt: Attempt): void
  /** Milliseconds to the first token; undefined without an attempt in the last ten minutes. */
  estimateMs(model: string, now: number): number | undefined
}

const NEWEST_WEIGHT = 0.3
const WINDOW_MS = 600_000
/** A failure counts as slower than any useful answer, so that a model that fails fast is not taken for a fast one. */
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
