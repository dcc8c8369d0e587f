import type { FinishReason, GenerateEvent, Usage } from '../../contract/generate.ts'
import type { RequestTarget } from '../account.ts'
import { badResponseError, classifyStreamError } from '../errors/classify.ts'
import { findEmbeddedError } from '../errors/embedded.ts'
import { asArray, asString, getPath } from '../http/json-access.ts'
import type { ResponseDecoder } from '../http/read-response.ts'
import { createToolCallAssembler } from '../http/tool-calls.ts'
import { createReasoningSplitter } from './reasoning-marks.ts'
import { parseUsage, type UsageRules } from './usage.ts'

/** Reads Chat Completions, in chunks or whole, of every vendor that speaks it. */
export function createChatDecoder(
  target: RequestTarget,
  world: { now(): number; id(): string },
  usageRules: UsageRules = {},
): ResponseDecoder {
  const calls = createToolCallAssembler(() => `call_${world.id()}`)
  const splitter = createReasoningSplitter()
  const ending = createEnding()
  let refused = false
  let usage: Usage | undefined

  function* decodeChoice(choice: unknown, message: unknown): Iterable<GenerateEvent> {
    const events: GenerateEvent[] = []
    const thought = REASONING_FIELDS.map((name) => asString(getPath(message, name))).find(Boolean)
    if (thought) events.push({ type: 'thinking', text: thought })
    const parts = contentParts(getPath(message, 'content'))
    for (const part of parts) events.push(...(part.type === 'thinking' ? [part] : splitter.push(part.text)))
    const refusal = asString(getPath(message, 'refusal'))
    if (refusal) {
      refused = true
      events.push({ type: 'text', text: refusal })
    }
    const toolCalls = asArray(getPath(message, 'tool_calls'))
    // The single call of the older API, from old deployments and proxies.
    const functionCall = getPath(message, 'function_call')
    calls.push(functionCall ? [...toolCalls, { index: 'only', function: functionCall }] : toolCalls)
    const hasContent = events.length > 0 || parts.some(({ text }) => text !== '') || toolCalls.length > 0
    ending.onChoice(asString(getPath(choice, 'finish_reason')) || asString(getPath(choice, 'finishReason')), hasContent)
    // Moonshot puts the counts into the last choice.
    usage = parseUsage(getPath(choice, 'usage'), usageRules) ?? usage
    yield* events
  }

  function* decodeEvent(payload: unknown): Iterable<GenerateEvent> {
    const error = findEmbeddedError(payload)
    if (error !== undefined) throw classifyStreamError(target, error, world.now())
    // Groq's counts were once under `x_groq` only.
    const counts =
      parseUsage(getPath(payload, 'usage'), usageRules, getPath(payload, 'service_tier')) ??
      parseUsage(getPath(payload, 'x_groq', 'usage'), usageRules)
    usage = counts ?? usage
    const choice = asArray(getPath(payload, 'choices'))[0]
    if (choice !== undefined) yield* decodeChoice(choice, getPath(choice, 'delta') ?? getPath(choice, 'message'))
    else if (counts) ending.onCounts()
  }

  return {
    decodeEvent,
    *decodeBody(payload) {
      if (findEmbeddedError(payload) === undefined && asArray(getPath(payload, 'choices')).length === 0)
        throw badResponseError(target, 'it has no choices')
      yield* decodeEvent(payload)
      ending.onBody()
    },
    markDone: () => ending.onDone(usage !== undefined),
    get state() {
      return ending.state
    },
    *finish() {
      yield* splitter.flush()
      if (ending.state === 'open') throw badResponseError(target, 'it broke off before its end')
      const finish = parseFinishReason(ending.reason ?? 'stop')
      if (finish === undefined) throw classifyStreamError(target, { error: { code: ending.reason } }, world.now())
      for (const call of calls.takeCalls()) {
        if (call) yield { type: 'call', call }
        // A call that was cut off with the answer is no call; the finish reason says so.
        else if (finish === 'stop' || finish === 'tool_calls')
          throw badResponseError(target, 'a tool call in it is not JSON')
      }
      // Google says `stop` after tool calls; some servers say `tool_calls` and make none.
      const actualFinish =
        calls.hasCalls && finish === 'stop'
          ? 'tool_calls'
          : !calls.hasCalls && finish === 'tool_calls'
            ? 'stop'
            : finish
      yield { type: 'end', finish: refused ? 'content_filter' : actualFinish, usage: usage ?? {} }
    },
  }
}

/**
 * Decides whether an answer has ended. Its finish reason ends it, unless more content follows: that takes the reason
 * back, and a reason that comes with every piece of content counts only with the stream's own end mark. Without a reason,
 * `[DONE]` after the counts ends it, and so does a whole body.
 */
function createEnding() {
  let reason: string | undefined
  let isReasonDoubtful = false
  let state: ResponseDecoder['state'] = 'open'
  const settle = (): void => {
    if (state !== 'complete') state = reason !== undefined && !isReasonDoubtful ? 'finished' : 'open'
  }
  return {
    get reason() {
      return reason
    },
    get state() {
      return state
    },
    onChoice(given: string | undefined, hasContent: boolean): void {
      if (hasContent && reason !== undefined) isReasonDoubtful = true
      else if (given !== undefined) isReasonDoubtful = false
      reason = given || (hasContent ? undefined : reason)
      settle()
    },
    /** An event of counts and nothing else, which comes last. */
    onCounts(): void {
      if (reason !== undefined) state = 'complete'
    },
    onDone(hasCounts: boolean): void {
      if (reason !== undefined || hasCounts) state = 'complete'
    },
    onBody(): void {
      state = 'complete'
    },
  }
}

/** DeepSeek and most; Groq, OpenRouter and vLLM; GitHub Copilot. */
const REASONING_FIELDS = ['reasoning_content', 'reasoning', 'reasoning_text']

type ContentPart = { readonly type: 'text' | 'thinking'; readonly text: string }

/** Text, or Mistral's parts: `[{"type":"thinking","thinking":[{"type":"text","text":"…"}]},{"type":"text","text":"…"}]`. */
function contentParts(content: unknown): readonly ContentPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return asArray(content).flatMap((part): readonly ContentPart[] => {
    const plain = asString(getPath(part, 'text'))
    if (plain !== undefined) return [{ type: 'text', text: plain }]
    const thought = asArray(getPath(part, 'thinking')).map((inner) => asString(getPath(inner, 'text')) ?? '')
    return thought.length > 0 ? [{ type: 'thinking', text: thought.join('') }] : []
  })
}

/** Spellings of the finish reason. A reason that is not listed and is no failure is a plain stop. */
const FINISH_REASONS: readonly (readonly [RegExp, FinishReason | undefined])[] = [
  [/^(?:length|max_tokens|max_output_tokens|model_length|model_context_window_exceeded)$/i, 'length'], // Mistral: model_length
  [/^(?:tool_calls?|function_call|tool_use)$/i, 'tool_calls'],
  // Google "content_filter: PROHIBITED_CONTENT"; Zhipu "sensitive".
  [/^(?:content_filter|safety|refusal|sensitive|prohibited|recitation|blocklist)/i, 'content_filter'],
  // OpenRouter "error"; DeepSeek "insufficient_system_resource"; Zhipu "network_error"; vLLM "abort".
  [/^(?:error|insufficient_system_resource|network_error|abort(?:ed)?)$/i, undefined],
]

function parseFinishReason(reason: string): FinishReason | undefined {
  const known = FINISH_REASONS.find(([spelling]) => spelling.test(reason))
  return known ? known[1] : 'stop'
}
