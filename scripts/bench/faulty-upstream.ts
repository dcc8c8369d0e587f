import type { ServerResponse } from 'node:http'
import { ANSWER, FAULTS, type Fault, faultResponse, healthyResponse, TOKEN_COUNTS } from '../../test/faults/faults.ts'
import { startFakeVendor, type VendorRequest, type VendorResponse } from '../../test/support/fake-vendor.ts'
import { HEALTHY_MODEL, type Mode } from './contestant.ts'

/** One vendor's wording of an overflow is enough, because the wordings only matter to the classification of failures. */
const DUPLICATE_OVERFLOWS = /^context overflow, in the words of (?!OpenAI$)/

/** The faults of the test matrix that apply to Chat Completions, each played by its own model of one upstream. */
export const BENCH_FAULTS: readonly Fault[] = FAULTS.filter(
  (fault) =>
    fault.respond && (fault.wire === undefined || fault.wire === 'chat') && !DUPLICATE_OVERFLOWS.test(fault.name),
)

export const faultModel = (fault: Fault): string => `fault-${FAULTS.indexOf(fault)}`

/** The faults that apply to a mode: most faults of a stream have no counterpart in a whole answer. */
export function faultsFor(mode: Mode): readonly Fault[] {
  return BENCH_FAULTS.filter((fault) => mode === 'stream' || fault.name in WHOLE_BODY_FAULTS || !isStreamed(fault))
}

/** The role of the upstream of the trials: the model of a request selects its fault. */
export async function serveFaults(): Promise<void> {
  const faults = new Map(BENCH_FAULTS.map((fault) => [faultModel(fault), fault]))
  const { origin } = await startFakeVendor((asked): VendorResponse => {
    const fault = faults.get(String(asked.body['model']))
    const streams = asked.body['stream'] === true
    if (!fault) return streams ? healthyResponse(asked) : { raw: (response) => sendJson(response, completion()) }
    const instead = streams ? undefined : WHOLE_BODY_FAULTS[fault.name]
    return instead ? { raw: (response) => instead(response) } : faultResponse(fault)
  })
  process.send?.(origin)
  process.once('disconnect', () => process.exit())
}

/** The counterparts of stream faults where the answer is one JSON body. */
const WHOLE_BODY_FAULTS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  'first token never sent': (response) => void writeJsonHead(response).flushHeaders(),
  'cut after n chunks': (response) => {
    writeJsonHead(response).write(halfBody())
    setTimeout(() => response.destroy(), 30)
  },
  stalled: (response) => void writeJsonHead(response).write(halfBody()),
  'a malformed line in the middle': (response) => void writeJsonHead(response).end(halfBody()),
  'one byte at a time': async (response) => {
    writeJsonHead(response)
    for (const byte of Buffer.from(JSON.stringify(completion()))) {
      response.write(Buffer.of(byte))
      await new Promise(setImmediate)
    }
    response.end()
  },
  'content filter, an end without a word': (response) => sendJson(response, completion('', 'content_filter')),
  'an end with nothing in it': (response) => sendJson(response, completion('')),
  'an error event first': (response) =>
    sendJson(response, {
      error: { message: 'The server had an error.', type: 'server_error', param: null, code: null },
    }),
  'no usage': (response) => {
    const { usage: _, ...rest } = completion()
    sendJson(response, rest)
  },
}

function writeJsonHead(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'application/json' })
}

function sendJson(response: ServerResponse, body: object): void {
  writeJsonHead(response).end(JSON.stringify(body))
}

function halfBody(): string {
  const text = JSON.stringify(completion())
  return text.slice(0, text.length / 2)
}

function completion(content: string = ANSWER, finish_reason = 'stop') {
  const usage = {
    prompt_tokens: TOKEN_COUNTS.input,
    completion_tokens: TOKEN_COUNTS.output,
    total_tokens: TOKEN_COUNTS.input + TOKEN_COUNTS.output,
  }
  const message = { role: 'assistant', content }
  return {
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: HEALTHY_MODEL,
    choices: [{ index: 0, message, finish_reason }],
    usage,
  }
}

/** Whether the fault answers 200 with an event stream: plays it once against a recording response. */
function isStreamed({ respond: play }: Fault): boolean {
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
  const asked: VendorRequest = { path: '/v1/chat/completions', headers: {}, body: { model: 'm' }, disconnected: false }
  void play?.(listening as unknown as ServerResponse, asked)
  return type === 'text/event-stream'
}
