import type { Usage } from '../../contract/generate.ts'
import { asString, asTokenCount, getPath } from '../http/json-access.ts'

/** The counts of one message, which come in two parts: the input's at its start, the output's at its end. */
export interface MessageUsage {
  /** The counts of `message_start`. Its output is only the beginning and does not count. */
  addStart(usage: unknown): void
  /** The counts of `message_delta`, or of a whole message. */
  addFinal(usage: unknown): void
  /** Counts that were not reported are absent. */
  readonly usage: Usage
}

export function createMessageUsage(): MessageUsage {
  let counts: object = {}
  return {
    addStart(usage) {
      const { output_tokens: _, ...input } = { output_tokens: undefined, ...reportedCounts(usage) }
      counts = { ...counts, ...input }
    },
    addFinal(usage) {
      counts = { ...counts, ...reportedCounts(usage) }
    },
    get usage() {
      return parseUsage(counts)
    },
  }
}

/** A later count replaces an earlier one, but a zero of input is from a proxy that does not count. */
function reportedCounts(usage: unknown): object {
  if (typeof usage !== 'object' || usage === null) return {}
  return Object.fromEntries(
    Object.entries(usage).filter(([name, value]) => value !== null && !(name === 'input_tokens' && value === 0)),
  )
}

/** `input_tokens` is the part that was neither read from the cache nor written to it; `Usage` has all of the input. */
function parseUsage(usage: unknown): Usage {
  const read = asTokenCount(getPath(usage, 'cache_read_input_tokens'))
  const written = asTokenCount(getPath(usage, 'cache_creation_input_tokens'))
  const writtenHour = asTokenCount(getPath(usage, 'cache_creation', 'ephemeral_1h_input_tokens'))
  const cached = (read ?? 0) + (written ?? 0)
  // A zero beside cache counts is a prompt that came from the cache whole.
  const fresh = asTokenCount(getPath(usage, 'input_tokens')) ?? (cached > 0 ? 0 : undefined)
  const output = asTokenCount(getPath(usage, 'output_tokens'))
  const thought = asTokenCount(getPath(usage, 'output_tokens_details', 'thinking_tokens'))
  const isPriority = asString(getPath(usage, 'service_tier')) === 'priority'
  return {
    ...(fresh !== undefined && { inputTokens: fresh + cached }),
    ...(read !== undefined && { cachedInputTokens: read }),
    ...(written !== undefined && { cacheWriteTokens: written }),
    ...(writtenHour && { cacheWriteHourTokens: writtenHour }),
    ...(output !== undefined && { outputTokens: output }),
    ...(thought !== undefined && { reasoningTokens: thought }),
    ...(isPriority && { serviceTier: 'priority' }),
  }
}
