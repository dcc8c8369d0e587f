import { expect, test } from 'vitest'
import type { GenerateRequest } from '../../../src/contract/generate.ts'
import type { ModelFacts } from '../../../src/contract/provider.ts'
import { buildChatRequest } from '../../../src/providers/openai/chat-request.ts'
import type { Quirks } from '../../../src/providers/quirks.ts'
import { mergeVendors } from '../../../src/providers/vendors.ts'

const user = { role: 'user', parts: [{ type: 'text', text: 'hi' }] } as const
const ASK: GenerateRequest = { model: 'm', messages: [user] }
const FACTS: ModelFacts = { id: 'm', name: 'M', abilities: ['text', 'tools', 'json'], source: 'test' }
const THINKS: ModelFacts = { ...FACTS, abilities: [...FACTS.abilities, 'thinking'] }
const OBJECT = { type: 'object', properties: {} }
const TOOLS = [{ name: 'look', description: 'Looks.', schema: OBJECT }]
const of = (id: string): Quirks => mergeVendors([]).find((vendor) => vendor.id === id)?.quirks ?? {}

function build(request: Partial<GenerateRequest>, facts?: ModelFacts, quirks: Quirks = {}, refused: string[] = []) {
  const { body, ignored } = buildChatRequest({ ...ASK, ...request }, { facts, quirks, unsupported: new Set(refused) })
  const { model: _model, messages: _messages, stream: _stream, stream_options: _options, ...rest } = body
  return { body, rest, ignored }
}

test.each<
  [what: string, Partial<GenerateRequest>, ModelFacts | undefined, Quirks, sent: object, ignored: readonly string[]]
>([
  ['as OpenAI', { maxOutputTokens: 9, seed: 1, topP: 0.5 }, FACTS, {}, { max_tokens: 9, seed: 1, top_p: 0.5 }, []],
  ['OpenAI’s newer name', { maxOutputTokens: 9 }, FACTS, of('openai'), { max_completion_tokens: 9 }, []],
  ['Mistral’s seed', { seed: 1 }, FACTS, of('mistral'), { random_seed: 1 }, []],
  ['DeepSeek has no seed', { seed: 1 }, FACTS, of('deepseek'), {}, ['seed']],
  ['xAI’s thinkers do not stop', { stop: ['x'] }, THINKS, of('xai'), {}, ['stop']],
  ['xAI’s others do', { stop: ['x'] }, FACTS, of('xai'), { stop: ['x'] }, []],
  ['one stop at Z.ai', { stop: ['x', 'y'] }, FACTS, of('zai'), { stop: ['x'] }, ['stop']],
  [
    'facts refuse',
    { temperature: 1, topP: 1 },
    { ...FACTS, refuses: ['temperature'] },
    {},
    { top_p: 1 },
    ['temperature'],
  ],
  ['choice without tools', { toolChoice: 'required' }, FACTS, {}, {}, []],
])('%s', (_what, request, facts, quirks, sent, ignored) => {
  expect(build(request, facts, quirks)).toMatchObject({ rest: sent, ignored })
  expect(build(request, facts, quirks).rest).toEqual(sent)
})

test.each<
  [
    what: string,
    ModelFacts | undefined,
    Quirks,
    effort: 'none' | 'low' | 'high',
    sent: object,
    ignored: readonly string[],
  ]
>([
  ['unknown', undefined, {}, 'high', { reasoning_effort: 'high' }, []],
  ['nearest word', { ...THINKS, efforts: ['medium', 'xhigh'] }, {}, 'low', { reasoning_effort: 'medium' }, []],
  ['no none', { ...THINKS, efforts: ['low', 'high'] }, {}, 'none', {}, ['reasoningEffort']],
  ['cannot think', FACTS, {}, 'high', {}, ['reasoningEffort']],
  ['needs no parameter', FACTS, {}, 'none', {}, []],
  [
    'OpenRouter',
    { ...THINKS, efforts: ['low', 'high'] },
    of('openrouter'),
    'high',
    { reasoning: { effort: 'high' } },
    [],
  ],
  [
    'OpenRouter off',
    { ...THINKS, thinkingToggle: true },
    of('openrouter'),
    'none',
    { reasoning: { enabled: false } },
    [],
  ],
  [
    'DeepSeek',
    { ...THINKS, efforts: ['high', 'max'], thinkingToggle: true },
    of('deepseek'),
    'high',
    { thinking: { type: 'enabled' }, reasoning_effort: 'high' },
    [],
  ],
  [
    'DeepSeek off',
    { ...THINKS, efforts: ['high'], thinkingToggle: true },
    of('deepseek'),
    'none',
    { thinking: { type: 'disabled' } },
    [],
  ],
  [
    'Alibaba',
    { ...THINKS, thinkingToggle: true, thinkingBudget: { max: 2000 } },
    of('alibaba'),
    'high',
    { enable_thinking: true, thinking_budget: 2000 },
    [],
  ],
  ['Together', { ...THINKS, thinkingToggle: true }, of('togetherai'), 'low', { reasoning: { enabled: true } }, []],
  [
    'Gemini by budget',
    { ...THINKS, thinkingBudget: { min: 128 } },
    of('google'),
    'low',
    { reasoning_effort: 'low' },
    [],
  ],
])('effort: %s', (_what, facts, quirks, effort, sent, ignored) => {
  const { rest, ignored: listed } = build({ reasoningEffort: effort }, facts, quirks)
  expect({ rest, listed }).toEqual({ rest: sent, listed: ignored })
})

