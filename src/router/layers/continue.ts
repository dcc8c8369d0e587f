import { FAILURES, GenerateError } from '../../contract/errors.ts'
import type { GenerateEvent, GenerateRequest, Message, Usage } from '../../contract/generate.ts'
import type { Candidate } from '../../contract/registry.ts'
import { createStream, type EventStream } from '../../contract/stream.ts'
import { formatCount, utf8Length } from '../../lib/text.ts'
import { candidateName, shortReason } from '../format.ts'
import { estimateInputTokens, measurePrompt } from '../metering/estimate-tokens.ts'
import { addUsage } from '../metering/usage-meter.ts'
import type { OpenContinuation, OpenedCandidate, SizedRequest } from './candidate.ts'
import { type ContinuationMode, createOverlapStripper, type OverlapStripper } from './overlap.ts'

/**
 * The stream of an answer. One that breaks after text was sent is continued from that text by the next candidate: its
 * `start` has `continues`, repeated words at the join are removed, and the `end` comes from the last candidate with the
 * usage of all.
 *
 * Nothing is continued after a tool call, in an answer by schema (which is asked for again
 * whole, because no reader has seen it), or without `openContinuation`. The error then says who stopped and after how much.
 */
export function withContinuation(
  first: OpenedCandidate,
  request: GenerateRequest,
  openContinuation: OpenContinuation | undefined,
): EventStream {
  const sent: string[] = []
  const earlierUsages: Usage[] = []
  const held: GenerateEvent[] = []
  let current = first
  let stripper: OverlapStripper | undefined
  let hasToolCall = false
  /** How many pieces came from the models before. */
  let sentBefore = 0

  function next(): Promise<IteratorResult<GenerateEvent>> {
    const value = held.shift()
    return value ? Promise.resolve({ value, done: false }) : current.stream.next().then(onStep, onError)
  }

  function onStep(
    step: IteratorResult<GenerateEvent>,
  ): IteratorResult<GenerateEvent> | Promise<IteratorResult<GenerateEvent>> {
    if (step.done) return step
    if (step.value.type === 'call') hasToolCall = true
    if (stripper) {
      held.push(...continuationEvents(step.value, stripper))
      return next()
    }
    if (step.value.type === 'text') sent.push(step.value.text)
    if (step.value.type === 'retract') sent.length = 0
    return step
  }

  /** An event of a continuing candidate as part of the whole answer. */
  function continuationEvents(event: GenerateEvent, textStripper: OverlapStripper): readonly GenerateEvent[] {
    if (event.type === 'start') return [{ ...event, continues: true }]
    if (event.type === 'text') return textEvents(textStripper.push(event.text))
    if (event.type === 'retract') {
      textStripper.flush()
      sent.length = sentBefore
    }
    if (event.type === 'call') return [...textEvents(textStripper.flush()), event]
    if (event.type !== 'end') return [event]
    const usage = [...earlierUsages, event.usage].reduce(addUsage)
    return [...textEvents(textStripper.flush()), { ...event, usage }]
  }

  function textEvents(text: string): readonly GenerateEvent[] {
    if (text === '') return []
    sent.push(text)
    return [{ type: 'text', text }]
  }

  async function onError(cause: unknown): Promise<IteratorResult<GenerateEvent>> {
    if (!(cause instanceof GenerateError) || !FAILURES[cause.failure.kind].fallback) throw cause
    // Text that the stripper still holds repeats the end of what was sent, so nothing of it is lost.
    const text = sent.join('')
    const another =
      openContinuation && !hasToolCall && !request.json && text !== ''
        ? await openContinuation(current.pipeline, ({ candidate }) => continuationRequest(request, text, candidate))
        : undefined
    if (!another) throw brokenStreamError(current.pipeline.candidate, text, cause)
    earlierUsages.push(current.lastUsage())
    stripper = createOverlapStripper(text, continuationModeOf(request, another.pipeline.candidate))
    current = another
    sentBefore = sent.length
    return next()
  }

  return createStream({
    next,
    async close() {
      await current.stream.return()
    },
  })
}

/** A prefilled answer and reasoning exclude each other. */
function continuationModeOf(
  { reasoningEffort = 'none' }: GenerateRequest,
  { provider, facts }: Candidate,
): ContinuationMode {
  return provider.prefill && facts.prefill !== false && reasoningEffort === 'none' ? 'prefill' : 'prompt'
}

/**
 * The request that continues a text: the conversation, the text as the model's own, and the rest of the bound. Undefined
 * where the candidate's window cannot hold it.
 */
function continuationRequest(request: GenerateRequest, text: string, candidate: Candidate): SizedRequest | undefined {
  const { maxOutputTokens } = request
  const partialMessage: Message = { role: 'assistant', parts: [{ type: 'text', text }] }
  const last = request.messages.at(-1)
  const messages: readonly Message[] =
    last?.role === 'assistant' && !last.calls?.length
      ? [...request.messages.slice(0, -1), { ...last, parts: [...last.parts, ...partialMessage.parts] }]
      : [...request.messages, partialMessage]
  const instruction: readonly Message[] =
    continuationModeOf(request, candidate) === 'prompt'
      ? [{ role: 'user', parts: [{ type: 'text', text: continuationPrompt(text) }] }]
      : []
  const continuation = {
    ...request,
    messages: [...messages, ...instruction],
    ...(maxOutputTokens !== undefined && {
      maxOutputTokens: Math.max(MIN_OUTPUT_TOKENS, maxOutputTokens - tokensInText(text)),
    }),
  }
  const promptSize = measurePrompt(continuation)
  const minTokens = estimateInputTokens(promptSize, candidate.facts.id).min
  return minTokens < (candidate.facts.contextTokens ?? Number.POSITIVE_INFINITY)
    ? { request: continuation, promptSize }
    : undefined
}

const MIN_OUTPUT_TOKENS = 16
const QUOTED_CHARS = 120

/** Four bytes a token: a low count leaves a little more than was asked for, which is better than an answer cut short. */
const tokensInText = (text: string): number => Math.floor(utf8Length(text) / 4)

/** The instruction for a model that cannot be made to continue its own last words. */
export function continuationPrompt(text: string): string {
  return (
    `Your answer broke off. It ends with: ${JSON.stringify(text.slice(-QUOTED_CHARS))}\n\n` +
    'Write what comes after that, and nothing else. Begin with the very next character: a space or a line break if one ' +
    'is due, the rest of the word if it stops within one. Say nothing twice, and say nothing about the break.'
  )
}

function brokenStreamError(candidate: Candidate, text: string, cause: GenerateError): GenerateError {
  return new GenerateError(
    cause.failure,
    `${candidateName(candidate)} stopped after ${formatCount(text.length)} characters (${shortReason(cause)}) and no other model could continue. The answer is incomplete: try again, or name another model.`,
    { cause },
  )
}
