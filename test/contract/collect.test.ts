import { expect, test } from 'vitest'
import { collectAnswer } from '../../src/contract/collect.ts'
import type { GenerateEvent } from '../../src/contract/generate.ts'

async function* stream(...events: readonly GenerateEvent[]): AsyncGenerator<GenerateEvent> {
  yield* events
}

const START = { type: 'start', provider: 'openai', model: 'gpt-5.5', ignored: ['seed'] } as const
const CALL = { id: 'c1', name: 'look', args: { at: 'x' } }

test('a stream read to its end is an answer', async () => {
  const answer = await collectAnswer(
    stream(
      START,
      { type: 'thinking', text: 'hm' },
      { type: 'text', text: 'Good ' },
      { type: 'call', call: CALL },
      { type: 'text', text: 'evening' },
      { type: 'end', finish: 'tool_calls', usage: { inputTokens: 3 } },
    ),
  )
  expect(answer).toEqual({
    provider: 'openai',
    model: 'gpt-5.5',
    ignored: ['seed'],
    text: 'Good evening',
    thinking: 'hm',
    calls: [CALL],
    finish: 'tool_calls',
    usage: { inputTokens: 3 },
  })
})

test('a stream that stops before its end is not an answer', async () => {
  await expect(collectAnswer(stream(START, { type: 'text', text: 'Good' }))).rejects.toMatchObject({
    failure: { kind: 'bad_response' },
  })
})
