import type { GenerateEvent } from '../contract/generate.ts'
import { type Events, each } from '../contract/stream.ts'
import type { World } from '../contract/world.ts'
import { type Body, Broken, bodyOf, inOurs, jsonOf } from './body.ts'
import { type Asked, badResponse, cancelled, refusedInStream } from './failure.ts'
import { eventReader, type ServerEvent } from './sse.ts'
import { json } from './unknown.ts'

/** Turns what a wire says, piece by piece, into events. Throws `GenerateError`. */
export interface Reading {
  /** One event of a stream, parsed. */
  read(payload: unknown): Iterable<GenerateEvent>
  /** A whole answer that came at once instead. */
  whole(payload: unknown): Iterable<GenerateEvent>
  /** True once the model has said why it stopped: all of its text is there. */
  readonly finished: boolean
  /** The `end`, and what was held back for it. Throws `bad_response` where the answer is not whole. */
  end(): Iterable<GenerateEvent>
}

/**
 * Reads an answer to its end, after `start` where that is given. A server that answers a streaming request with a whole
 * JSON body is taken at its word: a stream of one. Throws `GenerateError`: `cancelled`, `bad_response`, or what an error
 * inside the stream says.
 */
export function readAnswer(response: Response, on: On): Events {
  const body = bodyOf(response, on.asked, on.signal)
  return each(batches(body, on), body.close)
}

interface On {
  readonly as: 'stream' | 'whole'
  readonly asked: Asked
  readonly signal: AbortSignal
  readonly world: Pick<World, 'now' | 'sleep'>
  readonly reading: Reading
  readonly start?: GenerateEvent
}

/** What one read of the body completes, each time. */
async function* batches(body: Body, on: On): AsyncGenerator<readonly GenerateEvent[], void> {
  const { asked, signal, reading, world } = on
  if (on.start) yield [on.start]
  try {
    if (on.as === 'whole') {
      yield [...reading.whole(await jsonOf(body, asked))]
    } else {
      const source = eventReader()
      for (let ended = false; !ended; ) {
        const bytes = await body.next()
        ended = bytes === undefined
        const batch: GenerateEvent[] = []
        try {
          for (const event of bytes ? source.push(bytes) : source.end()) {
            if (event.data.trim() === '[DONE]') {
              ended = true
              break
            }
            for (const one of meant(event, asked, world.now(), reading)) add(batch, one)
          }
        } finally {
          // What came before a fault is still said.
          if (batch.length > 0) yield batch
        }
      }
    }
  } catch (error) {
    if (error instanceof RangeError) throw badResponse(asked, error.message)
    // Once the model has said why it stopped, a broken connection takes nothing but the token counts.
    if (!reading.finished || signal.aborted || !(error instanceof Broken)) throw inOurs(error)
  } finally {
    if (reading.finished) void body.drain(world)
    else body.close()
  }
  if (signal.aborted) throw cancelled(asked)
  yield [...reading.end()]
}

/** Words that came in one read are one event: nobody could have had them sooner, and each event has a long way to go. */
function add(batch: GenerateEvent[], event: GenerateEvent): void {
  const last = batch.at(-1)
  if ((event.type === 'text' || event.type === 'thinking') && last?.type === event.type) {
    batch[batch.length - 1] = { type: event.type, text: last.text + event.text }
  } else batch.push(event)
}

function meant({ event, data }: ServerEvent, asked: Asked, now: number, reading: Reading): Iterable<GenerateEvent> {
  if (data.trim() === '') return []
  const payload = json(data)
  if (event === 'error') throw refusedInStream(asked, payload.ok ? payload.value : data, now)
  if (!payload.ok) throw badResponse(asked, 'a line of its stream is not JSON')
  return reading.read(payload.value)
}
