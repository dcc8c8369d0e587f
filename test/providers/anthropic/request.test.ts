import { describe, expect, test } from 'vitest'
import type { GenerateRequest, Setting } from '../../../src/contract/generate.ts'
import type { ModelFacts } from '../../../src/contract/provider.ts'
import { anthropicFixtures, messageEnd, messageStart, textBlock, toolBlock } from './fixtures.ts'
import {
  EFFORTS,
  errorResponse,
  FACTS,
  okResponse,
  REQUEST,
  sseResponse,
  stubProvider,
  textOf,
} from './stub-provider.ts'

async function bodyOf(request: Partial<GenerateRequest>, facts: Partial<ModelFacts> | null = {}) {
  const { sent, ask } = stubProvider([okResponse], { facts: facts === null ? undefined : { ...FACTS, ...facts } })
  const [start] = await ask(request)
  return { body: sent[0]?.body, ignored: start?.type === 'start' ? start.ignored : undefined }
}

describe('the body of a request', () => {
  const plain = {
    model: 'm',
    max_tokens: 8192,
    stream: true,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
  }
  const budget = { thinkingBudget: { min: 1024 } }
  const efforts = { efforts: EFFORTS }

  test.each<[string, Partial<GenerateRequest>, Partial<ModelFacts> | null, object, readonly Setting[]]>([
    ['nothing special', {}, {}, {}, []],
    ['a system prompt', { system: 'Be brief.' }, {}, { system: 'Be brief.' }, []],
    ['a bound', { maxOutputTokens: 50 }, {}, { max_tokens: 50 }, []],
    [
      'a bound above the model’s own',
      { maxOutputTokens: 9000 },
      { maxOutputTokens: 4096 },
      { max_tokens: 4096 },
      ['maxOutputTokens'],
    ],
    ['no bound and a small model', {}, { maxOutputTokens: 4096 }, { max_tokens: 4096 }, []],
    ['temperature', { temperature: 0.3 }, {}, { temperature: 0.3 }, []],
    ['a temperature off the scale', { temperature: 1.5 }, {}, { temperature: 1 }, ['temperature']],
    ['both temperature and top_p', { temperature: 0.3, topP: 0.9 }, {}, { temperature: 0.3 }, ['topP']],
    ['top_p alone', { topP: 0.9 }, {}, { top_p: 0.9 }, []],
    [
      'sampling that the model refuses',
      { temperature: 1, topP: 1 },
      { refuses: ['temperature', 'topP'] },
      {},
      ['temperature', 'topP'],
    ],
    [
      'top_p where temperature is refused',
      { temperature: 1, topP: 0.9 },
      { refuses: ['temperature'] },
      { top_p: 0.9 },
      ['temperature'],
    ],
    ['stop', { stop: ['END', ' '] }, {}, { stop_sequences: ['END'] }, ['stop']],
    ['a seed', { seed: 7 }, {}, {}, ['seed']],
    [
      'effort by budget',
      { reasoningEffort: 'low' },
      budget,
      { thinking: { type: 'enabled', budget_tokens: 1024 } },
      [],
    ],
    [
      'a budget that leaves room for the answer',
      { reasoningEffort: 'high', maxOutputTokens: 8000 },
      budget,
      { max_tokens: 8000, thinking: { type: 'enabled', budget_tokens: 6000 } },
      [],
    ],
    [
      'no room to think',
      { reasoningEffort: 'high', maxOutputTokens: 1200 },
      budget,
      { max_tokens: 1200 },
      ['reasoningEffort'],
    ],
    [
      'effort in words',
      { reasoningEffort: 'medium' },
      efforts,
      { thinking: { type: 'adaptive' }, output_config: { effort: 'medium' } },
      [],
    ],
    [
      'effort in both',
      { reasoningEffort: 'low' },
      { ...efforts, ...budget },
      { thinking: { type: 'enabled', budget_tokens: 1024 }, output_config: { effort: 'low' } },
      [],
    ],
    [
      'effort by a switch',
      { reasoningEffort: 'high', maxOutputTokens: 20_000 },
      { thinkingToggle: true },
      { max_tokens: 20_000, thinking: { type: 'enabled', budget_tokens: 8192 } },
      [],
    ],
    [
      'effort of an unknown model',
      { reasoningEffort: 'high' },
      null,
      { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
      [],
    ],
    [
      'effort of a model that cannot think',
      { reasoningEffort: 'high' },
      { abilities: ['text'] },
      {},
      ['reasoningEffort'],
    ],
    ['effort of a model that cannot be steered', { reasoningEffort: 'high' }, {}, {}, ['reasoningEffort']],
    ['no effort, by budget', { reasoningEffort: 'none' }, budget, {}, []],
    ['no effort, in words', { reasoningEffort: 'none' }, efforts, { thinking: { type: 'disabled' } }, []],
    [
      'no effort, by a switch',
      { reasoningEffort: 'none' },
      { thinkingToggle: true },
      { thinking: { type: 'disabled' } },
      [],
    ],
    ['no effort of a model that cannot think', { reasoningEffort: 'none' }, { abilities: ['text'] }, {}, []],
    ['no effort where nothing is known to stop it', { reasoningEffort: 'none' }, {}, {}, ['reasoningEffort']],
    [
      'sampling with thinking',
      { reasoningEffort: 'low', temperature: 1, topP: 1 },
      budget,
      { thinking: { type: 'enabled', budget_tokens: 1024 } },
      ['temperature', 'topP'],
    ],
  ])('%s', async (_, request, facts, difference, ignored) => {
    expect(await bodyOf(request, facts)).toEqual({ body: { ...plain, ...difference }, ignored })
  })

  const tool = { name: 'look', description: 'Looks.', schema: { type: 'object', properties: {} } }
  const sentTool = { name: 'look', description: 'Looks.', input_schema: { type: 'object', properties: {} } }

  test.each([
    [undefined, undefined],
    ['auto', undefined],
    ['none', { type: 'none' }],
    ['required', { type: 'any' }],
  ] as const)('tools with the choice %s', async (toolChoice, choice) => {
    const { body } = await bodyOf({ tools: [tool], ...(toolChoice && { toolChoice }) })
    expect(body?.['tools']).toEqual([sentTool])
    expect(body?.['tool_choice']).toEqual(choice)
  })

  test('a forced tool call turns off the thinking budget, which is listed as ignored', async () => {
    const { body, ignored } = await bodyOf({ tools: [tool], toolChoice: 'required', reasoningEffort: 'high' }, budget)
    expect(body).not.toHaveProperty('thinking')
    expect(ignored).toEqual(['reasoningEffort'])
  })

  test('a conversation: roles alternate, results come back with their images, ids are made fit, empty texts are left out', async () => {
    const text = (words: string) => ({ type: 'text', text: words }) as const
    const image = { type: 'image', mimeType: 'image/png', base64: 'AAAA' } as const
    const { body, ignored } = await bodyOf({
      messages: [
        { role: 'user', parts: [text('look'), image] },
        { role: 'user', parts: [text('  '), text('at this')] },
        {
          role: 'assistant',
          parts: [text(''), image],
          calls: [
            { id: 'a.1', name: 'look', args: { x: 1 } },
            { id: 'a.2', name: 'look', args: null },
          ],
        },
        { role: 'tool', callId: 'a.1', parts: [text('seen'), image] },
        { role: 'tool', callId: 'a.2', parts: [], failed: true },
        { role: 'user', parts: [text('well?')] },
        { role: 'assistant', parts: [text('I see ')] },
      ],
    })
    const source = { type: 'base64', media_type: 'image/png', data: 'AAAA' }
    expect(body?.['messages']).toEqual([
      { role: 'user', content: [text('look'), { type: 'image', source }, text('at this')] },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 'a_1', name: 'look', input: { x: 1 } },
          { type: 'tool_use', id: 'a_2', name: 'look', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a_1', content: [text('seen'), { type: 'image', source }] },
          { type: 'tool_result', tool_use_id: 'a_2', is_error: true },
          text('well?'),
        ],
      },
      { role: 'assistant', content: [text('I see')] },
    ])
    expect(ignored).toEqual(['images'])
  })

  test('a model without prefill gets a request to continue', async () => {
    const messages = [...REQUEST.messages, { role: 'assistant', parts: [{ type: 'text', text: 'Once upon' }] }] as const
    const { body } = await bodyOf({ messages }, { prefill: false })
    expect(body?.['messages']).toMatchObject([
      { role: 'user' },
      { role: 'assistant' },
      { role: 'user', content: [{ type: 'text' }] },
    ])
  })
})

