import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  askModel,
  costUsd,
  createSpendingMeter,
  isOverBudget,
  type ModelAsker,
  type Question,
  textMessage,
} from '../../../src/agents/shared/ask-model.ts'
import { GenerateError } from '../../../src/contract/errors.ts'
import type { Attempt, GenerateEvent } from '../../../src/contract/generate.ts'
import { scriptedModel } from '../../support/scripted-model.ts'

const QUESTION: Question<{ readonly names: readonly string[] }> = {
  name: 'cast',
  subject: 'the cast',
  schema: z.object({ names: z.array(z.string()).min(1) }),
  system: 'You name people.',
  prompt: 'Name them.',
  maxOutputTokens: 100,
}

function setUp(turns: Parameters<typeof scriptedModel>[0], more: Partial<ModelAsker> = {}) {
  const upstream = scriptedModel(turns)
  const meter = createSpendingMeter()
  const asker: ModelAsker = {
    generate: upstream.generate,
    model: 'auto',
    tool: 'develop_script',
    signal: new AbortController().signal,
    newId: () => 'c',
    meter,
    ...more,
  }
  return { upstream, meter, asker }
}

const attempt = (microUsd: number | undefined): Attempt => ({
  model: 'fake/m',
  outcome: 'ok',
  at: 0,
  latencyMs: 1,
  firstTokenMs: 1,
  usage: {},
  microUsd,
  estimated: false,
})

describe('reading', () => {
  test('the answer of the router is parsed by the schema', async () => {
    const { asker, upstream } = setUp(['{"names":["ANNA"]}'])
    expect(await askModel(asker, QUESTION)).toEqual({ names: ['ANNA'] })
    expect(upstream.requests[0]?.json).toMatchObject({ name: 'cast', schema: { type: 'object', required: ['names'] } })
  })

  test('a question follows the conversation', async () => {
    const { asker, upstream } = setUp(['{"names":["ANNA"]}'])
    const history = [textMessage('user', 'Who?'), textMessage('assistant', 'A keeper.')]
    await askModel(asker, { ...QUESTION, history })
    expect(upstream.requests[0]?.messages).toEqual([...history, textMessage('user', 'Name them.')])
  })
})

describe('repairing', () => {
  test.each([
    ['text without JSON', 'I would rather not.', 'It held no JSON value.'],
    ['a value of another shape', '{"names":[]}', 'names: Too small'],
  ])('%s is asked for once more, and the model is shown the problem', async (_, answer, problem) => {
    const { asker, upstream } = setUp([answer, '{"names":["ANNA"]}'])
    expect(await askModel(asker, QUESTION)).toEqual({ names: ['ANNA'] })
    expect(JSON.stringify(upstream.requests[1]?.messages)).toContain(problem)
  })

  test('an answer that the router could not repair is not asked for again', async () => {
    const { asker, upstream } = setUp([new GenerateError({ kind: 'bad_response' }, 'x')])
    await expect(askModel(asker, QUESTION)).rejects.toMatchObject({ failure: { kind: 'bad_response' } })
    expect(upstream.requests).toHaveLength(1)
  })

  test('the model gets the problems of the check, and the last ones become the error', async () => {
    const check = ({ names }: { readonly names: readonly string[] }): string[] =>
      names.includes('BOB') ? ['BOB is dead.'] : []
    const bob = '{"names":["BOB"]}'
    const { asker, upstream } = setUp([bob, bob])
    await expect(askModel(asker, { ...QUESTION, check })).rejects.toMatchObject({
      failure: { kind: 'bad_response' },
      message: expect.stringContaining('BOB is dead.'),
    })
    expect(upstream.remaining).toBe(0)
    expect(upstream.requests[1]?.messages.map((message) => message.role)).toEqual(['user', 'assistant', 'user'])
  })

  test('a value that fits the schema may be fixed by code after the last round', async () => {
    const { asker } = setUp(['{"names":["BOB"]}'])
    const value = await askModel(asker, {
      ...QUESTION,
      maxRepairs: 0,
      check: () => ['No.'],
      fixInvalid: () => ({ names: ['ANNA'] }),
    })
    expect(value).toEqual({ names: ['ANNA'] })
  })

  test('other failures are not asked again', async () => {
    const { asker, upstream } = setUp([new GenerateError({ kind: 'auth' }, 'No key.')])
    await expect(askModel(asker, QUESTION)).rejects.toMatchObject({ failure: { kind: 'auth' } })
    expect(upstream.requests).toHaveLength(1)
  })

  test('a refusal is a failure of its own kind', async () => {
    const refusal: GenerateEvent[] = [{ type: 'end', finish: 'content_filter', usage: {} }]
    const { asker } = setUp([refusal])
    await expect(askModel(asker, QUESTION)).rejects.toMatchObject({ failure: { kind: 'filtered' } })
  })
})

describe('money', () => {
  test('the meter adds up all attempts, and each call carries the rest of the cap', async () => {
    const caps: (number | undefined)[] = []
    const turn: Parameters<typeof scriptedModel>[0][number] = (_, call) => {
      caps.push(call.maxMicroUsd)
      call.onAttempt?.(attempt(400))
      return '{"names":["ANNA"]}'
    }
    const { asker, meter } = setUp([turn, turn, turn], { capMicroUsd: 1_000 })
    for (let i = 0; i < 3; i++) await askModel(asker, QUESTION)
    expect(caps).toEqual([1_000, 600, 200])
    expect(meter.spent).toEqual({ calls: 3, microUsd: 1_200, unpriced: 0, models: ['fake/m'] })
    const refused = await askModel(asker, QUESTION).catch((error: unknown) => error)
    expect(isOverBudget(refused)).toBe(true)
  })

  test('one unknown price makes the total unknown', () => {
    const meter = createSpendingMeter()
    meter.addAttempt(attempt(2_000_000))
    expect(costUsd(meter.spent)).toBe(2)
    meter.addAttempt(attempt(undefined))
    expect(costUsd(meter.spent)).toBeNull()
  })
})
