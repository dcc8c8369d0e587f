import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, test } from 'vitest'
import type { GenerateRequest } from '../../../src/contract/generate.ts'
import type { ModelFacts } from '../../../src/contract/provider.ts'
import { buildChatRequest } from '../../../src/providers/openai/chat-request.ts'
import { buildResponsesRequest } from '../../../src/providers/openai/responses-request.ts'
import type { Quirks } from '../../../src/providers/quirks.ts'
import type { ModelContext } from '../../../src/providers/request/settings.ts'

const SPEC = join(import.meta.dirname, '../../../../shared/data/specs/openai-schemas.json')
const haveSpec = existsSync(SPEC)

const text = (said: string) => [{ type: 'text', text: said }] as const
const ASK: GenerateRequest = { model: 'gpt-5.2', messages: [{ role: 'user', parts: text('hi') }] }
const CLOSED = {
  type: 'object',
  properties: { title: { type: 'string' } },
  required: ['title'],
  additionalProperties: false,
}
const TOOLS = [{ name: 'look', description: 'Looks.', schema: CLOSED }]
const IMAGE = { type: 'image', mimeType: 'image/png', base64: 'iVBORw0KGgo=' } as const

/** One request for each setting, and all of them at once. */
const REQUESTS: Readonly<Record<string, Partial<GenerateRequest>>> = {
  bare: {},
  system: { system: 'Be brief.' },
  'many turns': {
    messages: [
      { role: 'user', parts: text('a') },
      { role: 'assistant', parts: text('b') },
      { role: 'user', parts: text('c') },
    ],
  },
  'an image': { messages: [{ role: 'user', parts: [...text('what is it?'), IMAGE] }] },
  'an image by itself': { messages: [{ role: 'user', parts: [IMAGE] }] },
  maxOutputTokens: { maxOutputTokens: 500 },
  'few maxOutputTokens': { maxOutputTokens: 1 },
  temperature: { temperature: 0.2 },
  topP: { topP: 0.9 },
  stop: { stop: ['END', 'CUT'] },
  'more stops than it takes': { stop: ['a', 'b', 'c', 'd', 'e'] },
  seed: { seed: 7 },
  'effort none': { reasoningEffort: 'none' },
  'effort low': { reasoningEffort: 'low' },
  'effort medium': { reasoningEffort: 'medium' },
  'effort high': { reasoningEffort: 'high' },
  'strict json': { json: { name: 'a title', schema: CLOSED } },
  'loose json': { json: { schema: { type: 'object', properties: { a: { type: 'string', minLength: 1 } } } } },
  'json that is a list': { json: { schema: { type: 'array', items: { type: 'string' } } } },
  tools: { tools: TOOLS },
  'tool choice auto': { tools: TOOLS, toolChoice: 'auto' },
  'tool choice none': { tools: TOOLS, toolChoice: 'none' },
  'tool choice required': { tools: TOOLS, toolChoice: 'required' },
  'tool calls and results': {
    tools: TOOLS,
    messages: [
      { role: 'user', parts: text('look') },
      {
        role: 'assistant',
        parts: text('I look.'),
        calls: [
          { id: 'call_1', name: 'look', args: { title: 'x' } },
          { id: 'call_2', name: 'look', args: {} },
        ],
      },
      { role: 'tool', callId: 'call_1', parts: text('seen') },
      { role: 'tool', callId: 'call_2', parts: text('dark'), failed: true },
    ],
  },
  'a call without words': {
    tools: TOOLS,
    messages: [
      { role: 'user', parts: text('look') },
      { role: 'assistant', parts: [], calls: [{ id: 'call_1', name: 'look', args: {} }] },
      { role: 'tool', callId: 'call_1', parts: [] },
    ],
  },
  everything: {
    system: 'Be brief.',
    maxOutputTokens: 500,
    temperature: 1,
    topP: 1,
    stop: ['END'],
    seed: 7,
    reasoningEffort: 'low',
    json: { schema: CLOSED },
    tools: TOOLS,
    toolChoice: 'auto',
  },
}

