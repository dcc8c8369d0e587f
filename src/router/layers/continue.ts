import { FAILURE_POLICIES, GenerateError } from '../../contract/errors.ts'
import type { GenerateEvent, GenerateRequest, Message, Usage } from '../../contract/generate.ts'
import type { Candidate } from '../../contract/registry.ts'
import { createStream, type EventStream } from '../../contract/stream.ts'
import { candidateName, shortReason } from '../format.ts'
import { utf8Length } from '../metering/estimate-tokens.ts'
import { addUsage } from '../metering/usage-meter.ts'
import type { CandidatePipeline } from './fallback.ts'
import type { OpenedCandidate } from './hedge.ts'
import { type ContinuationMode, createOverlapStripper, type OverlapStripper } from './overlap.ts'

/** The next to open, asked to go on from `sent` after `broken` broke off; undefined: nobody is left. */
export type OpenContinuation = (
  broken: CandidatePipeline,
  requestFor: (pipeline: CandidatePipeline) => GenerateRequest,
) => Promise<OpenedCandidate | undefined>

/**
 * An answer's own stream. One that breaks after text was sent is gone on with by the next candidate from that text: its
 * `start` says `continues`, the seam is kept clean, and the `end` comes from the last and holds the usage of all.
 *
 * Nothing is gone on with after a tool call, in an answer by schema (which nobody has seen yet and can be asked for
 * again), or where `goOn` is not given: the error then says who broke off and after how much.
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

  /** What one who goes on says, as part of the whole. */
  function continuationEvents(event: GenerateEvent, textStripper: OverlapStripper): readonly GenerateEvent[] {
    if (event.type === 'start') return [{ ...event, continues: true }]
    if (event.type === 'text') return textEvents(textStripper.push(event.text))
    if (event.type === 'retract') {
      textStripper.flush()
      sent.length = sentBefore
    }
    if (event.type === 'call') return [...textEvents(textStripper.flush()), event]
    if (event.type === 'end')
      return [
        ...textEvents(textStripper.flush()),
        { ...event, usage: [...earlierUsages, event.usage].reduce(addUsage) },
      ]
    return [event]
  }

  function textEvents(text: string): readonly GenerateEvent[] {
    if (text === '') return []
    sent.push(text)
    return [{ type: 'text', text }]
  }

  async function onError(cause: unknown): Promise<IteratorResult<GenerateEvent>> {
    if (!(cause instanceof GenerateError) || !FAILURE_POLICIES[cause.failure.kind].fallback) throw cause
    // What the seam still holds was not sent, and stands in what was sent.
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

/** Thinking and an answer that was begun for the model do not go together. */
function continuationModeOf(
  { reasoningEffort = 'none' }: GenerateRequest,
  { provider, facts }: Candidate,
): ContinuationMode {
  return provider.prefill && facts.prefill !== false && reasoningEffort === 'none' ? 'prefill' : 'told'
}

/** The request that goes on from a text: the conversation, the text as the model's own, and what is left of the bound. */
function continuationRequest(request: GenerateRequest, text: string, candidate: Candidate): GenerateRequest {
  const { maxOutputTokens } = request
  const partialMessage: Message = { role: 'assistant', parts: [{ type: 'text', text }] }
  const last = request.messages.at(-1)
  const messages: readonly Message[] =
    last?.role === 'assistant' && !last.calls?.length
      ? [...request.messages.slice(0, -1), { ...last, parts: [...last.parts, ...partialMessage.parts] }]
      : [...request.messages, partialMessage]
  const instruction: readonly Message[] =
    continuationModeOf(request, candidate) === 'told'
      ? [{ role: 'user', parts: [{ type: 'text', text: continuationPrompt(text) }] }]
      : []
  return {
    ...request,
    messages: [...messages, ...instruction],
    ...(maxOutputTokens !== undefined && {
      maxOutputTokens: Math.max(MIN_OUTPUT_TOKENS, maxOutputTokens - tokensInText(text)),
    }),
  }
}

const MIN_OUTPUT_TOKENS = 16
const QUOTED_CHARS = 120

/** Four bytes a token, on the low side: rather a little more than asked than an answer cut short. */
const tokensInText = (text: string): number => Math.floor(utf8Length(text) / 4)

/** Told to a model that does not go on by itself from its own last words. */
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
    `${candidateName(candidate)} broke off after ${text.length.toLocaleString('en-US')} characters (${shortReason(cause)}), and nobody went on from there, so the answer is not whole. Try again, or name another model.`,
    { cause },
  )
}
