import { GenerateError } from '../../contract/errors.ts'
import type { FinishReason, GenerateEvent } from '../../contract/generate.ts'
import { createStream } from '../../contract/stream.ts'
import type { World } from '../../contract/world.ts'
import { abortError } from '../abort.ts'
import type { Handler } from '../context.ts'

/**
 * Whatever a provider does, what comes out keeps the contract: one `start` first, one `end` last, and no error but
 * `GenerateError`. A stream that stops without an `end` is broken, however politely it was closed.
 */
export function streamContract(world: World, name: string): (next: Handler) => Handler {
  return (next) => (request, context) => {
    const source = next(request, context)[Symbol.asyncIterator]()
    let started = false
    let ended = false

    function checkOrder(step: IteratorResult<GenerateEvent>): IteratorResult<GenerateEvent> {
      if (step.done || ended || started === (step.value.type === 'start')) throw truncatedAnswerError(name)
      started = true
      ended = step.value.type === 'end'
      return step
    }

    function normalizeError(cause: unknown): never {
      if (cause instanceof GenerateError) throw cause
      if (context.signal.aborted) throw abortError(context.signal)
      world.log('provider_fault', { model: name, error: cause instanceof Error ? cause.name : typeof cause })
      throw new GenerateError({ kind: 'bad_response' }, `The answer of ${name} could not be read.`, { cause })
    }

    return createStream({
      next: () => source.next().then(checkOrder, normalizeError),
      async close() {
        await source.return?.()
      },
    })
  }
}

/** An answer that is over and has nothing in it is no answer: what it is instead, by the way it finished. */
export function emptyAnswerError(name: string, finish: FinishReason): GenerateError | undefined {
  if (finish === 'length') return undefined
  if (finish === 'content_filter') {
    return new GenerateError({ kind: 'filtered' }, `${name} declined to answer: its content filter stepped in.`)
  }
  return new GenerateError({ kind: 'bad_response' }, `${name} gave an empty answer.`)
}

function truncatedAnswerError(name: string): GenerateError {
  return new GenerateError({ kind: 'bad_response' }, `The answer of ${name} stopped before its end.`)
}
