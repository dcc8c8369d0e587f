import type { GenerateEvent, Usage } from '../../contract/generate.ts'
import { type EventStream, flattenBatches } from '../../contract/stream.ts'
import type { World } from '../../contract/world.ts'
import type { RequestTarget } from '../account.ts'
import { badResponseError, cancelledError, classifyStreamError } from '../errors/classify.ts'
import {
  type BodyReader,
  BrokenConnection,
  createBodyReader,
  detectBodyKind,
  readJson,
  unwrapBrokenConnection,
} from './body.ts'
import { tryParseJson } from './json-access.ts'
import { COMMENT, createEventReader, type ServerEvent } from './sse.ts'

/** Turns the events of a wire, one at a time, into ours. Throws `GenerateError`. */
export interface ResponseDecoder {
  /** One event of a stream, parsed. */
  decodeEvent(payload: unknown): Iterable<GenerateEvent>
  /** A whole answer in one JSON body. */
  decodeBody(payload: unknown): Iterable<GenerateEvent>
  /** `[DONE]` arrived. */
  markDone?(): void
  /** `finished`: all of the text is there, and only counts may follow. `complete`: nothing follows. */
  readonly state: 'open' | 'finished' | 'complete'
  /** The `end`, after events that were held back for it. Throws `bad_response` where the answer is not whole. */
  finish(): Iterable<GenerateEvent>
}

export interface DecodeOptions {
  readonly target: RequestTarget
  readonly signal: AbortSignal
  readonly world: Pick<World, 'now' | 'sleep'>
  readonly decoder: ResponseDecoder
  readonly start?: GenerateEvent
  /** The request's bound, which bounds the answer's size as well. Absent: only the flat bounds hold. */
  readonly maxOutputTokens?: number | undefined
}

/**
 * Reads an answer to its end, after `start` where that is given. The first bytes of the body decide whether it is an
 * event stream or one JSON value, because its type may be wrong. Throws `GenerateError`: `cancelled`, `bad_response`, or
 * the failure that an error inside the stream reports.
 */
export function decodeResponse(response: Response, options: DecodeOptions): EventStream {
  const body = createBodyReader(response, options.target, options.signal)
  return flattenBatches(decodeBatches(body, response.headers.get('content-type') ?? '', options), body.close)
}

type Batches = AsyncGenerator<readonly GenerateEvent[], void>

/** The events that each read of the body completes. */
async function* decodeBatches(body: BodyReader, contentType: string, options: DecodeOptions): Batches {
  const { target, signal, decoder, world } = options
  const counts = createCountCheck()
  if (options.start) yield [options.start]
  try {
    const kind = await detectBodyKind(body, contentType, target)
    const batches = kind === 'whole' ? decodeWhole(body, options) : decodeStream(body, options)
    for await (const batch of batches) yield counts.check(batch)
  } catch (error) {
    if (error instanceof RangeError) throw badResponseError(target, error.message)
    // After the finish reason, a broken connection loses nothing but the token counts.
    if (decoder.state === 'open' || signal.aborted || !(error instanceof BrokenConnection))
      throw unwrapBrokenConnection(error)
  } finally {
    if (decoder.state === 'open') body.close()
    else void body.drain(world)
  }
  if (signal.aborted) throw cancelledError(target)
  yield counts.check([...decoder.finish()])
}

async function* decodeWhole(body: BodyReader, { decoder, target }: DecodeOptions): Batches {
  yield [...decoder.decodeBody(await readJson(body, target))]
}

/** How long counts are waited for once the model has said why it stopped. */
const FINISH_WAIT_MS = 2_000

