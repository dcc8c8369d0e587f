import { GenerateError, RESPONSE_TO } from '../contract/errors.ts'
import type { GenerateEvent, GenerateRequest, Message, Usage } from '../contract/generate.ts'
import type { Candidate } from '../contract/roster.ts'
import { type Events, events } from '../contract/stream.ts'
import { utf8 } from './estimate.ts'
import type { Choice } from './fallback.ts'
import type { Opened } from './hedge.ts'
import { type Manner, type Seam, seam } from './seam.ts'
import { sum } from './tally.ts'
import { nameOf, reasonOf } from './words.ts'

/** The next to open, asked to go on from `sent` after `broken` broke off; undefined: nobody is left. */
export type GoOn = (broken: Choice, asked: (choice: Choice) => GenerateRequest) => Promise<Opened | undefined>

/**
 * An answer's own stream. One that breaks after text was sent is gone on with by the next candidate from that text: its
 * `start` says `continues`, the seam is kept clean, and the `end` comes from the last and holds the usage of all.
 *
 * Nothing is gone on with after a tool call, in an answer by schema (which nobody has seen yet and can be asked for
 * again), or where `goOn` is not given: the error then says who broke off and after how much.
 */
export function whole(first: Opened, request: GenerateRequest, goOn: GoOn | undefined): Events {
  const sent: string[] = []
  const before: Usage[] = []
  const held: GenerateEvent[] = []
  let from = first
  let join: Seam | undefined
  let called = false

  function next(): Promise<IteratorResult<GenerateEvent>> {
    const value = held.shift()
    return value ? Promise.resolve({ value, done: false }) : from.stream.next().then(came, broke)
  }

  function came(
    step: IteratorResult<GenerateEvent>,
  ): IteratorResult<GenerateEvent> | Promise<IteratorResult<GenerateEvent>> {
    if (step.done) return step
    if (step.value.type === 'call') called = true
    if (join) {
      held.push(...joined(step.value, join))
      return next()
    }
    if (step.value.type === 'text') sent.push(step.value.text)
    return step
  }

  /** What one who goes on says, as part of the whole. */
  function joined(event: GenerateEvent, seam: Seam): readonly GenerateEvent[] {
    if (event.type === 'start') return [{ ...event, continues: true }]
    if (event.type === 'text') return said(seam.push(event.text))
    if (event.type === 'call') return [...said(seam.rest()), event]
    if (event.type === 'end') return [...said(seam.rest()), { ...event, usage: [...before, event.usage].reduce(sum) }]
    return [event]
  }

  function said(text: string): readonly GenerateEvent[] {
    if (text === '') return []
    sent.push(text)
    return [{ type: 'text', text }]
  }

  async function broke(cause: unknown): Promise<IteratorResult<GenerateEvent>> {
    if (!(cause instanceof GenerateError) || !RESPONSE_TO[cause.failure.kind].fallback) throw cause
    // What the seam still holds was not sent, and stands in what was sent.
    const text = sent.join('')
    const another =
      goOn && !called && !request.json && text !== ''
        ? await goOn(from.choice, ({ candidate }) => continued(request, text, candidate))
        : undefined
    if (!another) throw brokeOff(from.choice.candidate, text, cause)
    before.push(from.used())
    join = seam(text, mannerOf(request, another.choice.candidate))
    from = another
    return next()
  }

  return events({
    next,
    async close() {
      await from.stream.return()
    },
  })
}

/** Thinking and an answer that was begun for the model do not go together. */
function mannerOf({ reasoningEffort = 'none' }: GenerateRequest, { provider, facts }: Candidate): Manner {
  return provider.prefill && facts.prefill !== false && reasoningEffort === 'none' ? 'prefill' : 'told'
}

/** The request that goes on from a text: the conversation, the text as the model's own, and what is left of the bound. */
function continued(request: GenerateRequest, text: string, candidate: Candidate): GenerateRequest {
  const { maxOutputTokens } = request
  const said: Message = { role: 'assistant', parts: [{ type: 'text', text }] }
  const last = request.messages.at(-1)
  const begun: readonly Message[] =
    last?.role === 'assistant' && !last.calls?.length
      ? [...request.messages.slice(0, -1), { ...last, parts: [...last.parts, ...said.parts] }]
      : [...request.messages, said]
  const told: readonly Message[] =
    mannerOf(request, candidate) === 'told' ? [{ role: 'user', parts: [{ type: 'text', text: goOnFrom(text) }] }] : []
  return {
    ...request,
    messages: [...begun, ...told],
    ...(maxOutputTokens !== undefined && { maxOutputTokens: Math.max(LEAST_OUTPUT, maxOutputTokens - tokensIn(text)) }),
  }
}

const LEAST_OUTPUT = 16
const SHOWN_CHARS = 120

/** Four bytes a token, on the low side: rather a little more than asked than an answer cut short. */
const tokensIn = (text: string): number => Math.floor(utf8(text) / 4)

/** Told to a model that does not go on by itself from its own last words. */
export function goOnFrom(text: string): string {
  return (
    `Your answer broke off. It ends with: ${JSON.stringify(text.slice(-SHOWN_CHARS))}\n\n` +
    'Write what comes after that, and nothing else. Begin with the very next character: a space or a line break if one ' +
    'is due, the rest of the word if it stops within one. Say nothing twice, and say nothing about the break.'
  )
}

function brokeOff(candidate: Candidate, text: string, cause: GenerateError): GenerateError {
  return new GenerateError(
    cause.failure,
    `${nameOf(candidate)} broke off after ${text.length.toLocaleString('en-US')} characters (${reasonOf(cause)}), and nobody went on from there, so the answer is not whole. Try again, or name another model.`,
    { cause },
  )
}
