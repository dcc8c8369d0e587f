import { describe, expect, test } from 'vitest'
import { createSpendingMeter, type ModelAsker } from '../../../src/agents/shared/ask-model.ts'
import { askText, joinText, type TextQuestion } from '../../../src/agents/shared/ask-text.ts'
import { GenerateError } from '../../../src/contract/errors.ts'
import type { GenerateEvent } from '../../../src/contract/generate.ts'
import { scriptedModel } from '../../support/scripted-model.ts'

function setUp(turns: Parameters<typeof scriptedModel>[0]) {
  const upstream = scriptedModel(turns)
  const asker: ModelAsker = {
    generate: upstream.generate,
    model: 'auto',
    tool: 'develop_script',
    signal: new AbortController().signal,
    newId: () => 'c',
    meter: createSpendingMeter(),
  }
  return { upstream, asker }
}

const QUESTION: TextQuestion = {
  subject: 'the pages',
  system: 'Write.',
  history: [],
  prompt: 'Go.',
  maxOutputTokens: 50,
}

const events = (text: string, finish: 'stop' | 'length' | 'content_filter'): readonly GenerateEvent[] => [
  { type: 'start', provider: 'fake', model: 'm', ignored: [] },
  { type: 'text', text },
  { type: 'end', finish, usage: {} },
]

describe('an answer that was cut off', () => {
  const whole = 'INT. ROOM - DAY\n\nMARA takes the lamp and opens the door.'

  test.each(Array.from({ length: whole.length - 1 }, (_, at) => at + 1))(
    'at character %i is continued from that character',
    async (at) => {
      const { asker } = setUp([events(whole.slice(0, at), 'length'), whole.slice(at)])
      expect(await askText(asker, QUESTION)).toBe(whole)
    },
  )

  test('the model gets its partial answer and the last line of it', async () => {
    const { asker, upstream } = setUp([events('INT. ROOM - DAY\n\nMARA ta', 'length'), 'takes the lamp.'])
    expect(await askText(asker, QUESTION)).toBe('INT. ROOM - DAY\n\nMARA takes the lamp.')
    expect(upstream.requests[1]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(JSON.stringify(upstream.requests[1]?.messages.at(-1))).toContain('MARA ta')
  })

  test('as an error that holds it or as a stream without an end is continued too', async () => {
    const error = new GenerateError({ kind: 'bad_response', partial: 'One two' }, 'cut')
    expect(await askText(setUp([error, ' three.']).asker, QUESTION)).toBe('One two three.')
    const open = events('One two', 'length').slice(0, 2)
    expect(await askText(setUp([open, ' three.']).asker, QUESTION)).toBe('One two three.')
  })

  test('in an earlier run is continued from the saved text', async () => {
    const { asker, upstream } = setUp([' three.'])
    expect(await askText(asker, { ...QUESTION, partial: 'One two' })).toBe('One two three.')
    expect(upstream.requests).toHaveLength(1)
  })

  test('every time is an error after a bounded number of calls', async () => {
    const turns = Array.from({ length: 12 }, (_, at) => events(` word${at}`, 'length'))
    const { asker, upstream } = setUp(turns)
    await expect(askText(asker, QUESTION)).rejects.toThrow('cut off again and again')
    expect(upstream.requests).toHaveLength(9)
  })
})

test.each([
  ['nothing', events('', 'stop'), 'with nothing'],
  ['a refusal', events('', 'content_filter'), 'declined'],
] as const)('%s is a clear error', async (_, turn, message) => {
  await expect(askText(setUp([turn]).asker, QUESTION)).rejects.toThrow(message)
})

test.each([
  ['She opens the door and', 'opens the door and goes.', 'She opens the door and goes.'],
  ['She takes', 'takes the lamp.', 'She takes the lamp.'],
  ['A lamp. The lamp', 'burns.', 'A lamp. The lamp burns.'],
  ['the keeper and the kee', 'per', 'the keeper and the keeper'],
  ['', 'a', 'a'],
])('%j and %j are joined', (text, more, whole) => {
  expect(joinText(text, more)).toBe(whole)
})
