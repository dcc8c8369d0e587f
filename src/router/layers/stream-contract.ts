import { GenerateError } from '../../contract/errors.ts'
import type { FinishReason, GenerateEvent } from '../../contract/generate.ts'
import { createStream } from '../../contract/stream.ts'
import type { World } from '../../contract/world.ts'
import { utf8Length } from '../../lib/text.ts'
import { abortError } from '../abort.ts'
import type { Handler } from '../context.ts'

/**
 * Makes every provider's stream keep the contract: one `start` first, one `end` last, and no error but `GenerateError`.
 * A stream that stops without an `end` is broken, even if its connection was closed in order.
 *
 * An answer far beyond the request's `maxOutputTokens` is cut there and ends with `length` and without counts, because
 * an upstream that never stops would fill the memory.
 */
export function streamContract(world: World, name: string): (next: Handler) => Handler {
  return (next) => (request, context) => {
    const source = next(request, context)[Symbol.asyncIterator]()
    const maxBytes = MAX_BYTES_PER_TOKEN * (request.maxOutputTokens ?? 0) + MARGIN_BYTES
    let bytes = 0
    let started = false
    let ended = false

    function checkOrder(step: IteratorResult<GenerateEvent>): IteratorResult<GenerateEvent> {
      if (step.done || ended || started === (step.value.type === 'start')) throw truncatedAnswerError(name)
      const event = step.value
      started = true
      ended = event.type === 'end'
      if (event.type === 'text' || event.type === 'thinking') bytes += utf8Length(event.text)
      return step
    }

    function normalizeError(cause: unknown): never {
      if (cause instanceof GenerateError) throw cause
      if (context.signal.aborted) throw abortError(context.signal)
      world.log('provider_fault', { model: name, error: cause instanceof Error ? cause.name : typeof cause })
      throw new GenerateError({ kind: 'bad_response' }, `The answer of ${name} could not be read.`, { cause })
    }

    async function cutOff(): Promise<IteratorResult<GenerateEvent>> {
      ended = true
      world.log('answer_cut_off', { model: name, bytes })
      await source.return?.()
      return { value: { type: 'end', finish: 'length', usage: {} }, done: false }
    }

    return createStream({
      next: () => (bytes > maxBytes && !ended ? cutOff() : source.next().then(checkOrder, normalizeError)),
      async close() {
        await source.return?.()
      },
    })
  }
}

/** Long tokens (runs of blanks) have some 16 bytes; prose has four. */
const MAX_BYTES_PER_TOKEN = 16
const MARGIN_BYTES = 65_536

/** The failure that an ended answer with nothing in it is, by the way it finished. */
export function emptyAnswerError(name: string, finish: FinishReason): GenerateError {
  if (finish === 'length') {
    return new GenerateError(
      { kind: 'bad_response', partial: '' },
      `${name} used up max_output_tokens before its answer began, probably for reasoning. Raise max_output_tokens, or lower reasoning_effort.`,
    )
  }
  if (finish === 'content_filter') {
    return new GenerateError({ kind: 'filtered' }, `${name} declined to answer: its content filter stopped it.`)
  }
  return new GenerateError({ kind: 'bad_response' }, `${name} gave an empty answer.`)
}

function truncatedAnswerError(name: string): GenerateError {
  return new GenerateError({ kind: 'bad_response' }, `The answer of ${name} stopped before its end.`)
}
