import { asArray, getPath } from '../../../src/providers/http/json-access.ts'
import type { WireUnderTest } from '../../suites/provider.ts'

type WireFixtures = Pick<
  WireUnderTest,
  'textStream' | 'textBody' | 'toolCallStream' | 'errorBody' | 'modelList' | 'findToolExchange'
>

/** One event as Anthropic writes it, with its name twice. */
export const sseEvent = (type: string, more: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`

const splitInHalf = (text: string): readonly string[] => [text.slice(0, text.length / 2), text.slice(text.length / 2)]

export const messageStart = (usage: object = { input_tokens: 10, output_tokens: 1 }): string =>
  sseEvent('message_start', { message: { ...HEAD, content: [], stop_reason: null, stop_sequence: null, usage } })

/** A block with its pieces, each a delta of the block. */
export const contentBlock = (index: number, content_block: object, deltas: readonly object[]): readonly string[] => [
  sseEvent('content_block_start', { index, content_block }),
  ...deltas.map((delta) => sseEvent('content_block_delta', { index, delta })),
  sseEvent('content_block_stop', { index }),
]

export const textBlock = (index: number, ...pieces: readonly string[]): readonly string[] =>
  contentBlock(
    index,
    { type: 'text', text: '' },
    pieces.map((text) => ({ type: 'text_delta', text })),
  )

export const toolBlock = (index: number, id: string, name: string, ...pieces: readonly string[]): readonly string[] =>
  contentBlock(
    index,
    { type: 'tool_use', id, name, input: {} },
    ['', ...pieces].map((partial_json) => ({ type: 'input_json_delta', partial_json })),
  )

export const messageEnd = (stop_reason: string, usage: object = { output_tokens: 5 }): readonly string[] => [
  sseEvent('message_delta', { delta: { stop_reason, stop_sequence: null }, usage }),
  sseEvent('message_stop'),
]

const HEAD = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm' }
const ERROR_TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
}

/** The wire of Anthropic's Messages, after the recordings. */
export const anthropicFixtures: WireFixtures = {
  textStream: (text) => [
    messageStart(),
    sseEvent('ping'),
    ...textBlock(0, ...splitInHalf(text)),
    ...messageEnd('end_turn'),
  ],
  textBody: (text) => ({
    ...HEAD,
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 5 },
  }),
  toolCallStream: ({ id, name, args }) => [
    messageStart(),
    ...toolBlock(0, id, name, ...splitInHalf(JSON.stringify(args))),
    ...messageEnd('tool_use'),
  ],
  errorBody: (status, message) => ({
    type: 'error',
    error: { type: ERROR_TYPES[status] ?? 'invalid_request_error', message },
    request_id: 'req_1',
  }),
  modelList: (ids) => ({
    data: ids.map((id) => ({ type: 'model', id, display_name: id, created_at: '2026-01-01T00:00:00Z' })),
    has_more: false,
    first_id: ids[0],
    last_id: ids.at(-1),
  }),
  findToolExchange(body) {
    const blocks = asArray(getPath(body, 'messages')).flatMap((message) => asArray(getPath(message, 'content')))
    const call = blocks.find((one) => getPath(one, 'type') === 'tool_use')
    const result = blocks.find((one) => getPath(one, 'type') === 'tool_result')
    return {
      id: getPath(call, 'id') === getPath(result, 'tool_use_id') ? getPath(call, 'id') : 'the ids differ',
      name: getPath(call, 'name'),
      args: getPath(call, 'input'),
      result: getPath(result, 'content', 0, 'text'),
    }
  },
}
