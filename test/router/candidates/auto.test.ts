import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Ability, ModelFacts } from '../../../src/contract/provider.ts'
import type { Candidate } from '../../../src/contract/registry.ts'
import { selectAutoCandidates } from '../../../src/router/candidates/auto.ts'
import { PLAIN_TEXT, type Requirements } from '../../../src/router/candidates/requirements.ts'
import { candidateName } from '../../../src/router/format.ts'
import { testWorld } from '../../support/test-world.ts'
import { fakeUpstream } from '../harness.ts'

const world = testWorld()
type CandidateOptions = Partial<ModelFacts> & { local?: boolean; auto?: boolean }
const makeCandidate = (name: string, released: string, more: CandidateOptions = {}): Candidate =>
  fakeUpstream(world, name, [], { released, ...more }).candidate
const usd = (output: number) => ({ input: 1_000_000, output: output * 1_000_000, source: 'test' })

async function pickModels(
  ready: readonly Candidate[],
  requirements: Requirements = PLAIN_TEXT,
): Promise<readonly string[]> {
  return (await selectAutoCandidates(ready, requirements, async (rank) => rank)).map(candidateName)
}

describe('the rule of auto', () => {
  const table: readonly [string, readonly Candidate[], readonly string[], Requirements?][] = [
    [
      'takes the newest',
      [makeCandidate('openai/gpt-5', '2025-08-07'), makeCandidate('openai/gpt-6', '2026-08-07')],
      ['openai/gpt-6'],
    ],
    [
      'breaks ties by window, then price, then name',
      [
        makeCandidate('a/w', '2026-01-01', { contextTokens: 1 }),
        makeCandidate('a/x', '2026-01-01', { price: usd(9) }),
        makeCandidate('a/z', '2026-01-01', { price: usd(2) }),
        makeCandidate('a/y', '2026-01-01', { price: usd(2) }),
      ],
      ['a/y'],
    ],
    [
      'leaves out unfinished models, and those not meant for auto',
      [
        makeCandidate('a/old', '2024-01-01'),
        makeCandidate('a/beta', '2026-01-01', { status: 'beta' }),
        makeCandidate('a/gone', '2026-01-01', { status: 'deprecated' }),
        makeCandidate('a/mute', '2026-01-01', { abilities: ['images'] }),
        makeCandidate('a/named-only', '2026-01-01', { auto: false }),
      ],
      ['a/old'],
    ],
    [
      'leaves out absurdly expensive and unpriced models while there is another',
      [
        makeCandidate('a/pro', '2026-02-01', { price: usd(180) }),
        makeCandidate('a/plain', '2026-01-01', { price: usd(30) }),
      ],
      ['a/plain'],
    ],
    ['takes them when there is no other', [makeCandidate('a/pro', '2026-02-01', { price: usd(180) })], ['a/pro']],
    [
      'takes a general model before a small or a special one, however new',
      [
        makeCandidate('a/gpt-5-codex', '2026-03-01'),
        makeCandidate('a/gpt-5-mini', '2026-02-01'),
        makeCandidate('a/gpt-5', '2026-01-01'),
        makeCandidate('a/gpt-5-search-preview', '2026-04-01'),
      ],
      ['a/gpt-5'],
    ],
    [
      'reads minimax as a name, not as a mini model',
      [makeCandidate('a/minimax-m3', '2026-01-01'), makeCandidate('a/x', '2025-01-01')],
      ['a/minimax-m3'],
    ],
    [
      'never takes a model that is not made for writing',
      ['gpt-audio', 'gpt-image-2', 'x-tts', 'llama-guard-4', 'text-embedding-3', 'mistral-ocr', 'o3-deep-research'].map(
        (id) => makeCandidate(`a/${id}`, '2026-01-01'),
      ),
      [],
    ],
    [
      'takes one model of each provider: makers before resellers, hosted before local',
      [
        makeCandidate('ollama/llama3', '2026-09-01', { local: true }),
        makeCandidate('openrouter/anthropic/claude-sonnet-5', '2026-07-01'),
        makeCandidate('openai/gpt-5', '2026-01-01'),
        makeCandidate('anthropic/claude-sonnet-5', '2026-06-30'),
      ],
      ['anthropic/claude-sonnet-5', 'openai/gpt-5', 'openrouter/anthropic/claude-sonnet-5', 'ollama/llama3'],
    ],
    [
      'takes four at most',
      ['a', 'b', 'c', 'd', 'e'].map((provider) => makeCandidate(`${provider}/m`, '2026-01-01')),
      ['a/m', 'b/m', 'c/m', 'd/m'],
    ],
    [
      'leaves out models without images or tools where the request needs them',
      [makeCandidate('a/blind', '2026-01-01', { abilities: ['text'] }), makeCandidate('a/sees', '2025-01-01')],
      ['a/sees'],
      { ...PLAIN_TEXT, abilities: ['images', 'tools'] },
    ],
    [
      'puts models that take schemas first where the request has one',
      [makeCandidate('a/plain', '2026-01-01', { abilities: ['text'] }), makeCandidate('a/json', '2025-01-01')],
      ['a/json'],
      { ...PLAIN_TEXT, json: true },
    ],
    [
      'leaves out models whose window is too small for the prompt',
      [makeCandidate('a/small', '2026-01-01', { contextTokens: 8_000 }), makeCandidate('a/large', '2025-01-01')],
      ['a/large'],
      { ...PLAIN_TEXT, minInputTokens: 10_000 },
    ],
  ]
  test.each(table)('%s', async (_, ready, expected, requirements) => {
    expect(await pickModels(ready, requirements)).toEqual(expected)
  })

  test('the strategy orders models of one rank, and keeps the order of the ranks', async () => {
    const ready = [
      makeCandidate('openai/gpt-5', '2026-01-01'),
      makeCandidate('anthropic/claude', '2026-02-01'),
      makeCandidate('groq/llama', '2026-03-01'),
    ]
    const found = await selectAutoCandidates(ready, PLAIN_TEXT, async (rank) => rank.toReversed())
    expect(found.map(candidateName)).toEqual(['openai/gpt-5', 'anthropic/claude', 'groq/llama'])
  })
})

