import { type GenerateEvent, isContent } from '../../contract/generate.ts'
import { createStream, type EventStream } from '../../contract/stream.ts'

/**
 * Reads a stream up to its first content event and returns it whole, held events first. Until then a failure may be
 * tried elsewhere unseen; from then on the stream is the answer.
 *
 * The returned stream must be read or closed with its own `return()`: a generator that a new reader closes before it was
 * started skips its `finally`, and holds and limits would never be settled.
 */
export async function awaitFirstContent(stream: AsyncIterable<GenerateEvent>): Promise<EventStream> {
  const source = stream[Symbol.asyncIterator]()
  const held: GenerateEvent[] = []
  for (let step = await source.next(); !step.done; step = await source.next()) {
    held.push(step.value)
    if (isContent(step.value) || step.value.type === 'end') break
  }
  return createStream({
    next() {
      const value = held.shift()
      return value ? Promise.resolve({ value, done: false }) : source.next()
    },
    async close() {
      await source.return?.()
    },
  })
}
