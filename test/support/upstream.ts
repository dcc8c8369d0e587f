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
  /** Whatever the test does with the response itself. */
  | { readonly raw: (response: ServerResponse, asked: Asked) => void | Promise<void> }

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
  if ('raw' in play) return play.raw(response, asked)
  if ('status' in play) {
    response.writeHead(play.status, { 'content-type': 'application/json', ...play.headers })
    response.end(JSON.stringify(play.error ?? { error: { message: 'told to fail', type: 'test', code: null } }))
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const counts = play.usage ?? { input: 10, output: 5 }
  const pieces = play.text.match(/[\s\S]{1,8}/g) ?? ['']
  const { opening, texts, closing } = eventsOf(asked, pieces, counts)
  for (const event of [...opening, ...texts, ...closing]) {
    if (response.destroyed) return
    response.write(event)
    if (play.chunkMs) await new Promise((resolve) => setTimeout(resolve, play.chunkMs))
  }
  response.end()
}

/** The events of a streamed answer, as the wire of its request writes them. */
export interface Events {
  /** What comes before the first word. */
  readonly opening: readonly string[]
  /** One for each piece of the text. */
  readonly texts: readonly string[]
  /** Why it stopped, the counts where there are any, and the wire's own end. */
  readonly closing: readonly string[]
}

export function eventsOf(
  { path, body }: Pick<Asked, 'path' | 'body'>,
  pieces: readonly string[],
  counts?: Counts,
  finish: 'stop' | 'content_filter' = 'stop',
): Events {
  return WIRES[wireOf(path)](String(body['model'] ?? ''), pieces, counts, finish)
}

export function wireOf(path: string): keyof typeof WIRES {
  if (path.includes('/responses')) return 'responses'
  return path.includes('/messages') ? 'messages' : 'chat'
}

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`
const named = (value: { readonly type: string; readonly [more: string]: unknown }): string =>
  `event: ${value.type}\n${data(value)}`

type Write = (
  model: string,
  pieces: readonly string[],
  counts: Counts | undefined,
  finish: 'stop' | 'content_filter',
) => Events

const WIRES = {
  chat(model, pieces, counts, finish) {
    const chunk = (more: object) => data({ id: 'c1', object: 'chat.completion.chunk', created: 1, model, ...more })
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
    const event = (type: string, more: object) => named({ type, sequence_number: sequence_number++, ...more })
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
        named({ type: 'message_start', message }),
        named({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
      ],
      texts: pieces.map((text) =>
        named({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
      ),
      closing: [
        named({ type: 'content_block_stop', index: 0 }),
        named({ type: 'message_delta', delta, ...(counts && { usage: { output_tokens: counts.output } }) }),
        named({ type: 'message_stop' }),
      ],
    }
  },
} as const satisfies Record<string, Write>
