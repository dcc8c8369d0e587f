import type { Finish, GenerateEvent, Usage } from '../contract/generate.ts'
import type { Reading } from './answer.ts'
import type { JsonPlan } from './anthropic-json.ts'
import { type Asked, badResponse, refusedInStream } from './failure.ts'
import { finished } from './tool-calls.ts'
import { at, count, list, text } from './unknown.ts'

type Start = Extract<GenerateEvent, { type: 'start' }>

/** A block that calls a tool, as far as it has come. */
interface ToolBlock {
  readonly id: string
  readonly name: string
  /** As the block began; where no pieces follow, it is all there is. */
  readonly input: unknown
  json: string
}

/** Why it stopped, in our words. What only servers with tools of their own say is not the end: there is more to come. */
const FINISH: Readonly<Record<string, Finish>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  tool_use: 'tool_calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  pause_turn: 'length',
  refusal: 'content_filter',
  content_filter: 'content_filter',
}

/**
 * Reads the events of the Messages API, or a whole message. `start` is said with the input counts as soon as they are
 * known. The input of the tool that stands for a JSON answer comes out as text. Blocks of the server's own tools are
 * passed over.
 */
export function readMessages(
  asked: Asked,
  world: { now(): number; id(): string },
  start: Start,
  json: JsonPlan | undefined,
): Reading {
  const answer = json?.by === 'tool' ? json : undefined
  const open = new Map<unknown, ToolBlock>()
  /** What is said beside a JSON answer: not part of it, and all there is where it never comes. */
  let beside = ''
  let begun = false
  let said = false
  let answered = false
  let called = false
  let unreadable = false
  let reason: string | undefined
  let usage: unknown = {}

  function* begin(known: unknown): Iterable<GenerateEvent> {
    if (begun) return
    begun = true
    const { outputTokens: _, reasoningTokens: __, ...input } = usageOf(known)
    yield { ...start, ...(Object.keys(input).length > 0 && { usage: input }) }
  }

  function* say(words: unknown): Iterable<GenerateEvent> {
    const piece = text(words)
    if (!piece) return
    if (answer) {
      beside += piece
      return
    }
    said = true
    yield { type: 'text', text: piece }
  }

  /** A proxy that asks again in mid-stream begins a second message: what is unseen of the first is dropped. */
  function* message(given: unknown): Iterable<GenerateEvent> {
    if (said || called || answered) throw badResponse(asked, 'it began a second time')
    open.clear()
    beside = ''
    usage = { ...asObject(usage), ...asObject(at(given, 'usage')) }
    yield* begin(usage)
  }

  function* block(index: unknown, given: unknown): Iterable<GenerateEvent> {
    switch (at(given, 'type')) {
      case 'text':
        yield* say(at(given, 'text'))
        break
      case 'thinking':
      case 'redacted_thinking':
        yield { type: 'thinking', text: text(at(given, 'thinking')) ?? '' }
        break
      case 'tool_use': {
        const id = text(at(given, 'id')) || `call_${world.id()}`
        open.set(index, { id, name: text(at(given, 'name')) ?? '', input: at(given, 'input'), json: '' })
        // Calls come whole, so that nothing is heard of a long one while it is written: a sign of life.
        yield { type: 'thinking', text: '' }
      }
    }
  }

  function* delta(index: unknown, given: unknown): Iterable<GenerateEvent> {
    const thought = text(at(given, 'thinking'))
    const piece = text(at(given, 'partial_json'))
    yield* say(at(given, 'text'))
    if (thought) yield { type: 'thinking', text: thought }
    const tool = open.get(index)
    if (!tool || !piece) return
    tool.json += piece
    if (isAnswer(tool) && !answer?.wrapped) {
      said = true
      yield { type: 'text', text: piece }
    } else yield { type: 'thinking', text: '' }
  }

  const isAnswer = (tool: ToolBlock): boolean => answer !== undefined && tool.name === answer.name && !answered

  function* close(index: unknown): Iterable<GenerateEvent> {
    const tool = open.get(index)
    if (!tool) return
    open.delete(index)
    const call = finished(tool.id, tool.name, tool.json.trim() === '' ? tool.input : tool.json)
    if (isAnswer(tool)) {
      answered = true
      if (!answer?.wrapped && tool.json !== '') return
      const value = answer?.wrapped ? at(call?.args, 'value') : call?.args
      if (value === undefined) unreadable = true
      else yield { type: 'text', text: JSON.stringify(value) }
      return
    }
    if (tool.name === answer?.name) return
    if (!call) unreadable = true
    else {
      called = true
      yield { type: 'call', call }
    }
  }

  const on: Readonly<Record<string, (payload: unknown) => Iterable<GenerateEvent>>> = {
    message_start: (payload) => message(at(payload, 'message')),
    content_block_start: (payload) => block(at(payload, 'index'), at(payload, 'content_block')),
    content_block_delta: (payload) => delta(at(payload, 'index'), at(payload, 'delta')),
    content_block_stop: (payload) => close(at(payload, 'index')),
    message_delta(payload) {
      reason = text(at(payload, 'delta', 'stop_reason')) ?? reason
      usage = corrected(usage, at(payload, 'usage'))
      return []
    },
    error(payload) {
      throw refusedInStream(asked, payload, world.now())
    },
  }

  return {
    *read(payload) {
      const type = text(at(payload, 'type')) ?? (at(payload, 'error') === undefined ? '' : 'error')
      if (type !== 'message_start' && type !== 'error') yield* begin({})
      yield* on[type]?.(payload) ?? []
    },
    *whole(payload) {
      if (at(payload, 'error')) throw refusedInStream(asked, payload, world.now())
      if (!Array.isArray(at(payload, 'content'))) throw badResponse(asked, 'it holds no message')
      yield* message(payload)
      for (const [index, given] of list(at(payload, 'content')).entries()) {
        yield* block(index, given)
        yield* close(index)
      }
      reason = text(at(payload, 'stop_reason'))
    },
    get finished() {
      return reason !== undefined
    },
    *end() {
      if (reason === undefined) throw badResponse(asked, 'it broke off before its end')
      for (const index of [...open.keys()]) yield* close(index)
      const finish = FINISH[reason] ?? 'stop'
      if (unreadable && finish !== 'length') throw badResponse(asked, 'a tool call in it is not JSON')
      if (answer && !answered && beside !== '') yield { type: 'text', text: beside }
      yield { type: 'end', finish: finish === 'tool_calls' && !called ? 'stop' : finish, usage: usageOf(usage) }
    },
  }
}

/** Later counts replace earlier ones; a zero of input in a later one is a proxy that does not know. */
function corrected(before: unknown, after: unknown): unknown {
  const told = Object.entries(asObject(after)).filter(
    ([name, value]) => value !== null && !(name === 'input_tokens' && value === 0),
  )
  return { ...asObject(before), ...Object.fromEntries(told) }
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}

/** `input_tokens` is what was neither read from the cache nor written to it: ours is all of it. */
function usageOf(usage: unknown): Usage {
  const fresh = count(at(usage, 'input_tokens'))
  const read = count(at(usage, 'cache_read_input_tokens'))
  const written = count(at(usage, 'cache_creation_input_tokens'))
  const output = count(at(usage, 'output_tokens'))
  const thought = count(at(usage, 'output_tokens_details', 'thinking_tokens'))
  return {
    ...(fresh !== undefined && { inputTokens: fresh + (read ?? 0) + (written ?? 0) }),
    ...(read !== undefined && { cachedInputTokens: read }),
    ...(written !== undefined && { cacheWriteTokens: written }),
    ...(output !== undefined && { outputTokens: output }),
    ...(thought !== undefined && { reasoningTokens: thought }),
  }
}
