import type { FinishReason, GenerateEvent, ToolCall, Usage } from '../../contract/generate.ts'
import type { RequestTarget } from '../account.ts'
import { badResponseError, classifyStreamError } from '../errors/classify.ts'
import { findEmbeddedError } from '../errors/embedded.ts'
import { asArray, asString, getPath } from '../http/json-access.ts'
import type { ResponseDecoder } from '../http/read-response.ts'
import { parseToolCall } from '../http/tool-calls.ts'
import { parseUsage, type UsageRules } from './usage.ts'

/** Reads the events of the Responses API, or a whole response. */
export function createResponsesDecoder(
  target: RequestTarget,
  world: { now(): number; id(): string },
  usageRules: UsageRules = {},
): ResponseDecoder {
  const calls = new Map<string, ToolCall | undefined>()
  const sent = { text: false, thinking: false }
  let refused = false
  let finalResponse: unknown
  /** The event or the body that carried the final response. */
  let ending: 'completed' | 'incomplete' | 'body' | undefined
  /** The message whose text came last: a second one begins a new paragraph. */
  let lastItem: unknown

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

  /** Text of one of several messages (a commentary, then the answer), which are divided by an empty line. */
  function* emitMessageText(item: unknown, text: unknown): Iterable<GenerateEvent> {
    const isNext = lastItem !== undefined && item !== undefined && item !== lastItem && sent.text
    if (asString(text)) {
      lastItem = item ?? lastItem
      yield* emit('text', isNext ? `\n\n${text}` : text)
    }
  }

  /** The parts that no event carried before: all of them where the server sends no pieces, or the answer came whole. */
  function* decodeFinal(response: unknown, by: typeof ending): Iterable<GenerateEvent> {
    finalResponse = response
    ending = by
    const { text: pieces, thinking: thoughts } = { ...sent }
    for (const [index, item] of asArray(getPath(response, 'output')).entries()) {
      addCall(item)
      if (getPath(item, 'type') === 'reasoning' && !thoughts) {
        for (const part of [...asArray(getPath(item, 'summary')), ...asArray(getPath(item, 'content'))])
          yield* emit('thinking', getPath(part, 'text'))
      }
      if (getPath(item, 'type') !== 'message' || pieces) continue
      for (const part of asArray(getPath(item, 'content'))) {
        const refusal = getPath(part, 'refusal')
        if (refusal) refused = true
        yield* emitMessageText(index, refusal ?? getPath(part, 'text'))
      }
    }
  }

  const handlers: Readonly<Record<string, (payload: unknown) => Iterable<GenerateEvent>>> = {
    'response.output_text.delta': (payload) =>
      emitMessageText(getPath(payload, 'output_index'), getPath(payload, 'delta')),
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
      // The model may think for minutes without showing it.
      if (getPath(payload, 'item', 'type') === 'reasoning') yield { type: 'thinking', text: '' }
    },
    'response.output_item.done': (payload) => {
      addCall(getPath(payload, 'item'))
      return []
    },
    'response.completed': (payload) => decodeFinal(getPath(payload, 'response') ?? {}, 'completed'),
    // Some gateways' name of the same event.
    'response.done': (payload) => decodeFinal(getPath(payload, 'response') ?? {}, 'completed'),
    'response.incomplete': (payload) => decodeFinal(getPath(payload, 'response') ?? {}, 'incomplete'),
    'response.failed'(payload) {
      throw classifyStreamError(target, { error: getPath(payload, 'response', 'error') }, world.now())
    },
    error(payload) {
      throw classifyStreamError(target, payload, world.now())
    },
  }

  function finalUsage(): Usage {
    const tier = getPath(finalResponse, 'service_tier')
    return parseUsage(getPath(finalResponse, 'usage'), usageRules, tier) ?? {}
  }

  return {
    decodeEvent(payload) {
      if (getPath(payload, 'type') === undefined && getPath(payload, 'error'))
        throw classifyStreamError(target, payload, world.now())
      return handlers[asString(getPath(payload, 'type')) ?? '']?.(payload) ?? []
    },
    decodeBody(payload) {
      const error = findEmbeddedError(payload)
      if (error !== undefined) throw classifyStreamError(target, error, world.now())
      return decodeFinal(payload, 'body')
    },
    get state() {
      return ending === undefined ? 'open' : 'complete'
    },
    *finish() {
      const finish = findFinishReason(finalResponse, ending, { refused, called: calls.size > 0 })
      if (finish === undefined) throw badResponseError(target, 'it broke off before its end')
      for (const call of calls.values()) {
        if (call) yield { type: 'call', call }
        else if (finish === 'tool_calls') throw badResponseError(target, 'a tool call in it is not JSON')
      }
      yield { type: 'end', finish, usage: finalUsage() }
    },
  }
}

/** Undefined: the response has not come to an end. Where it has no status, the event that carried it is its status. */
function findFinishReason(
  final: unknown,
  ending: 'completed' | 'incomplete' | 'body' | undefined,
  { refused, called }: { readonly refused: boolean; readonly called: boolean },
): FinishReason | undefined {
  const implied = ending === 'body' && Array.isArray(getPath(final, 'output')) ? 'completed' : ending
  const status = getPath(final, 'status') ?? implied
  if (status === 'incomplete') {
    return getPath(final, 'incomplete_details', 'reason') === 'content_filter' ? 'content_filter' : 'length'
  }
  if (status !== 'completed') return undefined
  if (refused) return 'content_filter'
  return called ? 'tool_calls' : 'stop'
}
