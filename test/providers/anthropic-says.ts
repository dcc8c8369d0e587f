import { at, list } from '../../src/providers/unknown.ts'
import type { WireUnderTest } from '../contracts/provider.ts'

type Words = Pick<WireUnderTest, 'says' | 'whole' | 'calls' | 'fails' | 'lists' | 'past'>

/** One event as Anthropic writes it: its name twice. */
export const event = (type: string, more: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`

const halves = (text: string): readonly string[] => [text.slice(0, text.length / 2), text.slice(text.length / 2)]

export const messageStart = (usage: object = { input_tokens: 10, output_tokens: 1 }): string =>
  event('message_start', { message: { ...HEAD, content: [], stop_reason: null, stop_sequence: null, usage } })

/** A block with its pieces, each a delta of the block. */
export const block = (index: number, content_block: object, deltas: readonly object[]): readonly string[] => [
  event('content_block_start', { index, content_block }),
  ...deltas.map((delta) => event('content_block_delta', { index, delta })),
  event('content_block_stop', { index }),
]

export const textBlock = (index: number, ...pieces: readonly string[]): readonly string[] =>
  block(
    index,
    { type: 'text', text: '' },
    pieces.map((text) => ({ type: 'text_delta', text })),
  )

export const toolBlock = (index: number, id: string, name: string, ...pieces: readonly string[]): readonly string[] =>
  block(
    index,
    { type: 'tool_use', id, name, input: {} },
    ['', ...pieces].map((partial_json) => ({ type: 'input_json_delta', partial_json })),
  )

export const ending = (stop_reason: string, usage: object = { output_tokens: 5 }): readonly string[] => [
  event('message_delta', { delta: { stop_reason, stop_sequence: null }, usage }),
  event('message_stop'),
]

const HEAD = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm' }
const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
}

/** As Anthropic's Messages says it, after the recordings. */
export const anthropicSays: Words = {
  says: (text) => [messageStart(), event('ping'), ...textBlock(0, ...halves(text)), ...ending('end_turn')],
  whole: (text) => ({
    ...HEAD,
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 5 },
  }),
  calls: ({ id, name, args }) => [
    messageStart(),
    ...toolBlock(0, id, name, ...halves(JSON.stringify(args))),
    ...ending('tool_use'),
  ],
  fails: (status, message) => ({
    type: 'error',
    error: { type: TYPES[status] ?? 'invalid_request_error', message },
    request_id: 'req_1',
  }),
  lists: (ids) => ({
    data: ids.map((id) => ({ type: 'model', id, display_name: id, created_at: '2026-01-01T00:00:00Z' })),
    has_more: false,
    first_id: ids[0],
    last_id: ids.at(-1),
  }),
  past(body) {
    const blocks = list(at(body, 'messages')).flatMap((message) => list(at(message, 'content')))
    const call = blocks.find((one) => at(one, 'type') === 'tool_use')
    const result = blocks.find((one) => at(one, 'type') === 'tool_result')
    return {
      id: at(call, 'id') === at(result, 'tool_use_id') ? at(call, 'id') : 'the ids differ',
      name: at(call, 'name'),
      args: at(call, 'input'),
      result: at(result, 'content', 0, 'text'),
    }
  },
}
