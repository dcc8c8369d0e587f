import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ANSWER, ANSWER_CHUNKS, HEALTHY_MODEL } from './contestant.ts'

/**
 * The one upstream of the speed runs, in a process of its own: it speaks Chat Completions, reads of a request only
 * whether it wants a stream, and answers from memory. Every event is a write of its own, as they come in life.
 */
export function serveUpstream(): void {
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (piece: string) => {
      body += piece
    })
    request.on('end', () => {
      if (/"stream":\s*true/.test(body)) stream(response)
      else
        response
          .writeHead(200, { 'content-type': 'application/json', 'content-length': WHOLE_BODY.length })
          .end(WHOLE_BODY)
    })
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    process.send?.(`http://127.0.0.1:${port}`)
  })
  process.once('disconnect', () => process.exit())
}

function stream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const event of STREAM_EVENTS) response.write(event)
  response.end(FINAL_BYTES)
}

const usage = {
  prompt_tokens: 12,
  completion_tokens: 64,
  total_tokens: 76,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0 },
}
const chunk = (more: object): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_700_000_000, model: HEALTHY_MODEL, ...more })}\n\n`
const delta = (said: object, finish_reason: string | null = null): Buffer =>
  Buffer.from(chunk({ choices: [{ index: 0, delta: said, logprobs: null, finish_reason }] }))

/** 34 chunks: the role, 32 words, the finish; then the counts and the end of the stream. */
const STREAM_EVENTS: readonly Buffer[] = [
  delta({ role: 'assistant', content: '' }),
  ...ANSWER_CHUNKS.map((content) => delta({ content })),
  delta({}, 'stop'),
]
const FINAL_BYTES = Buffer.from(`${chunk({ choices: [], usage })}data: [DONE]\n\n`)
const WHOLE_BODY = Buffer.from(
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: HEALTHY_MODEL,
    choices: [{ index: 0, message: { role: 'assistant', content: ANSWER }, logprobs: null, finish_reason: 'stop' }],
    usage,
  }),
)
