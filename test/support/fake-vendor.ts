import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A real HTTP server that speaks the vendors' streaming wires, byte for byte as they do, and answers by script. */
export interface FakeVendor {
  /** `http://127.0.0.1:port`, without a path. */
  readonly origin: string
  readonly requests: readonly VendorRequest[]
  close(): Promise<void>
}

export interface VendorRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Readonly<Record<string, unknown>>
  /** True once the client has gone before the answer was over. */
  disconnected: boolean
}

/** The answer to one request. */
export type VendorResponse =
  | { readonly text: string; readonly usage?: TokenCounts; readonly chunkMs?: number }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly error?: unknown }
  /** Headers and then nothing. */
  | 'hang'
  /** The test writes the response itself. */
  | { readonly raw: (response: ServerResponse, asked: VendorRequest) => void | Promise<void> }

/** As the wire counts: on Messages `input` leaves out cached and written, elsewhere it is all input. */
export interface TokenCounts {
  readonly input: number
  readonly cached?: number
  readonly written?: number
  readonly output: number
  readonly reasoning?: number
}

type Responder = (asked: VendorRequest, nth: number) => VendorResponse

/** Starts on a free port of 127.0.0.1. `script` answers each request; `nth` counts from 0. */
export async function startFakeVendor(script: Responder): Promise<FakeVendor> {
  const asked: VendorRequest[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    request.on('end', () => {
      const one: VendorRequest = {
        path: request.url ?? '',
        headers: request.headers,
        body: text ? JSON.parse(text) : {},
        disconnected: false,
      }
      asked.push(one)
      response.on('close', () => {
        one.disconnected = !response.writableFinished
      })
      sendResponse(response, one, script(one, asked.length - 1)).catch(() => response.destroy())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    requests: asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function sendResponse(response: ServerResponse, asked: VendorRequest, play: VendorResponse): Promise<void> {
  if (play === 'hang') {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    return
  }
  if ('raw' in play) return play.raw(response, asked)
  if ('status' in play) {
    response.writeHead(play.status, { 'content-type': 'application/json', ...play.headers })
    response.end(JSON.stringify(play.error ?? { error: { message: 'scripted failure', type: 'test', code: null } }))
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const counts = play.usage ?? { input: 10, output: 5 }
  const pieces = play.text.match(/[\s\S]{1,8}/g) ?? ['']
  const { opening, texts, closing } = streamEvents(asked, pieces, counts)
  for (const event of [...opening, ...texts, ...closing]) {
    if (response.destroyed) return
    response.write(event)
    if (play.chunkMs) await new Promise((resolve) => setTimeout(resolve, play.chunkMs))
  }
  response.end()
}

/** The events of a streamed answer, as the wire of its request writes them. */
export interface StreamEvents {
  /** The events before the first word. */
  readonly opening: readonly string[]
  /** One for each piece of the text. */
  readonly texts: readonly string[]
  /** The finish reason, the counts where there are any, and the wire's own end. */
  readonly closing: readonly string[]
}

export function streamEvents(
  { path, body }: Pick<VendorRequest, 'path' | 'body'>,
  pieces: readonly string[],
  counts?: TokenCounts,
  finish: 'stop' | 'content_filter' = 'stop',
): StreamEvents {
  return WIRES[detectWire(path)](String(body['model'] ?? ''), pieces, counts, finish)
}

export function detectWire(path: string): keyof typeof WIRES {
  if (path.includes('/responses')) return 'responses'
  return path.includes('/messages') ? 'messages' : 'chat'
}

const dataEvent = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`
const namedEvent = (value: { readonly type: string; readonly [more: string]: unknown }): string =>
  `event: ${value.type}\n${dataEvent(value)}`

type WireWriter = (
  model: string,
  pieces: readonly string[],
  counts: TokenCounts | undefined,
  finish: 'stop' | 'content_filter',
) => StreamEvents

const WIRES = {
  chat(model, pieces, counts, finish) {
    const chunk = (more: object) => dataEvent({ id: 'c1', object: 'chat.completion.chunk', created: 1, model, ...more })
    const usage = counts && {
      prompt_tokens: counts.input,
      completion_tokens: counts.output,
      total_tokens: counts.input + counts.output,
      prompt_tokens_details: { cached_tokens: counts.cached ?? 0 },
      completion_tokens_details: { reasoning_tokens: counts.reasoning ?? 0 },
    }
    return {
      opening: [chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] })],
      texts: pieces.map((content) => chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })),
      closing: [
        chunk({ choices: [{ index: 0, delta: {}, finish_reason: finish }] }),
        ...(usage ? [chunk({ choices: [], usage })] : []),
        'data: [DONE]\n\n',
      ],
    }
  },
  responses(model, pieces, counts, finish) {
    let sequence_number = 0
    const event = (type: string, more: object) => namedEvent({ type, sequence_number: sequence_number++, ...more })
    const response = { id: 'r1', object: 'response', created_at: 1, model, status: 'in_progress', output: [] }
    const item = { id: 'm1', type: 'message', role: 'assistant', status: 'in_progress', content: [] }
    const at = { item_id: 'm1', output_index: 0, content_index: 0 }
    const text = pieces.join('')
    const done = { ...item, status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] }
    const usage = counts && {
      input_tokens: counts.input,
      input_tokens_details: { cached_tokens: counts.cached ?? 0 },
      output_tokens: counts.output,
      output_tokens_details: { reasoning_tokens: counts.reasoning ?? 0 },
      total_tokens: counts.input + counts.output,
    }
    const ended =
      finish === 'stop'
        ? { status: 'completed', output: [done] }
        : { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }
    return {
      opening: [
        event('response.created', { response }),
        event('response.in_progress', { response }),
        event('response.output_item.added', { output_index: 0, item }),
        event('response.content_part.added', { ...at, part: { type: 'output_text', text: '', annotations: [] } }),
      ],
      texts: pieces.map((delta) => event('response.output_text.delta', { ...at, delta })),
      closing: [
        event('response.output_text.done', { ...at, text }),
        event('response.output_item.done', { output_index: 0, item: done }),
        event(finish === 'stop' ? 'response.completed' : 'response.incomplete', {
          response: { ...response, ...ended, ...(usage && { usage }) },
        }),
      ],
    }
  },
  messages(model, pieces, counts, finish) {
    const usage = counts && {
      input_tokens: counts.input,
      cache_read_input_tokens: counts.cached ?? 0,
      cache_creation_input_tokens: counts.written ?? 0,
      output_tokens: 1,
    }
    const message = {
      id: 'm1',
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      ...(usage && { usage }),
    }
    const delta = { stop_reason: finish === 'stop' ? 'end_turn' : 'refusal', stop_sequence: null }
    return {
      opening: [
        namedEvent({ type: 'message_start', message }),
        namedEvent({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
      ],
      texts: pieces.map((text) =>
        namedEvent({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
      ),
      closing: [
        namedEvent({ type: 'content_block_stop', index: 0 }),
        namedEvent({ type: 'message_delta', delta, ...(counts && { usage: { output_tokens: counts.output } }) }),
        namedEvent({ type: 'message_stop' }),
      ],
    }
  },
} as const satisfies Record<string, WireWriter>
