import { GenerateError, RESPONSE_TO } from '../contract/errors.ts'
import type { GenerateEvent, GenerateRequest, Message, Usage } from '../contract/generate.ts'
import type { Candidate } from '../contract/roster.ts'
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
export async function* whole(
  first: Opened,
  request: GenerateRequest,
  goOn: GoOn | undefined,
): AsyncGenerator<GenerateEvent> {
  const sent: string[] = []
  const before: Usage[] = []
  let from = first
  let join: Seam | undefined
  let called = false
  for (;;) {
    let cause: unknown
    try {
      for await (const event of from.stream) {
        const held = event.type === 'end' || event.type === 'call' ? join?.rest() : undefined
        if (held) yield say(held)
        if (event.type === 'call') called = true
        if (event.type === 'end') {
          yield before.length === 0 ? event : { ...event, usage: [...before, event.usage].reduce(sum) }
        } else if (event.type === 'start' && join) yield { ...event, continues: true }
        else if (event.type === 'text' && join) {
          const text = join.push(event.text)
          if (text !== '') yield say(text)
        } else {
          if (event.type === 'text') sent.push(event.text)
          yield event
        }
      }
      return
    } catch (thrown) {
      cause = thrown
    }
    if (!(cause instanceof GenerateError) || !RESPONSE_TO[cause.failure.kind].fallback) throw cause
    // What the seam still holds was not sent, and stands in what was sent.
    const text = sent.join('')
    const next =
      goOn && !called && !request.json && text !== ''
        ? await goOn(from.choice, ({ candidate }) => continued(request, text, candidate))
        : undefined
    if (!next) throw brokeOff(from.choice.candidate, text, cause)
    before.push(from.used())
    join = seam(text, mannerOf(request, next.choice.candidate))
    from = next
  }

  function say(text: string): GenerateEvent {
    sent.push(text)
    return { type: 'text', text }
  }
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
