import type { GenerateEvent } from './generate.ts'

/**
 * Streams of events as layers pass them on: to a layer that only looks at an event or changes it, an event costs a
 * callback, where a generator of its own would cost several turns of the event loop's queue.
 */
export interface EventStream extends AsyncIterableIterator<GenerateEvent> {
  next(): Promise<IteratorResult<GenerateEvent>>
  /** Ends it early, whether or not it was ever asked for an event. Once it is over, does nothing. */
  return(): Promise<IteratorResult<GenerateEvent>>
}

const DONE = { value: undefined, done: true } as const

/** `close` is called once: when the reader leaves. */
export function createStream(source: {
  next(): Promise<IteratorResult<GenerateEvent>>
  close(): Promise<void>
}): EventStream {
  let closed = false
  const stream: EventStream = {
    [Symbol.asyncIterator]: () => stream,
    next: () => (closed ? Promise.resolve(DONE) : source.next()),
    async return() {
      if (!closed) {
        closed = true
        await source.close()
      }
      return DONE
    },
  }
  return stream
}

/** A stream that `open` makes when its first event is asked for. */
export function lazyStream(open: () => Promise<AsyncIterable<GenerateEvent>>): EventStream {
  let iterator: AsyncIterator<GenerateEvent> | undefined
  let opening: Promise<AsyncIterator<GenerateEvent>> | undefined
  async function openOnce(): Promise<AsyncIterator<GenerateEvent>> {
    iterator = (await open())[Symbol.asyncIterator]()
    return iterator
  }
  return createStream({
    next() {
      if (iterator) return iterator.next()
      opening ??= openOnce()
      return opening.then((stream) => stream.next())
    },
    async close() {
      const stream = iterator ?? (await opening?.catch(() => undefined)) // the reader of the first event got the error
      await stream?.return?.()
    },
  })
}

/** A layer's view of the stream that it passes on. */
export interface StreamTap {
  /** Called with each event; a returned promise holds the event back until it resolves. A thrown error ends the stream. */
  onEvent(event: GenerateEvent): void | Promise<void>
  /** Called once when the stream is over: read to its end or left (no error), or broken. The reader waits for it. */
  onClose(error?: unknown): Promise<void>
}

/** The same events, observed. After `end` nothing more is read. */
export function tapStream(stream: AsyncIterable<GenerateEvent>, tap: StreamTap): EventStream {
  const source = stream[Symbol.asyncIterator]()
  let closed = false

  async function close(error?: unknown): Promise<void> {
    if (closed) return
    closed = true
    try {
      await source.return?.()
    } finally {
      await tap.onClose(error)
    }
  }

  async function fail(error: unknown): Promise<never> {
    await close(error)
    throw error
  }

  async function finish(): Promise<IteratorResult<GenerateEvent>> {
    await close()
    return DONE
  }

  let sawEnd = false
  function forward(
    step: IteratorResult<GenerateEvent>,
  ): IteratorResult<GenerateEvent> | Promise<IteratorResult<GenerateEvent>> {
    if (step.done) return finish()
    sawEnd = step.value.type === 'end'
    try {
      return tap.onEvent(step.value)?.then(() => step, fail) ?? step
    } catch (error) {
      return fail(error)
    }
  }

  return createStream({ next: () => (sawEnd ? finish() : source.next().then(forward, fail)), close })
}

/** The events of batches one after another. */
export function flattenBatches(
  batches: AsyncGenerator<readonly GenerateEvent[], void>,
  close: () => void,
): EventStream {
  let batch: readonly GenerateEvent[] = []
  let index = 0
  const takeBatch = (
    step: IteratorResult<readonly GenerateEvent[], void>,
  ): IteratorResult<GenerateEvent> | Promise<IteratorResult<GenerateEvent>> => {
    if (step.done) return DONE
    batch = step.value
    index = 0
    return next()
  }
  function next(): Promise<IteratorResult<GenerateEvent>> {
    const value = batch[index++]
    return value ? Promise.resolve({ value, done: false }) : batches.next().then(takeBatch)
  }
  return createStream({
    next,
    async close() {
      close()
      // A batch that is being read ends by itself, because its source was closed.
      void batches.return().catch(() => undefined)
    },
  })
}
