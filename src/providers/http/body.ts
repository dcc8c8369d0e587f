import type { World } from '../../contract/world.ts'
import type { RequestTarget } from '../account.ts'
import { badResponseError, cancelledError, classifyBrokenStream } from '../errors/classify.ts'
import { tryParseJson } from './json-access.ts'

/** UTF-16 units of a body that is read as one JSON value, few enough that parsing it stays below 50 ms. */
const MAX_JSON_CHARS = 4 * 1024 * 1024

/** The longest beginning that tells the kinds of body apart: `event:`, after white space. */
const HEAD_BYTES = 64

/**
 * The kind of a body by its first bytes, which stay in the reader. Where they do not tell, an event stream by its type is
 * one. Throws `bad_response` for a body that is neither an event stream nor JSON.
 */
export async function detectBodyKind(
  body: BodyReader,
  contentType: string,
  target: RequestTarget,
): Promise<'stream' | 'whole'> {
  const isStreamType = /^text\/event-stream\b/i.test(contentType)
  let head = ''
  const chunks: Uint8Array[] = []
  for (let bytes = 0; head.length < 6 && bytes < HEAD_BYTES; ) {
    const chunk = await body.nextChunk()
    if (!chunk) break
    chunks.push(chunk)
    bytes += chunk.length
    head = new TextDecoder().decode(Buffer.concat(chunks)).trimStart()
    if (/^[{[<:]/.test(head)) break
  }
  body.unread(chunks)
  if (/^[{[]/.test(head)) return 'whole'
  if (isStreamType || /^(?::|(?:data|event|id|retry):)/.test(head)) return 'stream'
  if (body.signal.aborted) throw cancelledError(target)
  if (head === '' && /\bjson\b/i.test(contentType)) return 'whole'
  const isPage = /^</.test(head) || contentType.startsWith('text/html')
  throw badResponseError(target, isPage ? 'it is a web page' : 'it is neither an event stream nor JSON')
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

/** A connection that broke within the body, in contrast to every other error of reading it. */
export class BrokenConnection extends Error {}

export function unwrapBrokenConnection(error: unknown): unknown {
  return error instanceof BrokenConnection ? error.cause : error
}

/** The bytes of a body as they arrive. */
export interface BodyReader {
  readonly signal: AbortSignal
  /** Undefined at the end, and when the signal aborts. Throws `BrokenConnection`. */
  nextChunk(): Promise<Uint8Array | undefined>
  /** Puts chunks back, to be read again. */
  unread(chunks: readonly Uint8Array[]): void
  /** Closes the connection, where the body was not read to its end. */
  close(): void
  /** Reads the rest of a body whose answer is whole, for a moment, because only then is its connection used again. */
  drain(world: Pick<World, 'sleep'>): Promise<void>
}

/** How long and how much of the rest is read: mostly it is the few bytes that end the body. */
const DRAIN_MS = 1_000
const MAX_DRAIN_BYTES = 64 * 1024

export function createBodyReader(response: Response, target: RequestTarget, signal: AbortSignal): BodyReader {
  const reader = response.body?.getReader()
  const unreadChunks: Uint8Array[] = []
  let closed = reader === undefined
  let draining = false

  function closeReader(): void {
    signal.removeEventListener('abort', closeReader)
    if (!closed) reader?.cancel().catch(() => undefined)
    closed = true
  }

  async function nextChunk(): Promise<Uint8Array | undefined> {
    const unread = unreadChunks.shift()
    if (unread) return unread
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
    unread: (chunks) => void unreadChunks.unshift(...chunks),
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
