import type { GenerateEvent } from './generate.ts'

/**
 * Streams of events as layers pass them on: to a layer that only looks at an event or changes it, an event costs a
 * callback, where a generator of its own would cost several turns of the event loop's queue.
 */
export interface Events extends AsyncIterableIterator<GenerateEvent> {
  next(): Promise<IteratorResult<GenerateEvent>>
  /** Ends it early, whether or not it was ever asked for an event. Once it is over, does nothing. */
  return(): Promise<IteratorResult<GenerateEvent>>
}

const OVER = { value: undefined, done: true } as const

/** `close` is called once: when the reader leaves. */
export function events(on: { next(): Promise<IteratorResult<GenerateEvent>>; close(): Promise<void> }): Events {
  let left = false
  const stream: Events = {
    [Symbol.asyncIterator]: () => stream,
    next: () => (left ? Promise.resolve(OVER) : on.next()),
    async return() {
      if (!left) {
        left = true
        await on.close()
      }
      return OVER
    },
  }
  return stream
}

/** A stream that is made when its first event is asked for, and from then on is the one that was made. */
export function later(open: () => Promise<AsyncIterable<GenerateEvent>>): Events {
  let made: AsyncIterator<GenerateEvent> | undefined
  let making: Promise<AsyncIterator<GenerateEvent>> | undefined
  async function make(): Promise<AsyncIterator<GenerateEvent>> {
    made = (await open())[Symbol.asyncIterator]()
    return made
  }
  return events({
    next() {
      if (made) return made.next()
      making ??= make()
      return making.then((stream) => stream.next())
    },
    async close() {
      const stream = made ?? (await making?.catch(() => undefined)) // whoever asked has been told
      await stream?.return?.()
    },
  })
}

/** What a layer does with the stream that it passes on. */
export interface Watch {
  /** An event on its way up; a promise keeps it back until it resolves. What this throws ends the stream. */
  see(event: GenerateEvent): void | Promise<void>
  /** Once, however it ended: read to its end or left (no error), or broken. Whoever reads waits for it. */
  over(error?: unknown): Promise<void>
}

/** The same events, watched. After `end` nothing more is read. */
export function watched(stream: AsyncIterable<GenerateEvent>, watch: Watch): Events {
  const below = stream[Symbol.asyncIterator]()
  let ended = false

  async function close(error?: unknown): Promise<void> {
    if (ended) return
    ended = true
    try {
      await below.return?.()
    } finally {
      await watch.over(error)
    }
  }

  async function broke(error: unknown): Promise<never> {
    await close(error)
    throw error
  }

  async function finished(): Promise<IteratorResult<GenerateEvent>> {
    await close()
    return OVER
  }

  let last = false
  function passed(
    step: IteratorResult<GenerateEvent>,
  ): IteratorResult<GenerateEvent> | Promise<IteratorResult<GenerateEvent>> {
    if (step.done) return finished()
    last = step.value.type === 'end'
    try {
      return watch.see(step.value)?.then(() => step, broke) ?? step
    } catch (error) {
      return broke(error)
    }
  }

  return events({ next: () => (last ? finished() : below.next().then(passed, broke)), close })
}

/** One after another what comes several at a time. */
export function each(batches: AsyncGenerator<readonly GenerateEvent[], void>, close: () => void): Events {
  let batch: readonly GenerateEvent[] = []
  let at = 0
  const took = (
    step: IteratorResult<readonly GenerateEvent[], void>,
  ): IteratorResult<GenerateEvent> | Promise<IteratorResult<GenerateEvent>> => {
    if (step.done) return OVER
    batch = step.value
    at = 0
    return next()
  }
  function next(): Promise<IteratorResult<GenerateEvent>> {
    const value = batch[at++]
    return value ? Promise.resolve({ value, done: false }) : batches.next().then(took)
  }
  return events({
    next,
    async close() {
      close()
      // One that is waited for just now ends by itself, for it has been closed.
      void batches.return().catch(() => undefined)
    },
  })
}