/** The choice of auto for one key in the environment, by the catalog's data of 2026-07-02. */
const data = join(import.meta.dirname, '../../../../shared/data/catalog/models-dev.json')
describe.skipIf(!existsSync(data))('the rule on real data (skipped where ../shared is missing)', () => {
  test.each([
    ['openai', 'openai/gpt-5.5'],
    ['anthropic', 'anthropic/claude-sonnet-5'],
    ['google', 'google/gemini-3.5-flash'],
    ['mistral', 'mistral/mistral-medium-2604'],
    ['xai', 'xai/grok-4.3'],
    ['deepseek', 'deepseek/deepseek-v4-flash'],
    ['cohere', 'cohere/command-a-plus-05-2026'],
    ['moonshotai', 'moonshotai/kimi-k2.6'],
    ['zai', 'zai/glm-5.2'],
    ['groq', 'groq/openai/gpt-oss-20b'],
    ['openrouter', 'openrouter/anthropic/claude-sonnet-5'],
    ['perplexity', 'perplexity/sonar-pro'],
  ])('%s: %s', async (provider, expected) => {
    expect(await pickModels(readyWith(provider))).toEqual([expected])
  })
})

function readyWith(provider: string): readonly Candidate[] {
  const { providers } = JSON.parse(readFileSync(data, 'utf8'))
  return Object.entries<Listed>(providers[provider].models).flatMap(([id, model]) => {
    const { release_date, status, cost, limit, modalities, tool_call, structured_output } = model
    const abilities: Ability[] = [
      ...(modalities?.output?.includes('text') ? (['text'] as const) : []),
      ...(modalities?.input?.includes('image') ? (['images'] as const) : []),
      ...(tool_call ? (['tools'] as const) : []),
      ...(structured_output ? (['json'] as const) : []),
    ]
    const { candidate } = fakeUpstream(world, `${provider}/${id}`, [], {
      abilities,
      ...(release_date && { released: release_date }),
      ...(status && { status }),
      ...(limit?.context && { contextTokens: limit.context }),
      price: { ...usd(cost?.output ?? 1_000), input: (cost?.input ?? 1_000) * 1_000_000 },
    })
    return [candidate]
  })
}

interface Listed {
  readonly release_date?: string
  readonly status?: 'alpha' | 'beta' | 'deprecated'
  readonly cost?: { readonly input?: number; readonly output?: number }
  readonly limit?: { readonly context?: number }
  readonly modalities?: { readonly input?: readonly string[]; readonly output?: readonly string[] }
  readonly tool_call?: boolean
  readonly structured_output?: boolean
}