test.each<[what: string, ModelFacts | undefined, Quirks, tools: boolean, type: string | undefined, stream: boolean]>([
  ['by schema where the catalog says so', FACTS, {}, false, 'json_schema', true],
  ['by schema where nothing is known', undefined, {}, false, 'json_schema', true],
  ['in words where the model has none', { ...FACTS, abilities: ['text'] }, {}, false, undefined, true],
  ['as an object at DeepSeek', FACTS, of('deepseek'), false, 'json_object', true],
  ['whole at Groq', FACTS, of('groq'), false, 'json_schema', false],
  ['in words beside tools at Groq', FACTS, of('groq'), true, undefined, true],
])('json: %s', (_what, facts, quirks, tools, type, stream) => {
  const { body } = build({ json: { schema: OBJECT }, ...(tools && { tools: TOOLS }) }, facts, quirks)
  expect(body['response_format']).toEqual(type === undefined ? undefined : expect.objectContaining({ type }))
  expect(body['stream']).toBe(stream)
  const system = JSON.stringify((body['messages'] as { role: string }[]).find((message) => message.role === 'system'))
  expect(system?.includes('JSON Schema') ?? false).toBe(type !== 'json_schema')
})

test('token counts are requested, unless the vendor refuses the option', () => {
  expect(build({}).body['stream_options']).toEqual({ include_usage: true })
  expect(build({}, undefined, of('mistral')).body).not.toHaveProperty('stream_options')
  expect(build({}, undefined, {}, ['stream_options']).body).not.toHaveProperty('stream_options')
})

test('the output bound is never left out: refused under one name, it is sent under the other', () => {
  expect(build({ maxOutputTokens: 9 }, FACTS, {}, ['max_tokens']).rest).toEqual({ max_completion_tokens: 9 })
})

test('past calls have the shapes of Mistral and Gemini', () => {
  const call = { id: 'call_0123456789', name: 'look', args: {} }
  const past: Partial<GenerateRequest> = {
    messages: [user, { role: 'assistant', parts: [], calls: [call] }, { role: 'tool', callId: call.id, parts: [] }],
  }
  const mistral = JSON.parse(JSON.stringify(build(past, FACTS, of('mistral')).body['messages']))
  expect(mistral[1].tool_calls[0].id).toMatch(/^[A-Za-z0-9]{9}$/)
  expect(mistral[2].tool_call_id).toBe(mistral[1].tool_calls[0].id)
  const google = JSON.parse(JSON.stringify(build(past, FACTS, of('google')).body['messages']))
  expect(google[1].tool_calls[0].extra_content.google).toHaveProperty('thought_signature')
})

test('images that are not taken, or have no place, are listed', () => {
  const image = { type: 'image', mimeType: 'image/png', base64: 'AA==' } as const
  const seen: Partial<GenerateRequest> = { messages: [{ role: 'user', parts: [image, ...user.parts] }] }
  expect(build(seen).ignored).toEqual([])
  const blind = build(seen, { ...FACTS, refuses: ['images'] })
  expect(blind.ignored).toEqual(['images'])
  expect(blind.body['messages']).toEqual([{ role: 'user', content: 'hi' }])
  const result: Partial<GenerateRequest> = { messages: [user, { role: 'tool', callId: 'c', parts: [image] }] }
  expect(build(result).ignored).toEqual(['images'])
})
