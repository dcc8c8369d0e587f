import type { World } from '../../contract/world.ts'
import type { RequestTarget } from '../account.ts'
import { badResponseError, cancelledError, classifyBrokenStream } from '../errors/classify.ts'
import { tryParseJson } from './json-access.ts'

/** A whole answer longer than this is not read to its end. */
const MAX_JSON_CHARS = 32 * 1024 * 1024

/**
 * Is this a body that a model's answer can be read from? Asked before `start` is said. Throws `bad_response` where it is
 * neither an event stream nor JSON.
 */
export function detectBodyKind(response: Response, target: RequestTarget): 'stream' | 'whole' {
  const type = response.headers.get('content-type') ?? ''
  if (response.body && /^text\/event-stream\b/i.test(type)) return 'stream'
  if (response.body && /^application\/(?:[\w.-]+\+)?json\b/i.test(type)) return 'whole'
  void response.body?.cancel().catch(() => undefined)
  throw badResponseError(
    target,
    type.startsWith('text/html') ? 'it is a web page' : 'it is neither an event stream nor JSON',
  )
}

/** The body as JSON. Throws `bad_response` where it is empty, too long or no JSON. */
export async function readJsonResponse(
  response: Response,
  target: RequestTarget,
  signal: AbortSignal,
): Promise<unknown> {
  const body = createBodyReader(response, target, signal)
  try {
    return await readJson(body, target)
  } catch (error) {
    throw unwrapBrokenConnection(error)
  } finally {
    body.close()
  }
}

export async function readJson(body: BodyReader, target: RequestTarget): Promise<unknown> {
  const decoder = new TextDecoder()
  let text = ''
  for (let bytes = await body.nextChunk(); bytes; bytes = await body.nextChunk()) {
    text += decoder.decode(bytes, { stream: true })
    if (text.length > MAX_JSON_CHARS) throw badResponseError(target, 'it has no end')
  }
  if (body.signal.aborted) throw cancelledError(target)
  const payload = tryParseJson(text)
  if (!payload.ok) throw badResponseError(target, text.trim() === '' ? 'it is empty' : 'it is not JSON')
  return payload.value
}

/** A connection that broke in the middle, told apart from everything else that may go wrong in the reading. */
export class BrokenConnection extends Error {}

export function unwrapBrokenConnection(error: unknown): unknown {
  return error instanceof BrokenConnection ? error.cause : error
}

/** The bytes of a body as they arrive. */
export interface BodyReader {
  readonly signal: AbortSignal
  /** Undefined at the end, and when the signal aborts. Throws `Broken`. */
  nextChunk(): Promise<Uint8Array | undefined>
  /** Whoever stops reading before the end closes the connection. */
  close(): void
  /** Reads what is left when all of the answer is there, for a moment: a body read to its end leaves its connection open for the next request. */
  drain(world: Pick<World, 'sleep'>): Promise<void>
}

/** What is waited for, and read, after the last word: mostly the few bytes that end the body. */
const DRAIN_MS = 1_000
const MAX_DRAIN_BYTES = 64 * 1024

export function createBodyReader(response: Response, target: RequestTarget, signal: AbortSignal): BodyReader {
  const reader = response.body?.getReader()
  let closed = reader === undefined
  let draining = false

  function closeReader(): void {
    signal.removeEventListener('abort', closeReader)
    if (!closed) reader?.cancel().catch(() => undefined)
    closed = true
  }

  async function nextChunk(): Promise<Uint8Array | undefined> {
    if (closed || !reader || signal.aborted) return undefined
    try {
      const { done, value } = await reader.read()
      closed ||= done
      return value
    } catch (error) {
      throw new BrokenConnection('broken', { cause: classifyBrokenStream(target, error, signal) })
    }
  }

  signal.addEventListener('abort', closeReader, { once: true })
  return {
    signal,
    nextChunk,
    close() {
      if (!draining) closeReader()
    },
    async drain(world) {
      draining = true
      const drained = new AbortController()
      if (!closed) world.sleep(DRAIN_MS, drained.signal).then(closeReader, () => {})
      let remainingBytes = MAX_DRAIN_BYTES
      for (
        let bytes = await nextChunk().catch(toUndefined);
        bytes && remainingBytes > 0;
        bytes = await nextChunk().catch(toUndefined)
      )
        remainingBytes -= bytes.length
      drained.abort('drained')
      closeReader()
    },
  }
}

const toUndefined = (): undefined => undefined
