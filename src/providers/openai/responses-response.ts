import type { FinishReason, GenerateEvent, ToolCall } from '../../contract/generate.ts'
import type { RequestTarget } from '../account.ts'
import { badResponseError, classifyStreamError } from '../errors/classify.ts'
import { asArray, asString, getPath } from '../http/json-access.ts'
import type { ResponseDecoder } from '../http/read-response.ts'
import { parseToolCall } from '../http/tool-calls.ts'
import { parseUsage } from './usage.ts'

/** Reads the events of the Responses API, or a whole response. */
export function createResponsesDecoder(target: RequestTarget, world: { now(): number; id(): string }): ResponseDecoder {
  const calls = new Map<string, ToolCall | undefined>()
  const sent = { text: false, thinking: false }
  let refused = false
  let finalResponse: unknown

  function* emit(type: 'text' | 'thinking', said: unknown): Iterable<GenerateEvent> {
    const words = asString(said)
    if (!words) return
    sent[type] = true
    yield { type, text: words }
  }

  function addCall(item: unknown): void {
    if (getPath(item, 'type') !== 'function_call') return
    const id = asString(getPath(item, 'call_id')) ?? asString(getPath(item, 'id')) ?? `call_${world.id()}`
    calls.set(id, parseToolCall(id, asString(getPath(item, 'name')) ?? '', getPath(item, 'arguments')))
  }

  /** What only the final response told: all of it where a server sends no pieces, or the answer came whole. */
  function* decodeFinal(response: unknown): Iterable<GenerateEvent> {
    finalResponse = response
    const { text: pieces, thinking: thoughts } = { ...sent }
    for (const item of asArray(getPath(response, 'output'))) {
      addCall(item)
      if (getPath(item, 'type') === 'reasoning' && !thoughts) {
        for (const part of [...asArray(getPath(item, 'summary')), ...asArray(getPath(item, 'content'))])
          yield* emit('thinking', getPath(part, 'text'))
      }
      if (getPath(item, 'type') !== 'message' || pieces) continue
      for (const part of asArray(getPath(item, 'content'))) {
        const refusal = getPath(part, 'refusal')
        if (refusal) refused = true
        yield* emit('text', refusal ?? getPath(part, 'text'))
      }
    }
  }

  const handlers: Readonly<Record<string, (payload: unknown) => Iterable<GenerateEvent>>> = {
    'response.output_text.delta': (payload) => emit('text', getPath(payload, 'delta')),
    *'response.refusal.delta'(payload) {
      refused = true
      yield* emit('text', getPath(payload, 'delta'))
    },
    'response.reasoning_text.delta': (payload) => emit('thinking', getPath(payload, 'delta')),
    'response.reasoning_summary_text.delta': (payload) => emit('thinking', getPath(payload, 'delta')),
    *'response.reasoning_summary_part.added'(payload) {
      if (getPath(payload, 'summary_index') !== 0) yield { type: 'thinking', text: '\n\n' }
    },
    *'response.output_item.added'(payload) {
      // It thinks where nobody sees it.
      if (getPath(payload, 'item', 'type') === 'reasoning') yield { type: 'thinking', text: '' }
    },
    'response.output_item.done': (payload) => {
      addCall(getPath(payload, 'item'))
      return []
    },
    'response.completed': (payload) => decodeFinal(getPath(payload, 'response')),
    'response.incomplete': (payload) => decodeFinal(getPath(payload, 'response')),
    'response.failed'(payload) {
      throw classifyStreamError(target, { error: getPath(payload, 'response', 'error') }, world.now())
    },
    error(payload) {
      throw classifyStreamError(target, payload, world.now())
    },
  }

  return {
    decodeEvent(payload) {
      if (getPath(payload, 'type') === undefined && getPath(payload, 'error'))
        throw classifyStreamError(target, payload, world.now())
      return handlers[asString(getPath(payload, 'type')) ?? '']?.(payload) ?? []
    },
    decodeBody(payload) {
      if (getPath(payload, 'error')) throw classifyStreamError(target, payload, world.now())
      return decodeFinal(payload)
    },
    get finished() {
      return finalResponse !== undefined
    },
    *finish() {
      const finish = findFinishReason(finalResponse, refused, calls.size > 0)
      if (finish === undefined) throw badResponseError(target, 'it broke off before its end')
      for (const call of calls.values()) {
        if (call) yield { type: 'call', call }
        else if (finish === 'tool_calls') throw badResponseError(target, 'a tool call in it is not JSON')
      }
      yield { type: 'end', finish, usage: parseUsage(getPath(finalResponse, 'usage')) ?? {} }
    },
  }
}

/** Undefined: the response has not come to an end. */
function findFinishReason(final: unknown, refused: boolean, called: boolean): FinishReason | undefined {
  const status = getPath(final, 'status')
  if (status === 'incomplete') {
    return getPath(final, 'incomplete_details', 'reason') === 'content_filter' ? 'content_filter' : 'length'
  }
  if (status !== 'completed') return undefined
  if (refused) return 'content_filter'
  return called ? 'tool_calls' : 'stop'
}
