import { GenerateError } from '../contract/errors.ts'
import type { Finish, GenerateEvent } from '../contract/generate.ts'
import { events } from '../contract/stream.ts'
import type { World } from '../contract/world.ts'
import { abortOf } from './signals.ts'
import type { Step } from './turn.ts'

/**
 * Whatever a provider does, what comes out keeps the contract: one `start` first, one `end` last, and no error but
 * `GenerateError`. A stream that stops without an `end` is broken, however politely it was closed.
 */
export function sound(world: World, name: string): (next: Step) => Step {
  return (next) => (request, turn) => {
    const below = next(request, turn)[Symbol.asyncIterator]()
    let started = false
    let ended = false

    function passed(step: IteratorResult<GenerateEvent>): IteratorResult<GenerateEvent> {
      if (step.done || ended || started === (step.value.type === 'start')) throw broken(name)
      started = true
      ended = step.value.type === 'end'
      return step
    }

    function failed(cause: unknown): never {
      if (cause instanceof GenerateError) throw cause
      if (turn.signal.aborted) throw abortOf(turn.signal)
      world.log('provider_fault', { model: name, error: cause instanceof Error ? cause.name : typeof cause })
      throw new GenerateError({ kind: 'bad_response' }, `The answer of ${name} could not be read.`, { cause })
    }

    return events({
      next: () => below.next().then(passed, failed),
      async close() {
        await below.return?.()
      },
    })
  }
}

/** An answer that is over and has nothing in it is no answer: what it is instead, by the way it finished. */
export function emptiness(name: string, finish: Finish): GenerateError | undefined {
  if (finish === 'length') return undefined
  if (finish === 'content_filter') {
    return new GenerateError({ kind: 'filtered' }, `${name} declined to answer: its content filter stepped in.`)
  }
  return new GenerateError({ kind: 'bad_response' }, `${name} gave an empty answer.`)
}

function broken(name: string): GenerateError {
  return new GenerateError({ kind: 'bad_response' }, `The answer of ${name} stopped before its end.`)
}
