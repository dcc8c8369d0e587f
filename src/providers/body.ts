import type { GenerateEvent } from '../contract/generate.ts'
import { type Asked, badResponse, brokeOff, cancelled, refusedInStream } from './failure.ts'
import { serverEvents } from './sse.ts'
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

/** A whole answer longer than this is not read to its end. */
const WHOLE_LIMIT = 32 * 1024 * 1024

/**
 * Is this a body that a model's answer can be read from? Asked before `start` is said. Throws `bad_response` where it is
 * neither an event stream nor JSON.
 */
export function kindOf(response: Response, asked: Asked): 'stream' | 'whole' {
  const type = response.headers.get('content-type') ?? ''
  if (response.body && /^text\/event-stream\b/i.test(type)) return 'stream'
  if (response.body && /^application\/(?:[\w.-]+\+)?json\b/i.test(type)) return 'whole'
  void response.body?.cancel().catch(() => undefined)
  throw badResponse(asked, type.startsWith('text/html') ? 'it is a web page' : 'it is neither an event stream nor JSON')
}

/**
 * Reads an answer to its end. A server that answers a streaming request with a whole JSON body is taken at its word: a
 * stream of one. Throws `GenerateError`: `cancelled`, `bad_response`, or what an error inside the stream says.
 */
export async function* readAnswer(
  response: Response,
  on: {
    readonly as: 'stream' | 'whole'
    readonly asked: Asked
    readonly signal: AbortSignal
    readonly now: () => number
    readonly reading: Reading
  },
): AsyncGenerator<GenerateEvent, void, undefined> {
  const { asked, signal, reading } = on
  try {
    if (on.as === 'whole') yield* reading.whole(await wholeJson(response, asked, signal))
    else yield* streamed(response, on)
  } catch (error) {
    if (error instanceof RangeError) throw badResponse(asked, error.message)
    // Once the model has said why it stopped, a broken connection takes nothing but the token counts.
    if (!reading.finished || signal.aborted || !(error instanceof Broken)) throw inOurs(error)
  }
  if (signal.aborted) throw cancelled(asked)
  yield* reading.end()
}

async function* streamed(
  response: Response,
  { asked, signal, now, reading }: Parameters<typeof readAnswer>[1],
): AsyncGenerator<GenerateEvent, void, undefined> {
  for await (const { event, data } of serverEvents(received(response, asked, signal))) {
    if (data.trim() === '[DONE]') return
    if (data.trim() === '') continue
    const payload = json(data)
    if (event === 'error') throw refusedInStream(asked, payload.ok ? payload.value : data, now())
    if (!payload.ok) throw badResponse(asked, 'a line of its stream is not JSON')
    yield* reading.read(payload.value)
  }
}

/** The body as JSON. Throws `bad_response` where it is empty, too long or no JSON. */
export async function wholeJson(response: Response, asked: Asked, signal: AbortSignal): Promise<unknown> {
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const piece of received(response, asked, signal)) {
      text += decoder.decode(piece, { stream: true })
      if (text.length > WHOLE_LIMIT) throw badResponse(asked, 'it has no end')
    }
  } catch (error) {
    throw inOurs(error)
  }
  if (signal.aborted) throw cancelled(asked)
  const payload = json(text)
  if (!payload.ok) throw badResponse(asked, text.trim() === '' ? 'it is empty' : 'it is not JSON')
  return payload.value
}

/** A connection that broke in the middle, told apart from everything else that may go wrong in the reading. */
class Broken extends Error {}

async function* received(response: Response, asked: Asked, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* bytesOf(response, signal)
  } catch (error) {
    throw new Broken('broken', { cause: brokeOff(asked, error, signal) })
  }
}

function inOurs(error: unknown): unknown {
  return error instanceof Broken ? error.cause : error
}

/** The bytes of a body as they arrive. Ends when the signal aborts; whoever stops reading early closes the connection. */
export async function* bytesOf(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = response.body?.getReader()
  if (!reader) return
  const close = (): void => void reader.cancel().catch(() => undefined)
  signal.addEventListener('abort', close, { once: true })
  try {
    if (signal.aborted) return
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value
  } finally {
    signal.removeEventListener('abort', close)
    close()
  }
}
