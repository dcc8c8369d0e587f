import type { GenerateEvent, GenerateRequest, Setting } from '../contract/generate.ts'
import type { ModelFacts } from '../contract/provider.ts'
import { estimateInput } from './estimate.ts'
import type { Step } from './turn.ts'

/** What an answer may be at most where the caller does not say: a bound that is always sent keeps every hold true. */
const DEFAULT_MAX_OUTPUT_TOKENS = 8_192
/** However full the window seems, so much may be asked for: the estimate of the prompt is not exact. */
const LEAST_OUTPUT_TOKENS = 256

/**
 * Makes the caller's request one to this model: its own id, and a bound on its output, the caller's or the smaller of
 * 8,192 and what the model can. A bound above what the model can do is lowered to that, and says so as
 * `maxOutputTokens` in `start.ignored`.
 */
export function defaults(facts: ModelFacts): (next: Step) => Step {
  return (next) => (asked, turn) => {
    const most = ceilingOf(asked, facts)
    const lowered = (asked.maxOutputTokens ?? 0) > most
    const maxOutputTokens = Math.min(asked.maxOutputTokens ?? DEFAULT_MAX_OUTPUT_TOKENS, most)
    const stream = next({ ...asked, model: facts.id, maxOutputTokens }, turn)
    return lowered ? toldOfBound(stream) : stream
  }
}

async function* toldOfBound(stream: AsyncIterable<GenerateEvent>): AsyncGenerator<GenerateEvent> {
  for await (const event of stream) {
    yield event.type === 'start' ? { ...event, ignored: withBound(event.ignored) } : event
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

function withBound(ignored: readonly Setting[]): readonly Setting[] {
  return [...new Set<Setting>([...ignored, 'maxOutputTokens'])]
}
