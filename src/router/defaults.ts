import type { GenerateRequest, Setting } from '../contract/generate.ts'
import type { ModelFacts } from '../contract/provider.ts'
import { estimateInput } from './estimate.ts'
import type { Step } from './turn.ts'

/** What an answer may be at most where the caller does not say: a bound that is always sent keeps every hold true. */
export const DEFAULT_MAX_OUTPUT_TOKENS = 8_192
/** However full the window seems, so much is asked for: the estimate of the prompt is not exact. */
const LEAST_OUTPUT_TOKENS = 256

/**
 * Makes the caller's request one to this model: its own id; a bound on its output, the caller's or the smaller of 8,192
 * and what the model can; and for a model not known to take a JSON Schema, the schema in words.
 *
 * A bound above what the model can do is lowered to that, and says so as `maxOutputTokens` in `start.ignored`.
 */
export function defaults(facts: ModelFacts): (next: Step) => Step {
  return (next) =>
    async function* (asked, turn) {
      const request = inWords(asked, facts)
      const most = ceilingOf(request, facts)
      const lowered = (asked.maxOutputTokens ?? 0) > most
      const maxOutputTokens = Math.min(asked.maxOutputTokens ?? DEFAULT_MAX_OUTPUT_TOKENS, most)
      const events = next({ ...request, model: facts.id, maxOutputTokens }, turn)
      if (!lowered) return yield* events
      for await (const event of events) {
        yield event.type === 'start' ? { ...event, ignored: withBound(event.ignored) } : event
      }
    }
}

/** What the model can write at most: its own ceiling, and what the prompt leaves of its window. */
function ceilingOf(request: GenerateRequest, facts: ModelFacts): number {
  const room =
    facts.contextTokens === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(LEAST_OUTPUT_TOKENS, facts.contextTokens - estimateInput(request, facts.id).likely)
  return Math.min(facts.maxOutputTokens ?? Number.POSITIVE_INFINITY, room)
}

function inWords(request: GenerateRequest, facts: ModelFacts): GenerateRequest {
  if (!request.json || facts.abilities.includes('json')) return request
  const words = `Answer with one JSON value and nothing else. It must fit this JSON Schema: ${JSON.stringify(request.json.schema)}`
  return { ...request, system: request.system ? `${request.system}\n\n${words}` : words }
}

function withBound(ignored: readonly Setting[]): readonly Setting[] {
  return [...new Set<Setting>([...ignored, 'maxOutputTokens'])]
}
