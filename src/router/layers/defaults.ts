import type { GenerateEvent, GenerateRequest, Setting } from '../../contract/generate.ts'
import type { ModelFacts } from '../../contract/provider.ts'
import type { Handler } from '../context.ts'
import { estimateInputTokens } from '../metering/estimate-tokens.ts'

/** What an answer may be at most where the caller does not say: a bound that is always sent keeps every hold true. */
const DEFAULT_MAX_OUTPUT_TOKENS = 8_192
/** However full the window seems, so much may be asked for: the estimate of the prompt is not exact. */
const MIN_OUTPUT_TOKENS = 256

/**
 * Makes the caller's request one to this model: its own id, and a bound on its output, the caller's or the smaller of
 * 8,192 and what the model can. A bound above what the model can do is lowered to that, and says so as
 * `maxOutputTokens` in `start.ignored`.
 */
export function defaults(facts: ModelFacts): (next: Handler) => Handler {
  return (next) => (request, context) => {
    const maxTokens = maxOutputTokensOf(request, facts)
    const isLowered = (request.maxOutputTokens ?? 0) > maxTokens
    const maxOutputTokens = Math.min(request.maxOutputTokens ?? DEFAULT_MAX_OUTPUT_TOKENS, maxTokens)
    const stream = next({ ...request, model: facts.id, maxOutputTokens }, context)
    return isLowered ? reportLoweredBound(stream) : stream
  }
}

async function* reportLoweredBound(stream: AsyncIterable<GenerateEvent>): AsyncGenerator<GenerateEvent> {
  for await (const event of stream) {
    yield event.type === 'start' ? { ...event, ignored: addMaxOutputTokens(event.ignored) } : event
  }
}

/** What the model can write at most: its own ceiling, and what the prompt leaves of its window. */
function maxOutputTokensOf(request: GenerateRequest, facts: ModelFacts): number {
  const roomInWindow =
    facts.contextTokens === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(MIN_OUTPUT_TOKENS, facts.contextTokens - estimateInputTokens(request, facts.id).expected)
  return Math.min(facts.maxOutputTokens ?? Number.POSITIVE_INFINITY, roomInWindow)
}

function addMaxOutputTokens(ignored: readonly Setting[]): readonly Setting[] {
  return [...new Set<Setting>([...ignored, 'maxOutputTokens'])]
}
