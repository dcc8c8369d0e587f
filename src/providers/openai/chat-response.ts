import type { FinishReason, GenerateEvent, Usage } from '../../contract/generate.ts'
import type { RequestTarget } from '../account.ts'
import { badResponseError, classifyStreamError } from '../errors/classify.ts'
import { asArray, asString, getPath } from '../http/json-access.ts'
import type { ResponseDecoder } from '../http/read-response.ts'
import { createToolCallAssembler } from '../http/tool-calls.ts'
import { createThinkTagSplitter } from './think-tags.ts'
import { parseUsage } from './usage.ts'

/** Reads Chat Completions, in chunks or whole, of every vendor that speaks it. */
export function createChatDecoder(target: RequestTarget, world: { now(): number; id(): string }): ResponseDecoder {
  const calls = createToolCallAssembler(() => `call_${world.id()}`)
  const tags = createThinkTagSplitter()
  let finishReason: string | undefined
  let refused = false
  let usage: Usage | undefined

  function* decodeChoice(given: unknown, message: unknown): Iterable<GenerateEvent> {
    const thought = REASONING_FIELDS.map((name) => asString(getPath(message, name))).find(Boolean)
    if (thought) yield { type: 'thinking', text: thought }
    for (const part of contentParts(getPath(message, 'content'))) {
      if (part.type === 'thinking') yield part
      else yield* tags.push(part.text)
    }
    const refusal = asString(getPath(message, 'refusal'))
    if (refusal) {
      refused = true
      yield { type: 'text', text: refusal }
    }
    calls.push(getPath(message, 'tool_calls'))
    // The one call of before there were several, from old deployments and proxies.
    const functionCall = getPath(message, 'function_call')
    if (functionCall) calls.push([{ index: 'only', function: functionCall }])
    finishReason ??= asString(getPath(given, 'finish_reason')) || undefined
    // Moonshot puts the counts into the last choice.
    usage = parseUsage(getPath(given, 'usage')) ?? usage
  }

  function* decodeEvent(payload: unknown): Iterable<GenerateEvent> {
    const error = getPath(payload, 'error')
    if (error) throw classifyStreamError(target, payload, world.now())
    // Groq's counts were once under `x_groq` only.
    usage = parseUsage(getPath(payload, 'usage')) ?? parseUsage(getPath(payload, 'x_groq', 'usage')) ?? usage
    const given = asArray(getPath(payload, 'choices'))[0]
    if (given !== undefined) yield* decodeChoice(given, getPath(given, 'delta') ?? getPath(given, 'message'))
  }

  return {
    decodeEvent,
    *decodeBody(payload) {
      if (!getPath(payload, 'error') && asArray(getPath(payload, 'choices')).length === 0)
        throw badResponseError(target, 'it has no choices')
      yield* decodeEvent(payload)
    },
    get finished() {
      return finishReason !== undefined
    },
    *finish() {
      yield* tags.flush()
      if (finishReason === undefined) throw badResponseError(target, 'it broke off before its end')
      const finish = parseFinishReason(finishReason)
      if (finish === undefined) throw classifyStreamError(target, { error: { code: finishReason } }, world.now())
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

/** Spellings of the end. What is not here and is no failure is a plain stop: the model has said that it is done. */
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
