import { describe, expect, test } from 'vitest'
import { GenerateError } from '../../../src/contract/errors.ts'
import type { GenerateRequest } from '../../../src/contract/generate.ts'
import type { RoutingPolicy } from '../../../src/contract/registry.ts'
import { resolveCandidates } from '../../../src/router/candidates/resolve.ts'
import { candidateName } from '../../../src/router/format.ts'
import { measurePrompt } from '../../../src/router/metering/estimate-tokens.ts'
import { testWorld } from '../../support/test-world.ts'
import { fakeUpstream, POLICY, registryOf } from '../harness.ts'

const world = testWorld()
const READY = [
  'openai/gpt-5.5',
  'azure/gpt-5.5',
  'anthropic/claude-sonnet-5',
  'openrouter/anthropic/claude-sonnet-5',
  'openrouter/deepseek/deepseek-v4:free',
  'groq/meta-llama/llama-4',
].map((name) => fakeUpstream(world, name, []).candidate)
const small = fakeUpstream(world, 'tiny/small-window', [], { contextTokens: 100 }).candidate
const blind = fakeUpstream(world, 'tiny/blind', [], { abilities: ['text'] }).candidate
const NOT_READY = ['mistral/mistral-medium']
const signal = new AbortController().signal

async function resolveNames(
  ask: { model?: string; fallbacks?: readonly string[]; prompt?: string; image?: boolean },
  policy: Partial<RoutingPolicy> = {},
) {
  const text = { type: 'text', text: ask.prompt ?? 'hi' } as const
  const image = { type: 'image', mimeType: 'image/png', base64: 'AAAA' } as const
  const request: GenerateRequest = {
    model: ask.model ?? 'auto',
    ...(ask.fallbacks && { fallbacks: ask.fallbacks }),
    messages: [{ role: 'user', parts: ask.image ? [text, image] : [text] }],
  }
  const found = await resolveCandidates(
    {
      registry: registryOf([...READY, small, blind], NOT_READY),
      policy: { ...POLICY, ...policy },
      order: async (list) => (policy.strategy === 'cheapest' ? list.toReversed() : list),
    },
    request,
    measurePrompt(request),
    signal,
  )
  return {
    names: found.candidates.map(candidateName),
    failed: found.failures.map(({ name, error }) => [name, error.failure.kind]),
    errors: found.failures.map(({ error }) => error),
  }
}

const routeError = async (...args: Parameters<typeof resolveNames>): Promise<GenerateError> => {
  const error = await resolveNames(...args).catch((cause: unknown) => cause)
  if (error instanceof GenerateError) return error
  throw new Error(`it found ${JSON.stringify(error)}`)
}

describe('a name', () => {
  test.each([
    ['openai/gpt-5.5', 'openai/gpt-5.5'],
    ['claude-sonnet-5', 'anthropic/claude-sonnet-5'],
    ['openrouter/anthropic/claude-sonnet-5', 'openrouter/anthropic/claude-sonnet-5'],
    ['openrouter/deepseek/deepseek-v4:free', 'openrouter/deepseek/deepseek-v4:free'],
    ['meta-llama/llama-4', 'groq/meta-llama/llama-4'], // a bare id that holds a slash
    ['anthropic/claude-sonnet-5', 'anthropic/claude-sonnet-5'], // and one that is a full name too
  ])('%s is %s', async (model, full) => {
    expect((await resolveNames({ model })).names).toEqual([full])
  })

  test('that two ready providers serve is an error that offers the full names', async () => {
    expect(await routeError({ model: 'gpt-5.5' })).toMatchObject({
      failure: { kind: 'unknown_model', nearest: ['openai/gpt-5.5', 'azure/gpt-5.5'] },
      message: 'More than one provider serves gpt-5.5. Name one of openai/gpt-5.5, azure/gpt-5.5.',
    })
  })

  test('that no provider has is an error that offers the nearest names, aliases included', async () => {
    const error = await routeError({ model: 'claude-sonet-5' })
    expect(error.message).toContain('There is no model claude-sonet-5. Did you mean anthropic/claude-sonnet-5')
    expect((await routeError({ model: 'fasst' }, { aliases: { fast: ['openai/gpt-5.5'] } })).message).toContain('fast')
  })

  test('of an unknown fallback is skipped, and its error kept', async () => {
    const { names, failed } = await resolveNames({ model: 'openai/gpt-5.5', fallbacks: ['ollama/qwen3:8b'] })
    expect(names).toEqual(['openai/gpt-5.5'])
    expect(failed).toEqual([['ollama/qwen3:8b', 'unknown_model']])
  })

  test('may have spaces around it and capitals in its provider', async () => {
    expect((await resolveNames({ model: ' OpenAI/gpt-5.5' })).names).toEqual(['openai/gpt-5.5'])
  })

  test('whose provider has no key is skipped, and its error kept', async () => {
    const { names, failed } = await resolveNames({ model: 'mistral-medium', fallbacks: ['openai/gpt-5.5'] })
    expect(names).toEqual(['openai/gpt-5.5'])
    expect(failed).toEqual([['mistral-medium', 'auth']])
  })

  test('and its fallbacks keep their order with every strategy, each once', async () => {
    const { names } = await resolveNames(
      { model: 'openai/gpt-5.5', fallbacks: ['claude-sonnet-5', 'openai/gpt-5.5', 'azure/gpt-5.5'] },
      { strategy: 'cheapest' },
    )
    expect(names).toEqual(['openai/gpt-5.5', 'anthropic/claude-sonnet-5', 'azure/gpt-5.5'])
  })
})

