import type { GenerateEvent } from '../../contract/generate.ts'
import { type EventStream, flattenBatches } from '../../contract/stream.ts'
import type { World } from '../../contract/world.ts'
import type { RequestTarget } from '../account.ts'
import { badResponseError, cancelledError, classifyStreamError } from '../errors/classify.ts'
import { type BodyReader, BrokenConnection, createBodyReader, readJson, unwrapBrokenConnection } from './body.ts'
import { tryParseJson } from './json-access.ts'
import { createEventReader, type ServerEvent } from './sse.ts'

/** Turns what a wire says, piece by piece, into events. Throws `GenerateError`. */
export interface ResponseDecoder {
  /** One event of a stream, parsed. */
  decodeEvent(payload: unknown): Iterable<GenerateEvent>
  /** A whole answer that came at once instead. */
  decodeBody(payload: unknown): Iterable<GenerateEvent>
  /** True once the model has said why it stopped: all of its text is there. */
  readonly finished: boolean
  /** The `end`, and what was held back for it. Throws `bad_response` where the answer is not whole. */
  finish(): Iterable<GenerateEvent>
}

/**
 * Reads an answer to its end, after `start` where that is given. A server that answers a streaming request with a whole
 * JSON body is taken at its word: a stream of one. Throws `GenerateError`: `cancelled`, `bad_response`, or what an error
 * inside the stream says.
 */
export function decodeResponse(response: Response, options: DecodeOptions): EventStream {
  const body = createBodyReader(response, options.target, options.signal)
  return flattenBatches(decodeBatches(body, options), body.close)
}

interface DecodeOptions {
  readonly bodyKind: 'stream' | 'whole'
  readonly target: RequestTarget
  readonly signal: AbortSignal
  readonly world: Pick<World, 'now' | 'sleep'>
  readonly decoder: ResponseDecoder
  readonly start?: GenerateEvent
}

/** What one read of the body completes, each time. */
async function* decodeBatches(
  body: BodyReader,
  options: DecodeOptions,
): AsyncGenerator<readonly GenerateEvent[], void> {
  const { target, signal, decoder, world } = options
  if (options.start) yield [options.start]
  try {
    if (options.bodyKind === 'whole') {
      yield [...decoder.decodeBody(await readJson(body, target))]
    } else {
      const source = createEventReader()
      for (let ended = false; !ended; ) {
        const chunk = await body.nextChunk()
        ended = chunk === undefined
        const batch: GenerateEvent[] = []
        try {
          for (const event of chunk ? source.push(chunk) : source.end()) {
            if (event.data.trim() === '[DONE]') {
              ended = true
              break
            }
            for (const decoded of decodeServerEvent(event, target, world.now(), decoder)) appendEvent(batch, decoded)
          }
        } finally {
          // What came before a fault is still said.
          if (batch.length > 0) yield batch
        }
      }
    }
  } catch (error) {
    if (error instanceof RangeError) throw badResponseError(target, error.message)
    // Once the model has said why it stopped, a broken connection takes nothing but the token counts.
    if (!decoder.finished || signal.aborted || !(error instanceof BrokenConnection)) throw unwrapBrokenConnection(error)
  } finally {
    if (decoder.finished) void body.drain(world)
    else body.close()
  }
  if (signal.aborted) throw cancelledError(target)
  yield [...decoder.finish()]
}

/** Words that came in one read are one event: nobody could have had them sooner, and each event has a long way to go. */
function appendEvent(batch: GenerateEvent[], event: GenerateEvent): void {
  const last = batch.at(-1)
  if ((event.type === 'text' || event.type === 'thinking') && last?.type === event.type) {
    batch[batch.length - 1] = { type: event.type, text: last.text + event.text }
  } else batch.push(event)
}

function decodeServerEvent(
  { event, data }: ServerEvent,
  target: RequestTarget,
  now: number,
  decoder: ResponseDecoder,
): Iterable<GenerateEvent> {
  if (data.trim() === '') return []
  const payload = tryParseJson(data)
  if (event === 'error') throw classifyStreamError(target, payload.ok ? payload.value : data, now)
  if (!payload.ok) throw badResponseError(target, 'a line of its stream is not JSON')
  return decoder.decodeEvent(payload.value)
}
