import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import {
  detectWire,
  type StreamEvents,
  streamEvents,
  type VendorRequest,
  type VendorResponse,
} from '../support/fake-vendor.ts'

/**
 * The faults between a client and a vendor, as data. Each plays itself on a real HTTP response, in the words and events of
 * the wire of the request; `test/support/fake-vendor.ts` is the server: `startFakeVendor(() => faultResponse(fault))`.
 */
export interface Fault {
  readonly name: string
  /** Undefined: no server listens (`unreachableOrigin`). */
  readonly respond: ((response: ServerResponse, asked: VendorRequest) => void | Promise<void>) | undefined
  /** The failure kind that a client should report. */
  readonly kind: 'ok' | Kind
  /** How often a client that tries three times should ask, when the fault does not pass. */
  readonly expectedRequests: number
  /** Some of the answer's text came before the fault. */
  readonly afterContent?: true
  /** Only on this wire; absent: on all. */
  readonly wire?: FaultWire
}

type Kind =
  | 'rate_limited'
  | 'quota_exhausted'
  | 'overloaded'
  | 'auth'
  | 'unknown_model'
  | 'context_too_long'
  | 'filtered'
  | 'unreachable'
  | 'timeout'
  | 'bad_response'

export type FaultWire = ReturnType<typeof detectWire>

/** The answer that every upstream here gives or begins to give. Some characters take two to four bytes. */
export const ANSWER =
  'When the lamp was lit, the whole coast from Brest to Ærø could see it – ten miles of surf.\n\nThe keeper wrote: ' +
  '灯台が光る。 🗼 Then she slept; no one came, and nothing broke.\n'
const PIECES: readonly string[] = ANSWER.match(/[\s\S]{1,7}/gu) ?? []
/** The part of the answer that is sent before a fault in the middle: seven pieces, ending within a word. */
export const SENT_PIECES = PIECES.slice(0, 7)
export const TOKEN_COUNTS = { input: 40, output: 60 } as const

export function faultResponse(fault: Fault): VendorResponse {
  const { respond } = fault
  if (!respond) throw new Error(`${fault.name} has no upstream: use unreachableOrigin`)
  return { raw: respond }
}

/** An address of this machine at which no server listens. */
export async function unreachableOrigin(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}

/** A healthy upstream: the whole answer, or the rest of it after the assistant's text in the request. */
export function healthyResponse({ body }: VendorRequest): VendorResponse {
  const said = assistantText(body)
  const rest = ANSWER.startsWith(said) ? ANSWER.slice(said.length) : ANSWER
  return { text: rest, usage: TOKEN_COUNTS }
}

/** The assistant's text in a request of any wire. */
function assistantText(body: VendorRequest['body']): string {
  const messages = [body['messages'], body['input']].find(Array.isArray) ?? []
  return (messages as readonly { role?: string; content?: string | readonly { text?: string }[] }[])
    .filter(({ role }) => role === 'assistant')
    .map(({ content }) => (typeof content === 'string' ? content : (content ?? []).map(({ text }) => text).join('')))
    .join('')
}

const answerEvents = (asked: VendorRequest): StreamEvents => streamEvents(asked, PIECES, TOKEN_COUNTS)