const FACTS: ModelFacts = {
  id: 'm',
  name: 'M',
  abilities: ['text', 'images', 'tools', 'json', 'thinking'],
  source: 'test',
}
const KNOWN: Readonly<Record<string, ModelFacts | undefined>> = {
  'a model nothing is known of': undefined,
  'a model of four efforts': { ...FACTS, efforts: ['minimal', 'low', 'medium', 'high'] },
  'a model that can do little': { ...FACTS, abilities: ['text'], refuses: ['temperature', 'topP', 'seed', 'images'] },
}

describe.skipIf(!haveSpec)(
  `requests by OpenAI’s own schemas${haveSpec ? '' : ' (skipped: no ../shared/data/specs)'}`,
  () => {
    const checks = new Map<string, { validate: ValidateFunction; fields: ReadonlySet<string> }>()

    beforeAll(() => {
      const spec = JSON.parse(readFileSync(SPEC, 'utf8'), (_, value) => plain(value))
      const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
      ajv.addSchema({ ...spec, $id: 'openai' })
      for (const name of ['CreateChatCompletionRequest', 'CreateResponse']) {
        const validate = ajv.compile({ $ref: `openai#/components/schemas/${name}` })
        checks.set(name, { validate, fields: new Set(fieldsOf(spec.components.schemas, name)) })
      }
    })

    const cases = Object.keys(REQUESTS).flatMap((request) => Object.keys(KNOWN).map((model) => ({ request, model })))
    const quirks: Quirks = { maxTokensField: 'max_completion_tokens' }

    test.each(cases)('$request to $model', ({ request, model }) => {
      const about: ModelContext = { facts: KNOWN[model], quirks, unsupported: new Set() }
      for (const [name, build] of [
        ['CreateChatCompletionRequest', buildChatRequest],
        ['CreateResponse', buildResponsesRequest],
      ] as const) {
        const body = JSON.parse(JSON.stringify(build({ ...ASK, ...REQUESTS[request] }, about).body))
        const check = checks.get(name)
        expect(check?.validate(body), `${name}: ${JSON.stringify(check?.validate.errors?.slice(0, 3))}`).toBe(true)
        expect(Object.keys(body).filter((field) => !check?.fields.has(field))).toEqual([])
      }
    })

    test('the schemas can refuse', () => {
      const { validate } = checks.get('CreateResponse') ?? {}
      expect(validate?.({ model: 'm', input: 'hi', max_output_tokens: 1 })).toBe(false)
      expect(checks.get('CreateChatCompletionRequest')?.validate({ model: 'm', messages: [{ role: 'user' }] })).toBe(
        false,
      )
    })
  },
)

/**
 * Two things of OpenAPI that say something else, or nothing, to a validator of JSON Schema 2020: `nullable`, and a `oneOf`
 * whose choice a discriminator makes (a message with parts is both of two kinds of input item).
 */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('discriminator' in value && 'oneOf' in value) {
    const { oneOf, discriminator: _, ...rest } = value
    return { ...rest, anyOf: oneOf }
  }
  if (!('nullable' in value)) return value
  const { nullable, ...rest } = value
  return nullable === true ? { anyOf: [rest, { type: 'null' }] } : rest
}

interface Schema {
  readonly allOf?: readonly (Schema & { readonly $ref?: string })[]
  readonly properties?: object
}

function fieldsOf(schemas: Readonly<Record<string, Schema>>, name: string): readonly string[] {
  const schema = schemas[name]
  const inherited = (schema?.allOf ?? []).flatMap((part) =>
    part.$ref ? fieldsOf(schemas, part.$ref.split('/').at(-1) ?? '') : Object.keys(part.properties ?? {}),
  )
  return [...inherited, ...Object.keys(schema?.properties ?? {})]
}
