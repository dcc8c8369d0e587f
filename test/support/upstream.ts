import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A real HTTP server that speaks the vendors' streaming wires, byte for byte as they do, and does what it is told. */
export interface Upstream {
  /** `http://127.0.0.1:port`, without a path. */
  readonly origin: string
  readonly asked: readonly Asked[]
  close(): Promise<void>
}

export interface Asked {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Readonly<Record<string, unknown>>
  /** True once the client has gone before the answer was over. */
  gone: boolean
}

/** What to do with one request. */
export type Play =
  | { readonly text: string; readonly usage?: Counts; readonly chunkMs?: number }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly error?: unknown }
  /** Headers and then nothing. */
  | 'hang'

/** As the wire counts: on Messages `input` leaves out cached and written, elsewhere it is all input. */
export interface Counts {
  readonly input: number
  readonly cached?: number
  readonly written?: number
  readonly output: number
  readonly reasoning?: number
}

type Script = (asked: Asked, nth: number) => Play

/** Stands on a free port of 127.0.0.1. `script` decides for each request; `nth` counts from 0. */
export async function upstream(script: Script): Promise<Upstream> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    request.on('end', () => {
      const one: Asked = {
        path: request.url ?? '',
        headers: request.headers,
        body: text ? JSON.parse(text) : {},
        gone: false,
      }
      asked.push(one)
      response.on('close', () => {
        one.gone = !response.writableFinished
      })
      answer(response, one, script(one, asked.length - 1)).catch(() => response.destroy())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(response: ServerResponse, asked: Asked, play: Play): Promise<void> {
  if (play === 'hang') {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    return
  }
  if ('status' in play) {
    response.writeHead(play.status, { 'content-type': 'application/json', ...play.headers })
    response.end(JSON.stringify(play.error ?? { error: { message: 'told to fail', type: 'test', code: null } }))
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const counts = play.usage ?? { input: 10, output: 5 }
  const pieces = play.text.match(/[\s\S]{1,8}/g) ?? ['']
  for (const event of WIRES[wireOf(asked.path)](String(asked.body['model'] ?? ''), pieces, counts)) {
    if (response.destroyed) return
    response.write(event)
    if (play.chunkMs) await new Promise((resolve) => setTimeout(resolve, play.chunkMs))
  }
  response.end()
}

function wireOf(path: string): keyof typeof WIRES {
  if (path.includes('/responses')) return 'responses'
  return path.includes('/messages') ? 'messages' : 'chat'
}

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`
const named = (value: { readonly type: string }): string => `event: ${value.type}\n${data(value)}`

const WIRES = {
  *chat(model: string, pieces: readonly string[], counts: Counts) {
    const chunk = (more: object) => data({ id: 'c1', object: 'chat.completion.chunk', created: 1, model, ...more })
    yield chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] })
    for (const content of pieces) yield chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })
    yield chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
    const usage = {
      prompt_tokens: counts.input,
      completion_tokens: counts.output,
      total_tokens: counts.input + counts.output,
      prompt_tokens_details: { cached_tokens: counts.cached ?? 0 },
      completion_tokens_details: { reasoning_tokens: counts.reasoning ?? 0 },
    }
    yield chunk({ choices: [], usage })
    yield 'data: [DONE]\n\n'
  },
  *responses(model: string, pieces: readonly string[], counts: Counts) {
    let sequence_number = 0
    const event = (type: string, more: object) =>
      named({ type, sequence_number: sequence_number++, ...more } as { type: string })
    const response = { id: 'r1', object: 'response', created_at: 1, model, status: 'in_progress', output: [] }
    yield event('response.created', { response })
    yield event('response.in_progress', { response })
    const item = { id: 'm1', type: 'message', role: 'assistant', status: 'in_progress', content: [] }
    yield event('response.output_item.added', { output_index: 0, item })
    const at = { item_id: 'm1', output_index: 0, content_index: 0 }
    yield event('response.content_part.added', { ...at, part: { type: 'output_text', text: '', annotations: [] } })
    for (const delta of pieces) yield event('response.output_text.delta', { ...at, delta })
    const text = pieces.join('')
    yield event('response.output_text.done', { ...at, text })
    const done = { ...item, status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] }
    yield event('response.output_item.done', { output_index: 0, item: done })
    const usage = {
      input_tokens: counts.input,
      input_tokens_details: { cached_tokens: counts.cached ?? 0 },
      output_tokens: counts.output,
      output_tokens_details: { reasoning_tokens: counts.reasoning ?? 0 },
      total_tokens: counts.input + counts.output,
    }
    yield event('response.completed', { response: { ...response, status: 'completed', output: [done], usage } })
  },
  *messages(model: string, pieces: readonly string[], counts: Counts) {
    const usage = {
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
      usage,
    }
    yield named({ type: 'message_start', message } as { type: string })
    yield named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } } as {
      type: string
    })
    for (const text of pieces)
      yield named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } } as { type: string })
    yield named({ type: 'content_block_stop', index: 0 } as { type: string })
    const delta = { stop_reason: 'end_turn', stop_sequence: null }
    yield named({ type: 'message_delta', delta, usage: { output_tokens: counts.output } } as { type: string })
    yield named({ type: 'message_stop' })
  },
} as const