function writeStream(response: ServerResponse, ...events: readonly string[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
  for (const event of events) response.write(event)
}

function writeFirstPieces(response: ServerResponse, asked: VendorRequest): void {
  const { opening, texts } = answerEvents(asked)
  writeStream(response, ...opening, ...texts.slice(0, SENT_PIECES.length))
}

/** Waits before it breaks the connection, because the client must get the written bytes for the fault to be as named. */
function dropConnection(response: ServerResponse): void {
  setTimeout(() => response.destroy(), 30)
}

interface VendorError {
  readonly message: string
  readonly type: string
  readonly code?: string
  readonly more?: object
}

/** An error in the shape of the wire's vendor. */
function respondWithError(
  status: number,
  headers: Readonly<Record<string, string>>,
  errorByWire: Partial<Record<FaultWire, VendorError>> & { readonly chat: VendorError },
) {
  return (response: ServerResponse, asked: VendorRequest): void => {
    const wire = detectWire(asked.path)
    const { message, type, code = null, more } = errorByWire[wire] ?? errorByWire.chat
    const body =
      wire === 'messages'
        ? { type: 'error', error: { type, message }, request_id: 'req_1' }
        : { error: { message, type, param: null, code, ...more } }
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }
}

const RATE_LIMITED: VendorError = {
  message: 'Rate limit reached for requests.',
  type: 'rate_limit_error',
  code: 'rate_limit_exceeded',
}
const SERVER_ERROR: VendorError = {
  message: 'The server had an error while processing your request.',
  type: 'server_error',
}
const ANTHROPIC_SERVER_ERROR: VendorError = { message: 'Internal server error', type: 'api_error' }
const OVERLOADED: VendorError = { message: 'Overloaded', type: 'overloaded_error' }

/** How vendors say that a prompt is too long, each on its wire. */
const CONTEXT_OVERFLOWS: readonly {
  readonly by: string
  readonly wire: FaultWire
  readonly status: number
  readonly said: VendorError
}[] = [
  {
    by: 'OpenAI',
    wire: 'responses',
    status: 400,
    said: {
      message: 'Your input exceeds the context window of this model. Please adjust your input and try again.',
      type: 'invalid_request_error',
      code: 'context_length_exceeded',
    },
  },
  ...[
    [
      'OpenAI',
      'This model’s maximum context length is 8192 tokens. However, your messages resulted in 9216 tokens.',
      'context_length_exceeded',
    ],
    ['xAI', "This model's maximum prompt length is 131072 but the request contains 537812 tokens.", ''],
    ['Google', 'The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).', ''],
    ['Groq', 'Please reduce the length of the messages or completion.', ''],
    ['llama.cpp', 'the request exceeds the available context size. try increasing the context size', ''],
    [
      'Together',
      '`inputs` tokens + `max_new_tokens` must be <= 4097. Given: 5120 `inputs` tokens and 512 `max_new_tokens`',
      '',
    ],
    ['Alibaba', 'Range of input length should be [1, 129024]', ''],
    ['Moonshot', 'Invalid request: Your request exceeded model token limit: 262144 (requested: 300000)', ''],
  ].map(([by = '', message = '', code]) => ({
    by,
    wire: 'chat' as const,
    status: 400,
    said: { message, type: 'invalid_request_error', ...(code && { code }) },
  })),
  ...[
    'prompt is too long: 213462 tokens > 200000 maximum',
    'input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or `max_tokens` and try again',
  ].map((message, i) => ({
    by: `Anthropic, ${i === 0 ? 'of the prompt' : 'of prompt and answer'}`,
    wire: 'messages' as const,
    status: 400,
    said: { message, type: 'invalid_request_error' },
  })),
]

const html =
  '<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>'

export const FAULTS: readonly Fault[] = [
  {
    name: '429, Retry-After in seconds',
    respond: respondWithError(429, { 'retry-after': '1' }, { chat: RATE_LIMITED }),
    kind: 'rate_limited',
    expectedRequests: 3,
  },
  {
    name: '429, Retry-After as a date',
    respond: (response, asked) =>
      respondWithError(
        429,
        { 'retry-after': new Date(Date.now() + 1_000).toUTCString() },
        { chat: RATE_LIMITED },
      )(response, asked),
    kind: 'rate_limited',
    expectedRequests: 3,
  },
  {
    name: '429, retry-after-ms',
    respond: respondWithError(429, { 'retry-after-ms': '40' }, { chat: RATE_LIMITED }),
    kind: 'rate_limited',
    expectedRequests: 3,
  },
  {
    name: '429, Retry-After of two minutes',
    respond: respondWithError(429, { 'retry-after': '120' }, { chat: RATE_LIMITED }),
    kind: 'rate_limited',
    expectedRequests: 1,
  },
  {
    name: '429 of a spent quota',
    respond: respondWithError(
      429,
      {},
      {
        chat: {
          message: 'You exceeded your current quota, please check your plan and billing details.',
          type: 'insufficient_quota',
          code: 'insufficient_quota',
        },
        messages: {
          message: 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.',
          type: 'invalid_request_error',
        },
      },
    ),
    kind: 'quota_exhausted',
    expectedRequests: 1,
  },
  {
    name: '500',
    respond: respondWithError(500, {}, { chat: SERVER_ERROR, messages: ANTHROPIC_SERVER_ERROR }),
    kind: 'overloaded',
    expectedRequests: 3,
  },
  {
    name: '502 with a web page',
    respond: (response) => void response.writeHead(502, { 'content-type': 'text/html' }).end(html),
    kind: 'overloaded',
    expectedRequests: 3,
  },
  {
    name: '503',
    respond: respondWithError(503, {}, { chat: SERVER_ERROR, messages: OVERLOADED }),
    kind: 'overloaded',
    expectedRequests: 3,
  },
  { name: '529', respond: respondWithError(529, {}, { chat: OVERLOADED }), kind: 'overloaded', expectedRequests: 3 },
  {
    name: '401',
    respond: respondWithError(
      401,
      {},
      {
        chat: { message: 'Incorrect API key provided.', type: 'invalid_request_error', code: 'invalid_api_key' },
        messages: { message: 'invalid x-api-key', type: 'authentication_error' },
      },
    ),
    kind: 'auth',
    expectedRequests: 1,
  },
  {
    name: '403',
    respond: respondWithError(
      403,
      {},
      {
        chat: { message: 'You have insufficient permissions for this operation.', type: 'invalid_request_error' },
        messages: { message: 'Your API key does not have permission to use this resource.', type: 'permission_error' },
      },
    ),
    kind: 'auth',
    expectedRequests: 1,
  },
  {
    name: '404, no such model',
    respond: respondWithError(
      404,
      {},
      {
        chat: {
          message: 'The model `gpt-4o` does not exist or you do not have access to it.',
          type: 'invalid_request_error',
          code: 'model_not_found',
        },
        messages: { message: 'model: gpt-4o', type: 'not_found_error' },
      },
    ),
    kind: 'unknown_model',
    expectedRequests: 1,
  },
  ...CONTEXT_OVERFLOWS.map(
    ({ by, wire, status, said }): Fault => ({
      name: `context overflow, in the words of ${by}`,
      respond: respondWithError(status, {}, { chat: said, [wire]: said }),
      kind: 'context_too_long',
      expectedRequests: 1,
      wire,
    }),
  ),
  {
    name: 'content filter, 400',
    respond: respondWithError(
      400,
      {},
      {
        chat: {
          message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
          type: 'invalid_request_error',
          code: 'content_filter',
          more: {
            innererror: { code: 'ResponsibleAIPolicyViolation', content_filter_result: { hate: { filtered: true } } },
          },
        },
        messages: { message: 'Output blocked by content filtering policy', type: 'invalid_request_error' },
      },
    ),
    kind: 'filtered',
    expectedRequests: 1,
  },
  {
    name: 'content filter, an end without a word',
    respond: (response, asked) => {
      const { opening, closing } = streamEvents(asked, [], TOKEN_COUNTS, 'content_filter')
      writeStream(response, ...opening, ...closing)
      response.end()
    },
    kind: 'filtered',
    expectedRequests: 1,
  },
  { name: 'connection refused', respond: undefined, kind: 'unreachable', expectedRequests: 3 },
  {
    name: 'reset before headers',
    respond: (response) => void response.socket?.resetAndDestroy(),
    kind: 'unreachable',
    expectedRequests: 3,
  },
  { name: 'headers never sent', respond: () => {}, kind: 'timeout', expectedRequests: 1 },
  {
    name: 'first token never sent',
    respond: (response) => writeStream(response),
    kind: 'timeout',
    expectedRequests: 1,
  },
  {
    name: 'first token never sent after the opening events',
    respond: (response, asked) => writeStream(response, ...answerEvents(asked).opening),
    kind: 'timeout',
    expectedRequests: 1,
  },
  {
    name: 'cut after 0 chunks',
    respond: (response) => {
      writeStream(response)
      dropConnection(response)
    },
    kind: 'bad_response',
    expectedRequests: 3,
  },
  {
    name: 'cut after 1 chunk',
    respond: (response, asked) => {
      writeStream(response, ...answerEvents(asked).opening.slice(0, 1))
      dropConnection(response)
    },
    kind: 'bad_response',
    expectedRequests: 3,
  },
  {
    name: 'cut after n chunks',
    respond: (response, asked) => {
      writeFirstPieces(response, asked)
      dropConnection(response)
    },
    kind: 'bad_response',
    expectedRequests: 1,
    afterContent: true,
  },
  {
    name: 'cut within an event',
    respond: (response, asked) => {
      writeFirstPieces(response, asked)
      response.write((answerEvents(asked).texts[SENT_PIECES.length] ?? '').slice(0, 30))
      dropConnection(response)
    },
    kind: 'bad_response',
    expectedRequests: 1,
    afterContent: true,
  },
  {
    name: 'ended without a finish reason',
    respond: (response, asked) => {
      writeFirstPieces(response, asked)
      response.end()
    },
    kind: 'bad_response',
    expectedRequests: 1,
    afterContent: true,
  },
  {
    name: 'ended without a finish reason after all of the text',
    respond: (response, asked) => {
      const { opening, texts } = answerEvents(asked)
      writeStream(response, ...opening, ...texts)
      response.end()
    },
    kind: 'bad_response',
    expectedRequests: 1,
    afterContent: true,
  },
  { name: 'stalled', respond: writeFirstPieces, kind: 'timeout', expectedRequests: 1, afterContent: true },
  {
    name: 'an error event first',
    respond: (response, asked) => {
      writeStream(response, errorEvent(asked))
      response.end()
    },
    kind: 'overloaded',
    expectedRequests: 3,
  },
  {
    name: 'an error event in the middle',
    respond: (response, asked) => {
      writeFirstPieces(response, asked)
      response.end(errorEvent(asked))
    },
    kind: 'overloaded',
    expectedRequests: 1,
    afterContent: true,
  },
  {
    name: 'a malformed line first',
    respond: (response) => {
      writeStream(response, 'data: {"id": oops\n\n')
      response.end()
    },
    kind: 'bad_response',
    expectedRequests: 3,
  },
  {
    name: 'a malformed line in the middle',
    respond: (response, asked) => {
      writeFirstPieces(response, asked)
      response.write('data: {"id": oops\n\n')
      response.end(answerEvents(asked).texts.slice(SENT_PIECES.length).join(''))
    },
    kind: 'bad_response',
    expectedRequests: 1,
    afterContent: true,
  },
  {
    name: 'one byte at a time through a character of several',
    async respond(response, asked) {
      const { opening, texts, closing } = answerEvents(asked)
      writeStream(response, ...opening)
      for (const part of texts.flatMap(splitIntoBytes)) {
        response.write(part)
        await new Promise(setImmediate)
      }
      response.end(closing.join(''))
    },
    kind: 'ok',
    expectedRequests: 1,
  },
  {
    name: 'an empty event stream',
    respond: (response) => {
      writeStream(response)
      response.end()
    },
    kind: 'bad_response',
    expectedRequests: 3,
  },
  {
    name: 'an empty body',
    respond: (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(),
    kind: 'bad_response',
    expectedRequests: 3,
  },
  {
    name: 'a web page',
    respond: (response) => void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html),
    kind: 'bad_response',
    expectedRequests: 3,
  },
  {
    name: 'a wrong content type',
    respond: (response) =>
      void response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.of(0x89, 0x50, 0x4e, 0x47)),
    kind: 'bad_response',
    expectedRequests: 3,
  },
  {
    name: 'an end with nothing in it',
    respond: (response, asked) => {
      const { opening, closing } = streamEvents(asked, [], TOKEN_COUNTS)
      writeStream(response, ...opening, ...closing)
      response.end()
    },
    kind: 'bad_response',
    expectedRequests: 3,
  },
  {
    name: 'no usage',
    respond: (response, asked) => {
      const { opening, texts, closing } = streamEvents(asked, PIECES)
      writeStream(response, ...opening, ...texts, ...closing)
      response.end()
    },
    kind: 'ok',
    expectedRequests: 1,
  },
]

/** An event with its first character of several bytes cut into them, and everything around it whole. */
function splitIntoBytes(event: string): readonly Buffer[] {
  const at = event.search(/[^\0-\x7f]/u)
  if (at < 0) return [Buffer.from(event)]
  const character = String.fromCodePoint(event.codePointAt(at) ?? 0)
  const [before, after] = [event.slice(0, at), event.slice(at + character.length)]
  return [Buffer.from(before), ...[...Buffer.from(character)].map((byte) => Buffer.of(byte)), Buffer.from(after)]
}

function errorEvent(asked: VendorRequest): string {
  const { message } = SERVER_ERROR
  const events: Readonly<Record<FaultWire, string>> = {
    chat: `data: ${JSON.stringify({ error: { message, type: 'server_error', param: null, code: null } })}\n\n`,
    responses: `event: error\ndata: ${JSON.stringify({ type: 'error', code: 'server_error', message, param: null, sequence_number: 9 })}\n\n`,
    messages: `event: error\ndata: ${JSON.stringify({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } })}\n\n`,
  }
  return events[detectWire(asked.path)]
}
