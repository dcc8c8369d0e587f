import { afterAll, describe, expect, test } from 'vitest'
import type { GenerateEvent, GenerateRequest, Usage } from '../../../src/contract/generate.ts'
import type { Account } from '../../../src/providers/account.ts'
import { createChatProvider } from '../../../src/providers/openai/chat.ts'
import { createResponsesProvider } from '../../../src/providers/openai/responses.ts'
import { testWorld } from '../../support/test-world.ts'
import {
  byteByByteResponse,
  type Exchange,
  hasRecordings,
  listRecordings,
  loadExchange,
  skipNote,
} from '../load-recording.ts'
import { EXPECTED_ANSWERS, EXPECTED_FAILURES, SKIPPED_RECORDINGS } from './recordings.ts'

const ASK: GenerateRequest = {
  model: 'm',
  temperature: 1,
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
}

function play(wire: 'chat' | 'responses', exchange: Exchange): Promise<GenerateEvent[]> {
  const account: Account = { id: 'vendor', wire: `openai-${wire}`, baseUrl: 'https://vendor.test/v1', key: 'k' }
  const deps = { world: testWorld({ fetch: async () => byteByByteResponse(exchange) }), facts: () => undefined }
  const provider = wire === 'chat' ? createChatProvider(account, deps) : createResponsesProvider(account, deps)
  return Array.fromAsync(provider.generate(ASK, { id: 'c', tool: 't', signal: new AbortController().signal }))
}

/** The text that was recorded, read the simplest way there is. */
function plainText({ body, type }: Exchange): string {
  const payloads = type.startsWith('application/json')
    ? [JSON.parse(body)]
    : body
        .split(/\r?\n/)
        .filter((line) => line.startsWith('data: {'))
        .map((line) => JSON.parse(line.slice(6)))
  if (payloads[0].output) {
    const items: { type: string; content: { text?: string; refusal?: string }[] }[] = payloads[0].output
    const texts = items
      .filter((item) => item.type === 'message')
      .map((item) => item.content.map((part) => part.text ?? part.refusal ?? '').join(''))
    return texts.join('\n\n')
  }
  if (payloads[0].type?.startsWith('response.')) {
    const pieces = payloads.filter(({ type }) => /output_text\.delta|refusal\.delta/.test(type))
    const text = (piece: { delta: string; output_index: number }, i: number): string =>
      i > 0 && piece.output_index !== pieces[i - 1].output_index ? `\n\n${piece.delta}` : piece.delta
    return pieces.map(text).join('')
  }
  return payloads
    .map((payload) => payload.choices?.[0]?.delta ?? payload.choices?.[0]?.message ?? {})
    .map((said) => (typeof said.content === 'string' ? said.content : '') + (said.refusal ?? ''))
    .join('')
}

const FIELDS = ['inputTokens', 'cachedInputTokens', 'outputTokens', 'reasoningTokens', 'cacheWriteTokens'] as const

function usageFrom(counts: readonly (number | undefined)[] = []): Usage {
  return Object.fromEntries(FIELDS.map((field, i) => [field, counts[i]]).filter(([, count]) => count !== undefined))
}

describe.skipIf(!hasRecordings)(`recorded bytes of OpenAI’s wires${skipNote}`, () => {
  let answers = 0
  let failures = 0
  afterAll(() => process.stderr.write(`recordings played: ${answers} answers, ${failures} failures\n`))

  test.each(EXPECTED_ANSWERS)('%s', async (name, wire, finish, usage, thinking, calls) => {
    const exchange = loadExchange(name)
    const events = await play(wire, exchange)
    answers++
    expect(events.map((event) => event.type).filter((type) => type === 'start' || type === 'end')).toEqual([
      'start',
      'end',
    ])
    expect(events[0]?.type).toBe('start')
    expect(events.flatMap((event) => (event.type === 'text' ? event.text : [])).join('')).toBe(plainText(exchange))
    expect(events.flatMap((event) => (event.type === 'thinking' ? event.text : [])).join('')).toHaveLength(thinking)
    expect(events.flatMap((event) => (event.type === 'call' ? event.call.name : []))).toEqual(calls)
    expect(events.at(-1)).toEqual({ type: 'end', finish, usage: usageFrom(usage) })
  })

  test.each(EXPECTED_FAILURES)('%s on %s is %s', async (name, wire, kind) => {
    await expect(play(wire, loadExchange(name))).rejects.toMatchObject({ name: 'GenerateError', failure: { kind } })
    failures++
  })

  test('every recording is played, or is of another kind', () => {
    const played = new Set([...EXPECTED_ANSWERS, ...EXPECTED_FAILURES].map(([name]) => name.replace(/[#@]\d+$/, '')))
    const all = ['openai', 'azure', 'openai-compatible'].flatMap(listRecordings)
    expect(all.filter((file) => !played.has(file) && !(file in SKIPPED_RECORDINGS))).toEqual([])
  })
})
