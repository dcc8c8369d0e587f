import type { FinishReason, GenerateEvent } from '../../contract/generate.ts'
import type { RequestTarget } from '../account.ts'
import { badResponseError, classifyStreamError } from '../errors/classify.ts'
import { findEmbeddedError } from '../errors/embedded.ts'
import { asArray, asString, getPath } from '../http/json-access.ts'
import type { ResponseDecoder } from '../http/read-response.ts'
import type { JsonPlan } from './json-output.ts'
import { createToolBlocks } from './tool-blocks.ts'
import { createMessageUsage } from './usage.ts'

type Start = Extract<GenerateEvent, { type: 'start' }>

/** The stop reasons. `pause_turn` of a server's own tools is `length`, because there is more to come. */
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
 * Reads the events of the Messages API, or a whole message. `start` comes with the input counts as soon as they are
 * known. Text beside a JSON answer by a tool is no part of the answer, unless the answer never comes. Blocks of the
 * server's own tools are skipped. `message_stop` and a whole body end an answer that has no stop reason.
 */
export function createMessagesDecoder(
  target: RequestTarget,
  world: { now(): number; id(): string },
  start: Start,
  json: JsonPlan | undefined,
): ResponseDecoder {
  const answerTool = json?.by === 'tool' ? json : undefined
  const tools = createToolBlocks(() => `call_${world.id()}`, answerTool)
  const counts = createMessageUsage()
  let textBesideAnswer = ''
  let started = false
  let textSent = false
  let stopReason: string | undefined
  let isComplete = false

  function* emitStart(): Iterable<GenerateEvent> {
    if (started) return
    started = true
    const { usage } = counts
    yield { ...start, ...(Object.keys(usage).length > 0 && { usage }) }
  }

  function* emitText(text: unknown): Iterable<GenerateEvent> {
    const piece = asString(text)
    if (!piece) return
    if (answerTool) {
      textBesideAnswer += piece
      return
    }
    textSent = true
    yield { type: 'text', text: piece }
  }

  /** A proxy that asks again in mid-stream begins a second message: the unseen part of the first is dropped. */
  function* startMessage(message: unknown): Iterable<GenerateEvent> {
    if (textSent || tools.hasOutput) throw badResponseError(target, 'it began a second time')
    tools.clear()
    textBesideAnswer = ''
    counts.addStart(getPath(message, 'usage'))
    yield* emitStart()
  }

  function* startBlock(index: unknown, block: unknown): Iterable<GenerateEvent> {
    const type = getPath(block, 'type')
    if (type === 'text') yield* emitText(getPath(block, 'text'))
    if (type === 'thinking' || type === 'redacted_thinking')
      yield { type: 'thinking', text: asString(getPath(block, 'thinking')) ?? '' }
    if (type === 'tool_use') yield* tools.start(index, block)
  }

  function* applyDelta(index: unknown, delta: unknown): Iterable<GenerateEvent> {
    const thought = asString(getPath(delta, 'thinking'))
    yield* emitText(getPath(delta, 'text'))
    if (thought) yield { type: 'thinking', text: thought }
    yield* tools.append(index, getPath(delta, 'partial_json'))
  }

  const handlers: Readonly<Record<string, (payload: unknown) => Iterable<GenerateEvent>>> = {
    message_start: (payload) => startMessage(getPath(payload, 'message')),
    content_block_start: (payload) => startBlock(getPath(payload, 'index'), getPath(payload, 'content_block')),
    content_block_delta: (payload) => applyDelta(getPath(payload, 'index'), getPath(payload, 'delta')),
    content_block_stop: (payload) => tools.finish(getPath(payload, 'index')),
    message_delta(payload) {
      stopReason = asString(getPath(payload, 'delta', 'stop_reason')) || stopReason
      counts.addFinal(getPath(payload, 'usage'))
      return []
    },
    message_stop() {
      isComplete = true
      return []
    },
    error(payload) {
      throw classifyStreamError(target, payload, world.now())
    },
  }

  return {
    *decodeEvent(payload) {
      const type = asString(getPath(payload, 'type')) ?? (getPath(payload, 'error') === undefined ? '' : 'error')
      if (type !== 'message_start' && type !== 'error') yield* emitStart()
      yield* handlers[type]?.(payload) ?? []
    },
    *decodeBody(payload) {
      const error = findEmbeddedError(payload)
      if (error !== undefined) throw classifyStreamError(target, error, world.now())
      if (!Array.isArray(getPath(payload, 'content'))) throw badResponseError(target, 'it holds no message')
      yield* startMessage(payload)
      counts.addFinal(getPath(payload, 'usage'))
      for (const [index, block] of asArray(getPath(payload, 'content')).entries()) {
        yield* startBlock(index, block)
        yield* tools.finish(index)
      }
      stopReason = asString(getPath(payload, 'stop_reason'))
      isComplete = true
    },
    get state() {
      if (isComplete) return 'complete'
      return stopReason === undefined ? 'open' : 'finished'
    },
    *finish() {
      if (stopReason === undefined && !isComplete) throw badResponseError(target, 'it broke off before its end')
      yield* tools.finishAll()
      const finish = FINISH_REASONS[stopReason ?? ''] ?? (tools.hasCalls ? 'tool_calls' : 'stop')
      if (tools.isInvalid && finish !== 'length') throw badResponseError(target, 'a tool call in it is not JSON')
      if (answerTool && !tools.hasAnswer && textBesideAnswer !== '') yield { type: 'text', text: textBesideAnswer }
      const { usage } = counts
      yield { type: 'end', finish: finish === 'tool_calls' && !tools.hasCalls ? 'stop' : finish, usage }
    },
  }
}
