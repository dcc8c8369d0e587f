import { at, list } from '../../src/providers/unknown.ts'
import type { WireUnderTest } from '../contracts/provider.ts'

type Words = Pick<WireUnderTest, 'says' | 'whole' | 'calls' | 'fails' | 'lists' | 'past'>

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`
const halves = (text: string): readonly string[] => [text.slice(0, text.length / 2), text.slice(text.length / 2)]

const shared: Pick<Words, 'fails' | 'lists'> = {
  fails: (_status, text) => ({ error: { message: text, type: 'test', param: null, code: null } }),
  lists: (ids) => ({ object: 'list', data: ids.map((id) => ({ id, object: 'model', created: 1, owned_by: 'test' })) }),
}

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }

/** As OpenAI's Chat Completions says it, after the recordings. */
export const chatSays: Words = {
  ...shared,
  says: (text) => [
    ...halves(text).map((content) => chunk({ role: 'assistant', content })),
    chunk({}, 'stop'),
    USED,
    DONE,
  ],
  whole: (content) => ({
    ...HEAD,
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content, refusal: null }, finish_reason: 'stop' }],
    usage: USAGE,
  }),
  calls: ({ id, name, args }) => [
    chunk({
      role: 'assistant',
      content: null,
      tool_calls: [{ index: 0, id, type: 'function', function: { name, arguments: '' } }],
    }),
    ...halves(JSON.stringify(args)).map((half) => chunk({ tool_calls: [{ index: 0, function: { arguments: half } }] })),
    chunk({}, 'tool_calls'),
    USED,
    DONE,
  ],
  past(body) {
    const messages = list(at(body, 'messages'))
    const call = messages.map((message) => at(message, 'tool_calls', 0)).find(Boolean)
    const result = messages.find((message) => at(message, 'role') === 'tool')
    const same = at(call, 'id') === at(result, 'tool_call_id')
    return {
      id: same ? at(call, 'id') : 'the ids differ',
      name: at(call, 'function', 'name'),
      args: JSON.parse(String(at(call, 'function', 'arguments'))),
      result: at(result, 'content'),
    }
  },
}

const HEAD = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm' }
const USED = data({ ...HEAD, choices: [], usage: USAGE })
const DONE = 'data: [DONE]\n\n'

function chunk(delta: object, finish_reason: string | null = null): string {
  return data({ ...HEAD, choices: [{ index: 0, delta, finish_reason }] })
}

/** As OpenAI's Responses says it, after the recordings. */
export const responsesSays: Words = {
  ...shared,
  says: (text) => [
    event('response.created', { response: response('in_progress', []) }),
    event('response.output_item.added', { output_index: 0, item: { ...message(''), status: 'in_progress' } }),
    ...halves(text).map((delta) => event('response.output_text.delta', { item_id: 'msg_1', output_index: 0, delta })),
    event('response.output_item.done', { output_index: 0, item: message(text) }),
    event('response.completed', { response: response('completed', [message(text)]) }),
  ],
  whole: (text) => response('completed', [message(text)]),
  calls({ id, name, args }) {
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
      ...halves(item.arguments).map((delta) =>
        event('response.function_call_arguments.delta', { item_id: 'fc_1', delta }),
      ),
      event('response.output_item.done', { output_index: 0, item }),
      event('response.completed', { response: response('completed', [item]) }),
    ]
  },
  past(body) {
    const items = list(at(body, 'input'))
    const call = items.find((item) => at(item, 'type') === 'function_call')
    const result = items.find((item) => at(item, 'type') === 'function_call_output')
    return {
      id: at(call, 'call_id') === at(result, 'call_id') ? at(call, 'call_id') : 'the ids differ',
      name: at(call, 'name'),
      args: JSON.parse(String(at(call, 'arguments'))),
      result: at(result, 'output'),
    }
  },
}

function event(type: string, more: object): string {
  return `event: ${type}\n${data({ type, sequence_number: 1, ...more })}`
}

function message(text: string): object {
  const content = [{ type: 'output_text', text, annotations: [] }]
  return { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content }
}

function response(status: string, output: readonly object[]): object {
  const usage = status === 'completed' ? { input_tokens: 10, output_tokens: 5, total_tokens: 15 } : null
  return { id: 'resp_1', object: 'response', created_at: 1, model: 'm', status, error: null, output, usage }
}