describe('an answer in JSON', () => {
  const schema = { type: 'object', properties: { city: { type: 'string', minLength: 2 } }, required: ['city'] }
  const byTool = { abilities: ['text', 'tools'] } as const

  test('is asked for natively where the model can, in the schema that the server takes', async () => {
    const { body, ignored } = await bodyOf({ json: { schema } })
    expect(body?.['output_config']).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: { city: { type: 'string', description: '{minLength: 2}' } },
          required: ['city'],
          additionalProperties: false,
        },
      },
    })
    expect(ignored).toEqual([])
  })

  test.each<[string, Partial<ModelFacts> | null, object]>([
    ['a model that has tools only', byTool, schema],
    ['a model that is on its way out', { status: 'deprecated' }, schema],
    ['a model that nothing is known of', null, schema],
    [
      'a map, which the server would close',
      {},
      { type: 'object', properties: { by: { type: 'object', additionalProperties: { type: 'string' } } } },
    ],
    ['a schema that refers to itself', {}, { type: 'object', properties: { next: { $ref: '#' } } }],
    ['a schema without a type', {}, { type: 'object', properties: { any: {} } }],
  ])('is the input of a tool for %s', async (_, facts, given) => {
    const { body } = await bodyOf({ json: { name: 'capital', schema: { ...given } } }, facts)
    expect(body?.['tools']).toEqual([{ name: 'capital', description: expect.any(String), input_schema: given }])
    expect(body?.['tool_choice']).toEqual({ type: 'tool', name: 'capital', disable_parallel_tool_use: true })
    expect(body).not.toHaveProperty('output_config')
  })

  test('is asked for in words where the model has no other way', async () => {
    const { body } = await bodyOf({ system: 'Be brief.', json: { schema } }, { abilities: ['text'] })
    expect(body?.['system']).toMatch(/^Be brief\.\n\nAnswer with one JSON value/)
  })

  test('comes as text, and ends as any answer', async () => {
    const stream = [
      messageStart(),
      ...textBlock(0, 'Sure!'),
      ...toolBlock(1, 't1', 'answer', '{"city":', '"Rome"}'),
      ...messageEnd('tool_use'),
    ]
    const events = await stubProvider([sseResponse(...stream)], { facts: { ...FACTS, ...byTool } }).ask({
      json: { schema },
    })
    expect(events.filter((one) => one.type === 'text')).toEqual([{ type: 'text', text: '{"city":"Rome"}' }])
    expect(events.at(-1)).toMatchObject({ type: 'end', finish: 'stop' })
  })

  test('that is no object is wrapped on the way out and unwrapped on the way back', async () => {
    const stream = [messageStart(), ...toolBlock(0, 't1', 'answer', '{"value":', '[1,2]}'), ...messageEnd('tool_use')]
    const { sent, ask } = stubProvider([sseResponse(...stream)], { facts: { ...FACTS, ...byTool } })
    expect(textOf(await ask({ json: { schema: { type: 'array', items: { type: 'integer' } } } }))).toBe('[1,2]')
    expect(sent[0]?.body['tools']).toMatchObject([{ input_schema: { properties: { value: { type: 'array' } } } }])
  })

  test('that never comes is replaced by the text', async () => {
    const { ask } = stubProvider([sseResponse(...anthropicFixtures.textStream('{"city":"Rome"}'))], {
      facts: { ...FACTS, ...byTool },
    })
    expect(textOf(await ask({ json: { schema } }))).toBe('{"city":"Rome"}')
  })
})

