import { type Failure, GenerateError } from '../../contract/errors.ts'
import type { GenerateEvent, GenerateRequest, Message, Setting } from '../../contract/generate.ts'
import type { Candidate } from '../../contract/registry.ts'
import { createStream } from '../../contract/stream.ts'
import type { CallContext, Handler } from '../context.ts'
import { estimateInputTokens } from '../metering/estimate-tokens.ts'

/** The bound of an answer where the caller sets none: a bound that is always sent makes every hold a true one. */
const DEFAULT_MAX_OUTPUT_TOKENS = 8_192
/** Asked for even where the window seems full, because the estimate of the prompt is not exact. */
const MIN_OUTPUT_TOKENS = 256

/** Refusals of models, for the life of the process: bounds by account and model, schemas by those and their text. */
export interface LearnedRefusals {
  readonly bounds: Map<string, LearnedBound>
  readonly schemas: Set<string>
}

interface LearnedBound {
  readonly contextTokens?: number
  readonly maxOutputTokens?: number
}

/**
 * Makes the caller's request one to this model: its own id, no empty assistant messages (vendors refuse them), and a
 * bound on its output: the caller's, or the smallest of 8,192, the model's ceiling, what its window leaves beside the
 * prompt, and `maxTokensPerCall` of the limits. A caller's bound above the model's is lowered and reported as
 * `maxOutputTokens` in `start.ignored`.
 *
 * A refusal of the bound, or of the JSON Schema, is remembered and marked as `learned`, so that the retry layer sends the
 * request again: with a bound that fits, or with the schema in words (the answer is validated in any case).
 */
export function defaults(
  candidate: Candidate,
  learned: LearnedRefusals,
  maxTokensPerCall: number,
): (next: Handler) => Handler {
  const { facts, provider } = candidate
  const key = `${provider.id} ${provider.accountId}/${facts.id}`
  return (next) => (request, context) => {
    const sent = boundedRequest(request, context)
    const isLowered = (request.maxOutputTokens ?? 0) > (sent.maxOutputTokens ?? 0)
    const source = next(sent, context)[Symbol.asyncIterator]()

    function reportLowered(step: IteratorResult<GenerateEvent>): IteratorResult<GenerateEvent> {
      if (!isLowered || step.done || step.value.type !== 'start') return step
      return { done: false, value: { ...step.value, ignored: addMaxOutputTokens(step.value.ignored) } }
    }

    function learn(error: unknown): never {
      if (!(error instanceof GenerateError) || !learnFrom(error)) throw error
      throw new GenerateError({ ...error.failure, learned: true } as Failure, error.message, { cause: error })
    }

    /** True where the same request is sent in another form from now on. */
    function learnFrom(error: GenerateError): boolean {
      if (sent.json && isSchemaRefusal(error)) {
        learned.schemas.add(schemaKey(sent.json))
        return true
      }
      const bound = learnBound(error, sent, context)
      if (!bound) return false
      learned.bounds.set(key, { ...learned.bounds.get(key), ...bound })
      return (boundedRequest(request, context).maxOutputTokens ?? 0) < (sent.maxOutputTokens ?? 0)
    }

    return createStream({
      next: () => source.next().then(reportLowered, learn),
      async close() {
        await source.return?.()
      },
    })
  }

  function boundedRequest(request: GenerateRequest, { promptSize }: CallContext): GenerateRequest {
    const inputTokens = estimateInputTokens(promptSize, facts.id).expected
    const { contextTokens = facts.contextTokens, maxOutputTokens: ceiling = facts.maxOutputTokens } =
      learned.bounds.get(key) ?? {}
    const bounds = [
      request.maxOutputTokens ?? Math.min(DEFAULT_MAX_OUTPUT_TOKENS, roomFor(maxTokensPerCall, inputTokens)),
      ceiling ?? Number.POSITIVE_INFINITY,
      contextTokens === undefined ? Number.POSITIVE_INFINITY : roomFor(contextTokens, inputTokens),
    ]
    const messages = request.messages.filter((message) => !isEmptyAssistant(message))
    const bounded = { ...request, messages, model: facts.id, maxOutputTokens: Math.min(...bounds) }
    return request.json && learned.schemas.has(schemaKey(request.json)) ? withSchemaInWords(bounded) : bounded
  }

  function schemaKey(json: NonNullable<GenerateRequest['json']>): string {
    return `${key} ${JSON.stringify(json.schema)}`
  }
}

/** The same request without the schema as a setting: it follows the system prompt, in words. */
function withSchemaInWords({ json, ...request }: GenerateRequest): GenerateRequest {
  const words = `Answer with one JSON value that fits this JSON Schema, and with nothing else: no Markdown fence, no words around it.\n${JSON.stringify(json?.schema)}`
  return { ...request, system: request.system ? `${request.system}\n\n${words}` : words }
}

/** A refusal that blames the schema, or names nothing: a vendor that cannot build a schema's grammar names no setting. */
function isSchemaRefusal({ failure }: GenerateError): boolean {
  if (failure.kind !== 'invalid_request' || failure.learned || failure.maxOutputTokens !== undefined) return false
  return (
    failure.field === undefined ||
    /response_?format|schema|json|output_?(?:format|config)|additional_?properties|grammar/i.test(failure.field)
  )
}

function roomFor(tokens: number, inputTokens: number): number {
  return Math.max(MIN_OUTPUT_TOKENS, tokens - inputTokens)
}

function isEmptyAssistant(message: Message): boolean {
  if (message.role !== 'assistant' || message.calls?.length) return false
  return message.parts.every((part) => part.type === 'text' && part.text === '')
}

/** The model's bound in a refusal; undefined where the request cannot be made to fit by its bound. */
function learnBound(error: unknown, sent: GenerateRequest, { promptSize }: CallContext): LearnedBound | undefined {
  if (!(error instanceof GenerateError)) return undefined
  const { failure } = error
  const bound = sent.maxOutputTokens ?? 0
  if (failure.kind === 'invalid_request' && isBoundField(failure) && bound > MIN_OUTPUT_TOKENS) {
    return { maxOutputTokens: failure.maxOutputTokens ?? Math.floor(bound / 2) }
  }
  if (failure.kind !== 'context_too_long' || failure.limitTokens === undefined) return undefined
  const estimate = estimateInputTokens(promptSize, sent.model)
  // Without the refusal's own count of the prompt only a prompt that fits for certain is sent again.
  const promptTokens = failure.promptTokens ?? estimate.max
  if (promptTokens + MIN_OUTPUT_TOKENS >= failure.limitTokens) return undefined
  const uncounted = Math.max(0, promptTokens - estimate.expected)
  return { contextTokens: failure.limitTokens - uncounted - CONTEXT_MARGIN_TOKENS }
}

/** Tokens that a vendor adds around a prompt and does not always count in its refusal. */
const CONTEXT_MARGIN_TOKENS = 32

function isBoundField({
  field,
  maxOutputTokens,
}: {
  readonly field?: string
  readonly maxOutputTokens?: number
}): boolean {
  return maxOutputTokens !== undefined || /max.*tokens/i.test(field ?? '')
}

function addMaxOutputTokens(ignored: readonly Setting[]): readonly Setting[] {
  return [...new Set<Setting>([...ignored, 'maxOutputTokens'])]
}
