import type { FinishReason, GenerateEvent, Usage } from '../../contract/generate.ts'
import type { RequestTarget } from '../account.ts'
import { badResponseError, classifyStreamError } from '../errors/classify.ts'
import { asArray, asString, asTokenCount, getPath } from '../http/json-access.ts'
import type { ResponseDecoder } from '../http/read-response.ts'
import { parseToolCall } from '../http/tool-calls.ts'
import type { JsonPlan } from './json-output.ts'

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
const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
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
export function createMessagesDecoder(
  target: RequestTarget,
  world: { now(): number; id(): string },
  start: Start,
  json: JsonPlan | undefined,
): ResponseDecoder {
  const answerTool = json?.by === 'tool' ? json : undefined
  const openBlocks = new Map<unknown, ToolBlock>()
  /** What is said beside a JSON answer: not part of it, and all there is where it never comes. */
  let proseBesideJson = ''
  let started = false
  let textSent = false
  let answerSent = false
  let toolCalled = false
  let hasInvalidJson = false
  let stopReason: string | undefined
  let usage: unknown = {}

  function* emitStart(known: unknown): Iterable<GenerateEvent> {
    if (started) return
    started = true
    const { outputTokens: _, reasoningTokens: __, ...input } = parseUsage(known)
    yield { ...start, ...(Object.keys(input).length > 0 && { usage: input }) }
  }

  function* emitText(words: unknown): Iterable<GenerateEvent> {
    const piece = asString(words)
    if (!piece) return
    if (answerTool) {
      proseBesideJson += piece
      return
    }
    textSent = true
    yield { type: 'text', text: piece }
  }

  /** A proxy that asks again in mid-stream begins a second message: what is unseen of the first is dropped. */
  function* startMessage(given: unknown): Iterable<GenerateEvent> {
    if (textSent || toolCalled || answerSent) throw badResponseError(target, 'it began a second time')
    openBlocks.clear()
    proseBesideJson = ''
    usage = { ...asObject(usage), ...asObject(getPath(given, 'usage')) }
    yield* emitStart(usage)
  }

  function* startBlock(index: unknown, given: unknown): Iterable<GenerateEvent> {
    switch (getPath(given, 'type')) {
      case 'text':
        yield* emitText(getPath(given, 'text'))
        break
      case 'thinking':
      case 'redacted_thinking':
        yield { type: 'thinking', text: asString(getPath(given, 'thinking')) ?? '' }
        break
      case 'tool_use': {
        const id = asString(getPath(given, 'id')) || `call_${world.id()}`
        openBlocks.set(index, {
          id,
          name: asString(getPath(given, 'name')) ?? '',
          input: getPath(given, 'input'),
          json: '',
        })
        // Calls come whole, so that nothing is heard of a long one while it is written: a sign of life.
        yield { type: 'thinking', text: '' }
      }
    }
  }

  function* applyDelta(index: unknown, given: unknown): Iterable<GenerateEvent> {
    const thought = asString(getPath(given, 'thinking'))
    const piece = asString(getPath(given, 'partial_json'))
    yield* emitText(getPath(given, 'text'))
    if (thought) yield { type: 'thinking', text: thought }
    const tool = openBlocks.get(index)
    if (!tool || !piece) return
    tool.json += piece
    if (isAnswerTool(tool) && !answerTool?.wrapped) {
      textSent = true
      yield { type: 'text', text: piece }
    } else yield { type: 'thinking', text: '' }
  }

  const isAnswerTool = (tool: ToolBlock): boolean =>
    answerTool !== undefined && tool.name === answerTool.name && !answerSent

  function* finishBlock(index: unknown): Iterable<GenerateEvent> {
    const tool = openBlocks.get(index)
    if (!tool) return
    openBlocks.delete(index)
    const call = parseToolCall(tool.id, tool.name, tool.json.trim() === '' ? tool.input : tool.json)
    if (isAnswerTool(tool)) {
      answerSent = true
      if (!answerTool?.wrapped && tool.json !== '') return
      const value = answerTool?.wrapped ? getPath(call?.args, 'value') : call?.args
      if (value === undefined) hasInvalidJson = true
      else yield { type: 'text', text: JSON.stringify(value) }
      return
    }
    if (tool.name === answerTool?.name) return
    if (!call) hasInvalidJson = true
    else {
      toolCalled = true
      yield { type: 'call', call }
    }
  }

  const handlers: Readonly<Record<string, (payload: unknown) => Iterable<GenerateEvent>>> = {
    message_start: (payload) => startMessage(getPath(payload, 'message')),
    content_block_start: (payload) => startBlock(getPath(payload, 'index'), getPath(payload, 'content_block')),
    content_block_delta: (payload) => applyDelta(getPath(payload, 'index'), getPath(payload, 'delta')),
    content_block_stop: (payload) => finishBlock(getPath(payload, 'index')),
    message_delta(payload) {
      stopReason = asString(getPath(payload, 'delta', 'stop_reason')) ?? stopReason
      usage = mergeUsage(usage, getPath(payload, 'usage'))
      return []
    },
    error(payload) {
      throw classifyStreamError(target, payload, world.now())
    },
  }

  return {
    *decodeEvent(payload) {
      const type = asString(getPath(payload, 'type')) ?? (getPath(payload, 'error') === undefined ? '' : 'error')
      if (type !== 'message_start' && type !== 'error') yield* emitStart({})
      yield* handlers[type]?.(payload) ?? []
    },
    *decodeBody(payload) {
      if (getPath(payload, 'error')) throw classifyStreamError(target, payload, world.now())
      if (!Array.isArray(getPath(payload, 'content'))) throw badResponseError(target, 'it holds no message')
      yield* startMessage(payload)
      for (const [index, given] of asArray(getPath(payload, 'content')).entries()) {
        yield* startBlock(index, given)
        yield* finishBlock(index)
      }
      stopReason = asString(getPath(payload, 'stop_reason'))
    },
    get finished() {
      return stopReason !== undefined
    },
    *finish() {
      if (stopReason === undefined) throw badResponseError(target, 'it broke off before its end')
      for (const index of [...openBlocks.keys()]) yield* finishBlock(index)
      const finish = FINISH_REASONS[stopReason] ?? 'stop'
      if (hasInvalidJson && finish !== 'length') throw badResponseError(target, 'a tool call in it is not JSON')
      if (answerTool && !answerSent && proseBesideJson !== '') yield { type: 'text', text: proseBesideJson }
      yield { type: 'end', finish: finish === 'tool_calls' && !toolCalled ? 'stop' : finish, usage: parseUsage(usage) }
    },
  }
}

