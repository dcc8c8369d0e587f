import type { GenerateEvent } from '../contract/generate.ts'

/**
 * Reads a stream up to its first content event and hands it back whole, held events first. Until then a failure may be
 * tried elsewhere unseen; from then on the stream is the answer.
 *
 * What comes back must be read or closed with its own `return()`: a generator that a new reader closes before it has
 * been started skips its `finally`, and holds and limits would never be settled.
 */
export async function opening(stream: AsyncIterable<GenerateEvent>): Promise<AsyncIterableIterator<GenerateEvent>> {
  const events = stream[Symbol.asyncIterator]()
  const held: GenerateEvent[] = []
  for (let step = await events.next(); !step.done; step = await events.next()) {
    held.push(step.value)
    if (isContent(step.value) || step.value.type === 'end') break
  }
  const whole: AsyncIterableIterator<GenerateEvent> = {
    [Symbol.asyncIterator]: () => whole,
    async next() {
      const value = held.shift()
      return value ? { value, done: false } : events.next()
    },
    async return() {
      held.length = 0
      await events.return?.()
      return { value: undefined, done: true }
    },
  }
  return whole
}

/** Is it part of the answer? Role chunks, empty texts and thinking are not. */
export function isContent(event: GenerateEvent): boolean {
  return event.type === 'call' || (event.type === 'text' && event.text !== '')
}