describe('an alias', () => {
  const aliases = { good: ['claude-sonnet-5', 'quick'], quick: ['openai/gpt-5.5', 'mistral/mistral-medium'] }

  test('may hold other aliases; models without a key are skipped', async () => {
    const { names, failed } = await resolveNames({ model: 'good' }, { aliases })
    expect(names).toEqual(['anthropic/claude-sonnet-5', 'openai/gpt-5.5'])
    expect(failed).toEqual([['mistral/mistral-medium', 'auth']])
  })

  test('is ordered as a whole by the strategy', async () => {
    expect((await resolveNames({ model: 'good' }, { aliases, strategy: 'cheapest' })).names).toEqual([
      'openai/gpt-5.5',
      'anthropic/claude-sonnet-5',
    ])
  })

  test('that leads back to itself is an error with the path', async () => {
    const error = await routeError({ model: 'a' }, { aliases: { a: ['openai/gpt-5.5', 'b'], b: ['a'] } })
    expect(error.message).toContain('a -> b -> a')
  })

  test('named like a member of Object.prototype is no alias', async () => {
    expect((await routeError({ model: 'constructor' })).failure.kind).toBe('unknown_model')
  })
})

describe('auto', () => {
  test('is the alias of that name', async () => {
    expect((await resolveNames({}, { aliases: { auto: ['azure/gpt-5.5'] } })).names).toEqual(['azure/gpt-5.5'])
  })

  test('without that alias is the default model and its fallbacks, in their order', async () => {
    const policy = { defaultModel: 'claude-sonnet-5', fallbacks: ['openai/gpt-5.5'], strategy: 'cheapest' } as const
    expect((await resolveNames({}, policy)).names).toEqual(['anthropic/claude-sonnet-5', 'openai/gpt-5.5'])
    expect((await resolveNames({ fallbacks: ['azure/gpt-5.5'] }, policy)).names).toEqual([
      'anthropic/claude-sonnet-5',
      'azure/gpt-5.5',
    ])
  })

  test('without a default model is the rule, also where the default model is `auto` itself', async () => {
    expect((await resolveNames({}, { defaultModel: 'auto' })).names).toEqual((await resolveNames({})).names)
    expect((await resolveNames({})).names[0]).toMatch(/^(openai|anthropic)\//)
  })

  test('without any ready provider says what was looked for', async () => {
    const found = await resolveCandidates(
      { registry: registryOf([]), policy: POLICY, order: async (list) => list },
      { model: 'auto', messages: [] },
      measurePrompt({ model: 'auto', messages: [] }),
      signal,
    )
    expect(found.failures[0]?.error).toMatchObject({
      failure: { kind: 'auth' },
      message: 'No key was found. Set one.',
    })
  })
})

describe('the needs of a request', () => {
  test('models not known to take images come last', async () => {
    const { names } = await resolveNames({ model: 'tiny/blind', fallbacks: ['openai/gpt-5.5'], image: true })
    expect(names).toEqual(['openai/gpt-5.5', 'tiny/blind'])
  })

  test('models whose window is certainly too small are left out, and the error says by how much', async () => {
    const { names, errors } = await resolveNames({
      model: 'tiny/small-window',
      fallbacks: ['openai/gpt-5.5'],
      prompt: 'word '.repeat(200),
    })
    expect(names).toEqual(['openai/gpt-5.5'])
    expect(errors[0]).toMatchObject({
      failure: { kind: 'context_too_long', limitTokens: 100 },
      message: expect.stringContaining('at least 166 tokens, and its window holds 100'),
    })
  })
})
