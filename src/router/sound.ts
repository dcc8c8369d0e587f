import { GenerateError } from '../contract/errors.ts'
import type { Finish } from '../contract/generate.ts'
import type { World } from '../contract/world.ts'
import { abortOf } from './signals.ts'
import type { Step } from './turn.ts'

/**
 * Whatever a provider does, what comes out keeps the contract: one `start` first, one `end` last, and no error but
 * `GenerateError`. A stream that stops without an `end` is broken, however politely it was closed.
 */
export function sound(world: World, name: string): (next: Step) => Step {
  return (next) =>
    async function* (request, turn) {
      let started = false
      try {
        for await (const event of next(request, turn)) {
          if (started === (event.type === 'start')) throw broken(name)
          started = true
          yield event
          if (event.type === 'end') return
        }
      } catch (cause) {
        if (cause instanceof GenerateError) throw cause
        if (turn.signal.aborted) throw abortOf(turn.signal)
        world.log('provider_fault', { model: name, error: cause instanceof Error ? cause.name : typeof cause })
        throw new GenerateError({ kind: 'bad_response' }, `The answer of ${name} could not be read.`, { cause })
      }
      throw broken(name)
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
