import type { GenerateEvent } from '../contract/generate.ts'
import type { World } from '../contract/world.ts'
import { type Asked, badResponse, brokeOff, cancelled, refusedInStream } from './failure.ts'
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
    readonly world: Pick<World, 'now'>
    readonly reading: Reading
  },
): AsyncGenerator<GenerateEvent, void, undefined> {
  const { asked, signal, reading, world } = on
  const body = bodyOf(response, asked, signal)
  try {
    if (on.as === 'whole') {
      for (const event of reading.whole(await jsonOf(body, asked))) yield event
    } else {
      const events = eventReader()
      for (let ended = false; !ended; ) {
        const bytes = await body.next()
        ended = bytes === undefined
        for (const event of bytes ? events.push(bytes) : events.end()) {
          if (event.data.trim() === '[DONE]') {
            ended = true
            break
          }
          for (const one of meant(event, asked, world.now(), reading)) yield one
        }
      }
    }
  } catch (error) {
    if (error instanceof RangeError) throw badResponse(asked, error.message)
    // Once the model has said why it stopped, a broken connection takes nothing but the token counts.
    if (!reading.finished || signal.aborted || !(error instanceof Broken)) throw inOurs(error)
  } finally {
    body.close()
  }
  if (signal.aborted) throw cancelled(asked)
  for (const event of reading.end()) yield event
}

function meant({ event, data }: ServerEvent, asked: Asked, now: number, reading: Reading): Iterable<GenerateEvent> {
  if (data.trim() === '') return []
  const payload = json(data)
  if (event === 'error') throw refusedInStream(asked, payload.ok ? payload.value : data, now)
  if (!payload.ok) throw badResponse(asked, 'a line of its stream is not JSON')
  return reading.read(payload.value)
}

/** The body as JSON. Throws `bad_response` where it is empty, too long or no JSON. */
export async function wholeJson(response: Response, asked: Asked, signal: AbortSignal): Promise<unknown> {
  const body = bodyOf(response, asked, signal)
  try {
    return await jsonOf(body, asked)
  } catch (error) {
    throw inOurs(error)
  } finally {
    body.close()
  }
}

async function jsonOf(body: Body, asked: Asked): Promise<unknown> {
  const decoder = new TextDecoder()
  let text = ''
  for (let bytes = await body.next(); bytes; bytes = await body.next()) {
    text += decoder.decode(bytes, { stream: true })
    if (text.length > WHOLE_LIMIT) throw badResponse(asked, 'it has no end')
  }
  if (body.signal.aborted) throw cancelled(asked)
  const payload = json(text)
  if (!payload.ok) throw badResponse(asked, text.trim() === '' ? 'it is empty' : 'it is not JSON')
  return payload.value
}

/** A connection that broke in the middle, told apart from everything else that may go wrong in the reading. */
class Broken extends Error {}

function inOurs(error: unknown): unknown {
  return error instanceof Broken ? error.cause : error
}

/** The bytes of a body as they arrive. */
interface Body {
  readonly signal: AbortSignal
  /** Undefined at the end, and when the signal aborts. Throws `Broken`. */
  next(): Promise<Uint8Array | undefined>
  /** Whoever stops reading before the end closes the connection. */
  close(): void
}

function bodyOf(response: Response, asked: Asked, signal: AbortSignal): Body {
  const reader = response.body?.getReader()
  let over = reader === undefined
  const cancel = (): void => void reader?.cancel().catch(() => undefined)
  const close = (): void => {
    signal.removeEventListener('abort', close)
    if (!over) cancel()
    over = true
  }
  signal.addEventListener('abort', close, { once: true })
  return {
    signal,
    close,
    async next() {
      if (over || !reader || signal.aborted) return undefined
      try {
        const { done, value } = await reader.read()
        over ||= done
        return value
      } catch (error) {
        throw new Broken('broken', { cause: brokeOff(asked, error, signal) })
      }
    },
  }
}
