import { asArray, getPath } from '../../../src/providers/http/json-access.ts'
import type { WireUnderTest } from '../../suites/provider.ts'

type WireFixtures = Pick<
  WireUnderTest,
  'textStream' | 'textBody' | 'toolCallStream' | 'errorBody' | 'modelList' | 'findToolExchange'
>

const dataEvent = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`
const splitInHalf = (text: string): readonly string[] => [text.slice(0, text.length / 2), text.slice(text.length / 2)]

const sharedFixtures: Pick<WireFixtures, 'errorBody' | 'modelList'> = {
  errorBody: (_status, text) => ({ error: { message: text, type: 'test', param: null, code: null } }),
  modelList: (ids) => ({
    object: 'list',
    data: ids.map((id) => ({ id, object: 'model', created: 1, owned_by: 'test' })),
  }),
}

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }

/** The wire of OpenAI's Chat Completions, after the recordings. */
export const chatFixtures: WireFixtures = {
  ...sharedFixtures,
  textStream: (text) => [
    ...splitInHalf(text).map((content) => chunk({ role: 'assistant', content })),
    chunk({}, 'stop'),
    USAGE_CHUNK,
    DONE_EVENT,
  ],
  textBody: (content) => ({
    ...HEAD,
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content, refusal: null }, finish_reason: 'stop' }],
    usage: USAGE,
  }),
  toolCallStream: ({ id, name, args }) => [
    chunk({
      role: 'assistant',
      content: null,
      tool_calls: [{ index: 0, id, type: 'function', function: { name, arguments: '' } }],
    }),
    ...splitInHalf(JSON.stringify(args)).map((half) =>
      chunk({ tool_calls: [{ index: 0, function: { arguments: half } }] }),
    ),
    chunk({}, 'tool_calls'),
    USAGE_CHUNK,
    DONE_EVENT,
  ],
  findToolExchange(body) {
    const messages = asArray(getPath(body, 'messages'))
    const call = messages.map((message) => getPath(message, 'tool_calls', 0)).find(Boolean)
    const result = messages.find((message) => getPath(message, 'role') === 'tool')
    const same = getPath(call, 'id') === getPath(result, 'tool_call_id')
    return {
      id: same ? getPath(call, 'id') : 'the ids differ',
      name: getPath(call, 'function', 'name'),
      args: JSON.parse(String(getPath(call, 'function', 'arguments'))),
      result: getPath(result, 'content'),
    }
  },
}

const HEAD = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm' }
const USAGE_CHUNK = dataEvent({ ...HEAD, choices: [], usage: USAGE })
const DONE_EVENT = 'data: [DONE]\n\n'

function chunk(delta: object, finish_reason: string | null = null): string {
  return dataEvent({ ...HEAD, choices: [{ index: 0, delta, finish_reason }] })
}

/** The wire of OpenAI's Responses, after the recordings. */
export const responsesFixtures: WireFixtures = {
  ...sharedFixtures,
  textStream: (text) => [
    event('response.created', { response: response('in_progress', []) }),
    event('response.output_item.added', { output_index: 0, item: { ...message(''), status: 'in_progress' } }),
    ...splitInHalf(text).map((delta) =>
      event('response.output_text.delta', { item_id: 'msg_1', output_index: 0, delta }),
    ),
    event('response.output_item.done', { output_index: 0, item: message(text) }),
    event('response.completed', { response: response('completed', [message(text)]) }),
  ],
  textBody: (text) => response('completed', [message(text)]),
  toolCallStream({ id, name, args }) {
    const item = {
      type: 'function_call',
      id: 'fc_1',
      call_id: id,
      name,
      status: 'completed',
      arguments: JSON.stringify(args),
    }
    return [
      event('response.created', { response: response('in_progress', []) }),
      event('response.output_item.added', { output_index: 0, item: { ...item, arguments: '' } }),
      ...splitInHalf(item.arguments).map((delta) =>
        event('response.function_call_arguments.delta', { item_id: 'fc_1', delta }),
      ),
      event('response.output_item.done', { output_index: 0, item }),
      event('response.completed', { response: response('completed', [item]) }),
    ]
  },
  findToolExchange(body) {
    const items = asArray(getPath(body, 'input'))
    const call = items.find((item) => getPath(item, 'type') === 'function_call')
    const result = items.find((item) => getPath(item, 'type') === 'function_call_output')
    return {
      id: getPath(call, 'call_id') === getPath(result, 'call_id') ? getPath(call, 'call_id') : 'the ids differ',
      name: getPath(call, 'name'),
      args: JSON.parse(String(getPath(call, 'arguments'))),
      result: getPath(result, 'output'),
    }
  },
}

function event(type: string, more: object): string {
  return `event: ${type}\n${dataEvent({ type, sequence_number: 1, ...more })}`
}

function message(text: string): object {
  const content = [{ type: 'output_text', text, annotations: [] }]
  return { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content }
}

function response(status: string, output: readonly object[]): object {
  const usage = status === 'completed' ? { input_tokens: 10, output_tokens: 5, total_tokens: 15 } : null
  return { id: 'resp_1', object: 'response', created_at: 1, model: 'm', status, error: null, output, usage }
}
