import type { Finish, GenerateEvent, Usage } from '../contract/generate.ts'
import type { Reading } from './answer.ts'
import { type Asked, badResponse, refusedInStream } from './failure.ts'
import { thinkTags } from './think-tags.ts'
import { assembleCalls } from './tool-calls.ts'
import { at, list, text } from './unknown.ts'
import { usageOf } from './usage.ts'

/** Reads Chat Completions, in chunks or whole, of every vendor that speaks it. */
export function readChat(asked: Asked, world: { now(): number; id(): string }): Reading {
  const calls = assembleCalls(() => `call_${world.id()}`)
  const tags = thinkTags()
  let reason: string | undefined
  let refused = false
  let usage: Usage | undefined

  function* choice(given: unknown, said: unknown): Iterable<GenerateEvent> {
    const thought = THOUGHTS.map((name) => text(at(said, name))).find(Boolean)
    if (thought) yield { type: 'thinking', text: thought }
    for (const part of contentParts(at(said, 'content'))) {
      if (part.type === 'thinking') yield part
      else yield* tags.push(part.text)
    }
    const refusal = text(at(said, 'refusal'))
    if (refusal) {
      refused = true
      yield { type: 'text', text: refusal }
    }
    calls.push(at(said, 'tool_calls'))
    // The one call of before there were several, from old deployments and proxies.
    const only = at(said, 'function_call')
    if (only) calls.push([{ index: 'only', function: only }])
    reason ??= text(at(given, 'finish_reason')) || undefined
    // Moonshot puts the counts into the last choice.
    usage = usageOf(at(given, 'usage')) ?? usage
  }

  function* read(payload: unknown): Iterable<GenerateEvent> {
    const error = at(payload, 'error')
    if (error) throw refusedInStream(asked, payload, world.now())
    // Groq's counts were once under `x_groq` only.
    usage = usageOf(at(payload, 'usage')) ?? usageOf(at(payload, 'x_groq', 'usage')) ?? usage
    const given = list(at(payload, 'choices'))[0]
    if (given !== undefined) yield* choice(given, at(given, 'delta') ?? at(given, 'message'))
  }

  return {
    read,
    *whole(payload) {
      if (!at(payload, 'error') && list(at(payload, 'choices')).length === 0)
        throw badResponse(asked, 'it has no choices')
      yield* read(payload)
    },
    get finished() {
      return reason !== undefined
    },
    *end() {
      yield* tags.flush()
      if (reason === undefined) throw badResponse(asked, 'it broke off before its end')
      const finish = finishOf(reason)
      if (finish === undefined) throw refusedInStream(asked, { error: { code: reason } }, world.now())
      for (const call of calls.take()) {
        if (call) yield { type: 'call', call }
        // A call that was cut off with the answer is no call; the finish reason says so.
        else if (finish === 'stop' || finish === 'tool_calls') throw badResponse(asked, 'a tool call in it is not JSON')
      }
      // Google says `stop` after tool calls; some servers say `tool_calls` and make none.
      const ended =
        calls.any && finish === 'stop' ? 'tool_calls' : !calls.any && finish === 'tool_calls' ? 'stop' : finish
      yield { type: 'end', finish: refused ? 'content_filter' : ended, usage: usage ?? {} }
    },
  }
}

/** DeepSeek and most; Groq, OpenRouter and vLLM; GitHub Copilot. */
const THOUGHTS = ['reasoning_content', 'reasoning', 'reasoning_text']

type ContentPart = { readonly type: 'text' | 'thinking'; readonly text: string }

/** Text, or Mistral's parts: `[{"type":"thinking","thinking":[{"type":"text","text":"…"}]},{"type":"text","text":"…"}]`. */
function contentParts(content: unknown): readonly ContentPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return list(content).flatMap((part): readonly ContentPart[] => {
    const plain = text(at(part, 'text'))
    if (plain !== undefined) return [{ type: 'text', text: plain }]
    const thought = list(at(part, 'thinking')).map((inner) => text(at(inner, 'text')) ?? '')
    return thought.length > 0 ? [{ type: 'thinking', text: thought.join('') }] : []
  })
}

/** Spellings of the end. What is not here and is no failure is a plain stop: the model has said that it is done. */
const FINISH: readonly (readonly [RegExp, Finish | undefined])[] = [
  [/^(?:length|max_tokens|max_output_tokens|model_length|model_context_window_exceeded)$/i, 'length'], // Mistral: model_length
  [/^(?:tool_calls?|function_call|tool_use)$/i, 'tool_calls'],
  // Google "content_filter: PROHIBITED_CONTENT"; Zhipu "sensitive".
  [/^(?:content_filter|safety|refusal|sensitive|prohibited|recitation|blocklist)/i, 'content_filter'],
  // OpenRouter "error"; DeepSeek "insufficient_system_resource"; Zhipu "network_error"; vLLM "abort".
  [/^(?:error|insufficient_system_resource|network_error|abort(?:ed)?)$/i, undefined],
]

function finishOf(reason: string): Finish | undefined {
  const known = FINISH.find(([spelling]) => spelling.test(reason))
  return known ? known[1] : 'stop'
}
