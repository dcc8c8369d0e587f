import { calcPrice } from '@pydantic/genai-prices'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openCatalog } from '../../src/catalog/index.ts'
import { costOf } from '../../src/contract/price.ts'

const catalog = await openCatalog()
const NOW = Date.UTC(2026, 10, 1)

/** Token counts of a call, now and then far above the tiers. */
const usages = fc
  .record({
    input: fc.oneof(fc.nat(5_000), fc.nat(1_000_000)),
    output: fc.nat(200_000),
    parts: fc.array(fc.nat(100), { minLength: 3, maxLength: 3 }),
  })
  .map(({ input, output, parts: [read = 0, write = 0, reasoning = 0] }) => {
    const cachedInputTokens = Math.floor((input * read) / 100)
    return {
      inputTokens: input,
      cachedInputTokens,
      cacheWriteTokens: Math.floor(((input - cachedInputTokens) * write) / 100),
      outputTokens: output,
      reasoningTokens: Math.floor((output * reasoning) / 100),
    }
  })

describe('a cost is that of an independent calculation, to the micro-dollar', () => {
  const models = [
    ['openai', 'gpt-4o'],
    ['openai', 'gpt-5.6-sol'],
    ['anthropic', 'claude-opus-4-6'],
    ['anthropic', 'claude-sonnet-5'],
    ['google', 'gemini-2.5-pro'],
    ['google', 'gemini-3.6-flash'],
    ['xai', 'grok-4.5'],
    ['moonshotai', 'kimi-k3'],
    ['mistral', 'mistral-medium-latest'],
  ] as const
  const names: Readonly<Record<string, string>> = { xai: 'x-ai' }
  const moments = fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2027, 5, 1) })

  test.each(models)('%s/%s', (vendor, id) => {
    fc.assert(
      fc.property(usages, moments, (usage, at) => {
        const price = catalog.model(vendor, id, at)?.price
        if (!price) throw new Error('no price')
        const theirs = calcPrice(
          {
            input_tokens: usage.inputTokens,
            cache_read_tokens: usage.cachedInputTokens,
            cache_write_tokens: usage.cacheWriteTokens,
            output_tokens: usage.outputTokens,
          },
          id,
          { providerId: names[vendor] ?? vendor, timestamp: new Date(at) },
        )
        if (theirs?.model.id !== id) throw new Error('no price there')
        // Theirs is a float in dollars, ours is rounded: at most half a micro-dollar lies between.
        expect(Math.abs((costOf(usage, price) ?? Number.NaN) - theirs.total_price * 1_000_000)).toBeLessThanOrEqual(
          0.500001,
        )
      }),
      { numRuns: 200 },
    )
  })

  test('with reasoning at a rate of its own, and with a fee for the call', () => {
    const research = catalog.model('openrouter', 'perplexity/sonar-deep-research', NOW)?.price
    const sonar = catalog.model('perplexity', 'sonar', NOW)?.price
    const usage = { inputTokens: 1_234, outputTokens: 5_678, reasoningTokens: 4_321 }
    const tokens = { input_tokens: 1_234, output_tokens: 5_678, output_reasoning_tokens: 4_321 }
    const theirs = (model: string, providerId: string): number =>
      Math.round((calcPrice(tokens, model, { providerId })?.total_price ?? Number.NaN) * 1_000_000)
    expect(research && costOf(usage, research)).toBe(theirs('perplexity/sonar-deep-research', 'openrouter'))
    expect(sonar && costOf(usage, sonar)).toBe(theirs('sonar', 'perplexity'))
    expect(sonar?.perCall).toBe(12_000)
  })
})

describe('a near match is not the price', () => {
  test.each([
    ['anthropic', 'claude-sonnet-5-5'],
    ['openai', 'gpt-4o-mini-of-mine'],
    ['google', 'gemini-2.5-pro-next'],
  ])('%s/%s is not known, though the price list would match it by pattern', (vendor, id) => {
    expect(catalog.model(vendor, id, NOW)).toBeUndefined()
  })

  test('the trap is real', () => {
    expect(calcPrice({ input_tokens: 1 }, 'claude-sonnet-5-5', { providerId: 'anthropic' })?.model.id).toBe(
      'claude-sonnet-5',
    )
  })
})

test.each([
  ['openai', 'gpt-4o', 'genai-prices'],
  ['anthropic', 'claude-opus-4-5-20251101', 'models.dev'],
  ['302ai', 'claude-opus-4-5', 'models.dev'],
  ['openrouter', 'qwen/qwen3.7-flash', 'openrouter'],
])('%s/%s: the price says that it comes from %s', (vendor, id, source) => {
  expect(catalog.model(vendor, id, NOW)?.price?.source).toMatch(source)
})

test('a price that token counts cannot tell is no price', () => {
  expect(catalog.model('perplexity', 'sonar-deep-research', NOW)).not.toHaveProperty('price')
  expect(catalog.model('openrouter', 'openrouter/auto', NOW)).not.toHaveProperty('price')
})
