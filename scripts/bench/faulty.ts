import type { ServerResponse } from 'node:http'
import { ANSWER, COUNTS, FAULTS, type Fault, healthy, playOf } from '../../test/faults/faults.ts'
import { type Asked, type Play, upstream } from '../../test/support/upstream.ts'
import { type Mode, SOUND } from './contestant.ts'

/** One vendor's wording of an overflow stands for all: they differ to whoever sorts failures only. */
const TWINS = /^context overflow, in the words of (?!OpenAI$)/

/** What fails, as a model each of one upstream: the fault matrix of the tests, as far as Chat Completions knows it. */
export const FAILING: readonly Fault[] = FAULTS.filter(
  (fault) => fault.play && (fault.wire === undefined || fault.wire === 'chat') && !TWINS.test(fault.name),
)

export const modelOf = (fault: Fault): string => `fault-${FAULTS.indexOf(fault)}`

/** Those that mean something for this way of asking: most faults of a stream have no counterpart in a whole answer. */
export function failingFor(mode: Mode): readonly Fault[] {
  return FAILING.filter((fault) => mode === 'stream' || fault.name in WHOLE || !isStreamed(fault))
}

/** The role of the upstream of the trials: the model named decides what becomes of the request. */
export async function serveFaults(): Promise<void> {
  const faults = new Map(FAILING.map((fault) => [modelOf(fault), fault]))
  const { origin } = await upstream((asked): Play => {
    const fault = faults.get(String(asked.body['model']))
    const streams = asked.body['stream'] === true
    if (!fault) return streams ? healthy(asked) : { raw: (response) => whole(response, completion()) }
    const instead = streams ? undefined : WHOLE[fault.name]
    return instead ? { raw: (response) => instead(response) } : playOf(fault)
  })
  process.send?.(origin)
  process.once('disconnect', () => process.exit())
}

/** What the faults of a stream come to where the answer is one JSON body. */
const WHOLE: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'first token never sent': (response) => void begin(response).flushHeaders(),
  'cut after n chunks': (response) => {
    begin(response).write(half())
    setTimeout(() => response.destroy(), 30)
  },
  stalled: (response) => void begin(response).write(half()),
  'a malformed line in the middle': (response) => void begin(response).end(half()),
  'one byte at a time': async (response) => {
    begin(response)
    for (const byte of Buffer.from(JSON.stringify(completion()))) {
      response.write(Buffer.of(byte))
      await new Promise(setImmediate)
    }
    response.end()
  },
  'content filter, an end without a word': (response) => whole(response, completion('', 'content_filter')),
  'an end with nothing in it': (response) => whole(response, completion('')),
  'an error event first': (response) =>
    whole(response, { error: { message: 'The server had an error.', type: 'server_error', param: null, code: null } }),
  'no usage': (response) => {
    const { usage: _, ...rest } = completion()
    whole(response, rest)
  },
}

function begin(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'application/json' })
}

function whole(response: ServerResponse, body: object): void {
  begin(response).end(JSON.stringify(body))
}

function half(): string {
  const text = JSON.stringify(completion())
  return text.slice(0, text.length / 2)
}

function completion(content: string = ANSWER, finish_reason = 'stop') {
  const usage = {
    prompt_tokens: COUNTS.input,
    completion_tokens: COUNTS.output,
    total_tokens: COUNTS.input + COUNTS.output,
  }
  const message = { role: 'assistant', content }
  return {
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: SOUND,
    choices: [{ index: 0, message, finish_reason }],
    usage,
  }
}

/** Does it answer 200 with an event stream? Played once against a response that only listens. */
function isStreamed({ play }: Fault): boolean {
  let type = ''
  const listening = {
    writeHead(_status: number, headers: Readonly<Record<string, string>>) {
      type = headers['content-type'] ?? ''
      return listening
    },
    flushHeaders: () => listening,
    write: () => true,
    end: () => listening,
    destroy: () => listening,
    socket: undefined,
  }
  const asked: Asked = { path: '/v1/chat/completions', headers: {}, body: { model: 'm' }, gone: false }
  void play?.(listening as unknown as ServerResponse, asked)
  return type === 'text/event-stream'
}
