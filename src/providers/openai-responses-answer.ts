import type { Finish, GenerateEvent, ToolCall } from '../contract/generate.ts'
import type { Reading } from './answer.ts'
import { type Asked, badResponse, refusedInStream } from './failure.ts'
import { finished } from './tool-calls.ts'
import { at, list, text } from './unknown.ts'
import { usageOf } from './usage.ts'

/** Reads the events of the Responses API, or a whole response. */
export function readResponses(asked: Asked, world: { now(): number; id(): string }): Reading {
  const calls = new Map<string, ToolCall | undefined>()
  const heard = { text: false, thinking: false }
  let refused = false
  let final: unknown

  function* say(type: 'text' | 'thinking', said: unknown): Iterable<GenerateEvent> {
    const words = text(said)
    if (!words) return
    heard[type] = true
    yield { type, text: words }
  }

  function keepCall(item: unknown): void {
    if (at(item, 'type') !== 'function_call') return
    const id = text(at(item, 'call_id')) ?? text(at(item, 'id')) ?? `call_${world.id()}`
    calls.set(id, finished(id, text(at(item, 'name')) ?? '', at(item, 'arguments')))
  }

  /** What only the final response told: all of it where a server sends no pieces, or the answer came whole. */
  function* complete(response: unknown): Iterable<GenerateEvent> {
    final = response
    const { text: pieces, thinking: thoughts } = { ...heard }
    for (const item of list(at(response, 'output'))) {
      keepCall(item)
      if (at(item, 'type') === 'reasoning' && !thoughts) {
        for (const part of [...list(at(item, 'summary')), ...list(at(item, 'content'))])
          yield* say('thinking', at(part, 'text'))
      }
      if (at(item, 'type') !== 'message' || pieces) continue
      for (const part of list(at(item, 'content'))) {
        const refusal = at(part, 'refusal')
        if (refusal) refused = true
        yield* say('text', refusal ?? at(part, 'text'))
      }
    }
  }

  const on: Readonly<Record<string, (payload: unknown) => Iterable<GenerateEvent>>> = {
    'response.output_text.delta': (payload) => say('text', at(payload, 'delta')),
    *'response.refusal.delta'(payload) {
      refused = true
      yield* say('text', at(payload, 'delta'))
    },
    'response.reasoning_text.delta': (payload) => say('thinking', at(payload, 'delta')),
    'response.reasoning_summary_text.delta': (payload) => say('thinking', at(payload, 'delta')),
    *'response.reasoning_summary_part.added'(payload) {
      if (at(payload, 'summary_index') !== 0) yield { type: 'thinking', text: '\n\n' }
    },
    *'response.output_item.added'(payload) {
      // It thinks where nobody sees it.
      if (at(payload, 'item', 'type') === 'reasoning') yield { type: 'thinking', text: '' }
    },
    'response.output_item.done': (payload) => {
      keepCall(at(payload, 'item'))
      return []
    },
    'response.completed': (payload) => complete(at(payload, 'response')),
    'response.incomplete': (payload) => complete(at(payload, 'response')),
    'response.failed'(payload) {
      throw refusedInStream(asked, { error: at(payload, 'response', 'error') }, world.now())
    },
    error(payload) {
      throw refusedInStream(asked, payload, world.now())
    },
  }

  return {
    read(payload) {
      if (at(payload, 'type') === undefined && at(payload, 'error')) throw refusedInStream(asked, payload, world.now())
      return on[text(at(payload, 'type')) ?? '']?.(payload) ?? []
    },
    whole(payload) {
      if (at(payload, 'error')) throw refusedInStream(asked, payload, world.now())
      return complete(payload)
    },
    get finished() {
      return final !== undefined
    },
    *end() {
      const finish = finishOf(final, refused, calls.size > 0)
      if (finish === undefined) throw badResponse(asked, 'it broke off before its end')
      for (const call of calls.values()) {
        if (call) yield { type: 'call', call }
        else if (finish === 'tool_calls') throw badResponse(asked, 'a tool call in it is not JSON')
      }
      yield { type: 'end', finish, usage: usageOf(at(final, 'usage')) ?? {} }
    },
  }
}

/** Undefined: the response has not come to an end. */
function finishOf(final: unknown, refused: boolean, called: boolean): Finish | undefined {
  const status = at(final, 'status')
  if (status === 'incomplete') {
    return at(final, 'incomplete_details', 'reason') === 'content_filter' ? 'content_filter' : 'length'
  }
  if (status !== 'completed') return undefined
  if (refused) return 'content_filter'
  return called ? 'tool_calls' : 'stop'
}