async function* decodeStream(body: BodyReader, options: DecodeOptions): Batches {
  const { target, decoder, world } = options
  const source = createEventReader()
  const addToSize = createSizeCheck(options)
  let started = options.start !== undefined
  for (let ended = false; !ended; ) {
    const chunk = decoder.state === 'finished' ? await nextChunkWithin(body, world) : await body.nextChunk()
    ended = chunk === undefined
    const batch: GenerateEvent[] = []
    let isAlive = false
    try {
      for (const event of chunk ? source.push(chunk) : source.end()) {
        isAlive = true
        if (event.data.trim() === '[DONE]') {
          decoder.markDone?.()
          ended = true
          break
        }
        for (const decoded of decodeServerEvent(event, options)) appendEvent(batch, decoded)
        ended ||= decoder.state === 'complete'
        if (ended && chunk) break
      }
      started ||= batch[0]?.type === 'start'
      if (batch.length === 0 && isAlive && started && !ended) batch.push({ type: 'ping' })
      addToSize(chunk?.length ?? 0, batch)
    } finally {
      // Events before a fault still count.
      if (batch.length > 0) yield batch
    }
  }

  async function nextChunkWithin(from: BodyReader, { sleep }: Pick<World, 'sleep'>): Promise<Uint8Array | undefined> {
    const arrived = new AbortController()
    const timeout = sleep(FINISH_WAIT_MS, arrived.signal).catch(() => undefined)
    try {
      return (await Promise.race([from.nextChunk(), timeout])) ?? undefined
    } finally {
      arrived.abort()
    }
  }

  function decodeServerEvent({ event, data }: ServerEvent, { world }: DecodeOptions): Iterable<GenerateEvent> {
    if (event === COMMENT || data.trim() === '') return []
    const payload = tryParseJson(data)
    if (event === 'error') throw classifyStreamError(target, payload.ok ? payload.value : data, world.now())
    if (payload.ok) return decoder.decodeEvent(payload.value)
    const lines = data.split('\n').filter((line) => line.trim() !== '')
    // Some servers end an event with one newline, so that several arrive as the lines of one.
    if (lines.length > 1) return lines.flatMap((line) => [...decodeServerEvent({ event, data: line }, { ...options })])
    if (lines[0]?.trim() === '[DONE]') {
      decoder.markDone?.()
      return []
    }
    // Plain words between the events are a keep-alive like a comment.
    if (!/^\s*[{["]/.test(data)) return []
    throw badResponseError(target, 'a line of its stream is not JSON')
  }
}

/**
 * Merges the text deltas of one network read into one event, because splitting them would not deliver any of them
 * earlier, and every event passes all layers of the router.
 */
function appendEvent(batch: GenerateEvent[], event: GenerateEvent): void {
  const last = batch.at(-1)
  if ((event.type === 'text' || event.type === 'thinking') && last?.type === event.type) {
    batch[batch.length - 1] = { type: event.type, text: last.text + event.text }
  } else if (event.type !== 'ping') batch.push(event)
}

/** Tokens of long runs of spaces have the most characters; this is above what real answers average. */
const MAX_CHARS_PER_TOKEN = 32
const EXTRA_CHARS = 64 * 1024
/** Flat bounds of one answer: its text where no bound was set, its reasoning, and its bytes on the wire. */
const MAX_TEXT_CHARS = 8 * 1024 * 1024
const MAX_STREAM_BYTES = 512 * 1024 * 1024

/** Throws `bad_response` once an answer is far longer than it was allowed to be. */
function createSizeCheck({ target, maxOutputTokens }: DecodeOptions) {
  const maxTextChars = Math.min(
    MAX_TEXT_CHARS,
    maxOutputTokens === undefined ? MAX_TEXT_CHARS : maxOutputTokens * MAX_CHARS_PER_TOKEN + EXTRA_CHARS,
  )
  const max = { text: maxTextChars, thinking: MAX_TEXT_CHARS, bytes: MAX_STREAM_BYTES }
  const size = { text: 0, thinking: 0, bytes: 0 }
  return (bytes: number, batch: readonly GenerateEvent[]): void => {
    size.bytes += bytes
    for (const event of batch) {
      if (event.type === 'text' || event.type === 'thinking') size[event.type] += event.text.length
    }
    if (size.text > max.text || size.thinking > max.thinking || size.bytes > max.bytes)
      throw badResponseError(target, 'it is far longer than it was allowed to be')
  }
}

/** Removes counts of zero that the answer contradicts, because a zero there means that nothing was counted. */
function createCountCheck() {
  let hasOutput = false
  return {
    check: (batch: readonly GenerateEvent[]): readonly GenerateEvent[] =>
      batch.map((event) => {
        hasOutput ||= event.type === 'call' || (event.type !== 'start' && 'text' in event && event.text !== '')
        return (event.type === 'start' || event.type === 'end') && event.usage
          ? { ...event, usage: withoutFalseZeros(event.usage, hasOutput) }
          : event
      }),
  }
}

function withoutFalseZeros({ inputTokens, outputTokens, ...rest }: Usage, hasOutput: boolean): Usage {
  return {
    ...(inputTokens !== undefined && inputTokens > 0 && { inputTokens }),
    ...rest,
    ...(outputTokens !== undefined && (outputTokens > 0 || !hasOutput) && { outputTokens }),
  }
}