describe('a refusal of a model is learned', () => {
  const learning = async (message: string, request: Partial<GenerateRequest>, facts?: ModelFacts) => {
    const { sent, ask } = stubProvider([errorResponse(message), okResponse], { facts })
    await expect(ask(request)).rejects.toMatchObject({ failure: { kind: 'invalid_request', learned: true } })
    const [start] = await ask(request)
    return { body: sent[1]?.body, ignored: start?.type === 'start' ? start.ignored : [] }
  }
  const json = { schema: { type: 'object', properties: { a: { type: 'string' } } } }

  test.each<[string, Partial<GenerateRequest>, ModelFacts | undefined, object, readonly Setting[]]>([
    ['`temperature` is deprecated for this model.', { temperature: 1 }, FACTS, {}, ['temperature']],
    [
      'This model does not support the effort parameter.',
      { reasoningEffort: 'low' },
      undefined,
      { thinking: { type: 'adaptive' } },
      [],
    ],
    [
      'adaptive thinking is not supported on this model',
      { reasoningEffort: 'low' },
      undefined,
      { output_config: { effort: 'low' } },
      [],
    ],
    [
      '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
      { reasoningEffort: 'low' },
      { ...FACTS, thinkingBudget: { min: 1024 } },
      { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
      [],
    ],
    [
      'output_config: Extra inputs are not permitted',
      { reasoningEffort: 'low' },
      { ...FACTS, efforts: EFFORTS },
      { thinking: { type: 'adaptive' } },
      [],
    ],
    ["'m' does not support output format.", { json }, FACTS, { tool_choice: { type: 'tool', name: 'answer' } }, []],
    ['Schema is too complex for compilation.', { json }, FACTS, { tool_choice: { type: 'tool', name: 'answer' } }, []],
  ])('%s', async (message, request, facts, left, ignored) => {
    const { body, ...rest } = await learning(message, request, facts)
    expect(body).toMatchObject(left)
    const settings = Object.keys(body ?? {}).filter(
      (name) => !['model', 'max_tokens', 'stream', 'messages', 'tools'].includes(name),
    )
    expect(settings.toSorted()).toEqual(Object.keys(left).toSorted())
    expect(rest.ignored).toEqual(ignored)
  })

  test('about prefill: the model then gets a request to continue', async () => {
    const words =
      'This model does not support assistant message prefill. The conversation must end with a user message.'
    const said = { role: 'assistant', parts: [{ type: 'text', text: 'Once upon ' }] } as const
    const { body } = await learning(words, {
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }, said],
    })
    expect(body?.['messages']).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: [{ text: 'Once upon ' }] },
      { role: 'user', content: [{ text: expect.stringContaining('Go on') }] },
    ])
  })

  test('unless the setting was not sent or is essential', async () => {
    const { ask } = stubProvider([
      errorResponse('`temperature` is deprecated for this model.'),
      errorResponse('messages: Extra inputs are not permitted'),
    ])
    for (const _ of [1, 2]) {
      const thrown = await ask().catch((error: unknown) => error)
      expect(thrown).toMatchObject({ failure: { kind: 'invalid_request' } })
      expect(thrown).not.toHaveProperty('failure.learned')
    }
  })
})
