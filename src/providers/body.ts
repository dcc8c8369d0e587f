import type { World } from '../contract/world.ts'
import { type Asked, badResponse, brokeOff, cancelled } from './failure.ts'
import { json } from './unknown.ts'

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

export async function jsonOf(body: Body, asked: Asked): Promise<unknown> {
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
export class Broken extends Error {}

export function inOurs(error: unknown): unknown {
  return error instanceof Broken ? error.cause : error
}

/** The bytes of a body as they arrive. */
export interface Body {
  readonly signal: AbortSignal
  /** Undefined at the end, and when the signal aborts. Throws `Broken`. */
  next(): Promise<Uint8Array | undefined>
  /** Whoever stops reading before the end closes the connection. */
  close(): void
  /** Reads what is left when all of the answer is there, for a moment: a body read to its end leaves its connection open for the next request. */
  drain(world: Pick<World, 'sleep'>): Promise<void>
}

/** What is waited for, and read, after the last word: mostly the few bytes that end the body. */
const DRAIN_MS = 1_000
const DRAIN_BYTES = 64 * 1024

export function bodyOf(response: Response, asked: Asked, signal: AbortSignal): Body {
  const reader = response.body?.getReader()
  let over = reader === undefined
  let draining = false

  function end(): void {
    signal.removeEventListener('abort', end)
    if (!over) reader?.cancel().catch(() => undefined)
    over = true
  }

  async function next(): Promise<Uint8Array | undefined> {
    if (over || !reader || signal.aborted) return undefined
    try {
      const { done, value } = await reader.read()
      over ||= done
      return value
    } catch (error) {
      throw new Broken('broken', { cause: brokeOff(asked, error, signal) })
    }
  }

  signal.addEventListener('abort', end, { once: true })
  return {
    signal,
    next,
    close() {
      if (!draining) end()
    },
    async drain(world) {
      draining = true
      const drained = new AbortController()
      if (!over) world.sleep(DRAIN_MS, drained.signal).then(end, () => {})
      let left = DRAIN_BYTES
      for (let bytes = await next().catch(nothing); bytes && left > 0; bytes = await next().catch(nothing))
        left -= bytes.length
      drained.abort('drained')
      end()
    },
  }
}

const nothing = (): undefined => undefined
