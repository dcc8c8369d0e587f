import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { GenerateEvent, Usage } from '../../../src/contract/generate.ts'
import {
  byteByByteResponse,
  type Exchange,
  hasRecordings,
  listRecordings,
  loadExchange,
  RECORDINGS_DIR,
  skipNote,
} from '../load-recording.ts'
import { EXPECTED_ANSWERS, EXPECTED_FAILURES, SKIPPED_RECORDINGS } from './recordings.ts'
import { stubProvider } from './stub-provider.ts'

const play = (exchange: Exchange): Promise<GenerateEvent[]> => stubProvider([byteByByteResponse(exchange)]).ask()
const recorded = (name: string): Exchange => loadExchange(`anthropic/${name}`)

/** The text that was recorded, read the simplest way there is. */
function plainText({ body, type }: Exchange): string {
  if (type.startsWith('application/json')) {
    const blocks: { type: string; text?: string }[] = JSON.parse(body).content
    return blocks.map((block) => (block.type === 'text' ? block.text : '')).join('')
  }
  const events = body.split('\n').filter((line) => line.startsWith('data:'))
  return events.map((line) => JSON.parse(line.slice(5)).delta?.text ?? '').join('')
}

const FIELDS = ['inputTokens', 'cachedInputTokens', 'outputTokens', 'reasoningTokens', 'cacheWriteTokens'] as const

function usageFrom(counts: readonly (number | undefined)[]): Usage {
  return Object.fromEntries(FIELDS.map((field, i) => [field, counts[i]]).filter(([, count]) => count !== undefined))
}

describe.skipIf(!hasRecordings)(`recorded bytes of Anthropic’s wire${skipNote}`, () => {
  let answers = 0
  let failures = 0
  afterAll(() => process.stderr.write(`recordings played: ${answers} answers, ${failures} failures\n`))

  test.each(EXPECTED_ANSWERS)('%s', async (name, finish, usage, thinking, calls) => {
    const exchange = recorded(name)
    const events = await play(exchange)
    answers++
    const marks = events.map((event) => event.type).filter((type) => type === 'start' || type === 'end')
    expect(marks).toEqual(['start', 'end'])
    expect(events[0]).toMatchObject({ type: 'start', usage: { inputTokens: expect.any(Number) } })
    expect(events.flatMap((event) => (event.type === 'text' ? event.text : [])).join('')).toBe(plainText(exchange))
    expect(events.flatMap((event) => (event.type === 'thinking' ? event.text : [])).join('')).toHaveLength(thinking)
    expect(events.flatMap((event) => (event.type === 'call' ? event.call.name : []))).toEqual(calls)
    expect(events.at(-1)).toEqual({ type: 'end', finish, usage: usageFrom(usage) })
  })

  test.each(EXPECTED_FAILURES)('%s is %s', async (name, kind, more) => {
    await expect(play(recorded(name))).rejects.toMatchObject({ failure: { kind, ...more } })
    failures++
  })

  test('of a message that began again, the call of the second is made, with all of its arguments', async () => {
    const events = await play(recorded('vercel-ai--spliced-message-start.chunks.txt'))
    const call = { id: 'toolu_second', name: 'test-tool', args: { value: 'Sparkle Day' } }
    expect(events.filter((event) => event.type === 'call')).toEqual([{ type: 'call', call }])
  })

  test('what people reported of rate limits and overload, in the headers and in the stream', async () => {
    const file = join(RECORDINGS_DIR, 'errors-from-public-reports.json')
    const { reports }: { reports: { provider: string; status: number; body?: object; sse?: string }[] } = JSON.parse(
      readFileSync(file, 'utf8'),
    )
    const kinds: unknown[] = []
    for (const { provider, status, body, sse } of reports) {
      if (provider !== 'anthropic') continue
      const type = sse ? 'text/event-stream' : 'application/json'
      const thrown: unknown = await play({ status, type, body: sse ?? JSON.stringify(body) }).catch(
        (error) => error.failure.kind,
      )
      kinds.push([status, thrown])
    }
    expect(kinds).toEqual([
      [429, 'rate_limited'],
      [429, 'rate_limited'],
      [529, 'overloaded'],
      [200, 'overloaded'],
    ])
  })

  test('every recording is played, or is of another kind', () => {
    const played = new Set(
      [...EXPECTED_ANSWERS, ...EXPECTED_FAILURES].map(([name]) => `anthropic/${name.replace(/#\d+$/, '')}`),
    )
    const others = new Set(Object.keys(SKIPPED_RECORDINGS).map((name) => `anthropic/${name}`))
    expect(listRecordings('anthropic').filter((file) => !played.has(file) && !others.has(file))).toEqual([])
  })
})