/** Later counts replace earlier ones; a zero of input in a later one is a proxy that does not know. */
function mergeUsage(before: unknown, after: unknown): unknown {
  const reported = Object.entries(asObject(after)).filter(
    ([name, value]) => value !== null && !(name === 'input_tokens' && value === 0),
  )
  return { ...asObject(before), ...Object.fromEntries(reported) }
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}

/** `input_tokens` is what was neither read from the cache nor written to it: ours is all of it. */
function parseUsage(usage: unknown): Usage {
  const fresh = asTokenCount(getPath(usage, 'input_tokens'))
  const read = asTokenCount(getPath(usage, 'cache_read_input_tokens'))
  const written = asTokenCount(getPath(usage, 'cache_creation_input_tokens'))
  const output = asTokenCount(getPath(usage, 'output_tokens'))
  const thought = asTokenCount(getPath(usage, 'output_tokens_details', 'thinking_tokens'))
  return {
    ...(fresh !== undefined && { inputTokens: fresh + (read ?? 0) + (written ?? 0) }),
    ...(read !== undefined && { cachedInputTokens: read }),
    ...(written !== undefined && { cacheWriteTokens: written }),
    ...(output !== undefined && { outputTokens: output }),
    ...(thought !== undefined && { reasoningTokens: thought }),
  }
}
