import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Usage } from '../../src/contract/generate.ts'
import { costOf, FREE, maxCostOf, type Price } from '../../src/contract/price.ts'

const flat: Price = { input: 3_000_000, output: 15_000_000, source: 'a table' }
const full: Price = { ...flat, cachedInput: 300_000, cacheWrite: 3_750_000, reasoning: 20_000_000 }
const tiered: Price = {
  ...flat,
  tiers: [
    { aboveInputTokens: 200_000, input: 6_000_000, output: 22_500_000 },
    { aboveInputTokens: 500_000, input: 9_000_000, output: 30_000_000, cachedInput: 0 },
  ],
}

describe('what a call costs', () => {
  test.each<[string, Usage, Price, number | undefined]>([
    ['nothing for nothing', { inputTokens: 0, outputTokens: 0 }, flat, 0],
    ['input and output at their rates', { inputTokens: 1_000, outputTokens: 100 }, flat, 4_500],
    [
      'a cached part like input where it has no rate',
      { inputTokens: 1_000, cachedInputTokens: 900, outputTokens: 0 },
      flat,
      3_000,
    ],
    ['a cached part at its rate', { inputTokens: 1_000, cachedInputTokens: 900, outputTokens: 0 }, full, 570],
    ['a cache write at its rate', { inputTokens: 1_000, cacheWriteTokens: 1_000, outputTokens: 0 }, full, 3_750],
    ['reasoning at its rate', { inputTokens: 0, outputTokens: 100, reasoningTokens: 40 }, full, 1_700],
    [
      'reasoning like output where it has no rate',
      { inputTokens: 0, outputTokens: 100, reasoningTokens: 40 },
      flat,
      1_500,
    ],
    [
      'parts never above their whole',
      { inputTokens: 10, cachedInputTokens: 99, cacheWriteTokens: 99, outputTokens: 1, reasoningTokens: 9 },
      full,
      23,
    ],
    ['the base up to the tier', { inputTokens: 200_000, outputTokens: 1_000 }, tiered, 615_000],
    ['the tier for the whole call above it', { inputTokens: 200_001, outputTokens: 1_000 }, tiered, 1_222_506],
    [
      'the last tier that is exceeded',
      { inputTokens: 500_001, cachedInputTokens: 500_001, outputTokens: 0 },
      tiered,
      0,
    ],
    ['a fee for the call on top', { inputTokens: 1_000, outputTokens: 100 }, { ...flat, perCall: 5_000 }, 9_500],
    ['half a micro-dollar up', { inputTokens: 1, outputTokens: 0 }, { ...flat, input: 500_000 }, 1],
    ['less than half down', { inputTokens: 1, outputTokens: 0 }, { ...flat, input: 499_999 }, 0],
    ['nothing at home', { inputTokens: 1e6, outputTokens: 1e6 }, FREE, 0],
    ['unknown without the input', { outputTokens: 5 }, flat, undefined],
    ['unknown without the output', { inputTokens: 5 }, flat, undefined],
    ['unknown even where it is free', {}, FREE, undefined],
  ])('%s', (_, usage, price, microUsd) => {
    expect(costOf(usage, price)).toBe(microUsd)
  })
})

describe('the most that a call can cost', () => {
  const rate = fc.nat(200_000_000)
  const rates = fc.record(
    { input: rate, output: rate, cachedInput: rate, cacheWrite: rate, reasoning: rate },
    { requiredKeys: ['input', 'output'] },
  )
  const prices = fc
    .record({
      base: rates,
      tiers: fc.array(fc.tuple(fc.nat(1_000_000), rates), { maxLength: 3 }),
      perCall: fc.nat(50_000),
    })
    .map(
      ({ base, tiers, perCall }): Price => ({
        ...base,
        tiers: tiers.toSorted(([a], [b]) => a - b).map(([aboveInputTokens, tier]) => ({ aboveInputTokens, ...tier })),
        perCall,
        source: 'chance',
      }),
    )
  const tokens = fc.nat(1_000_000)

  test('is never less than what it does cost, however its tokens split', () => {
    fc.assert(
      fc.property(
        prices,
        tokens,
        tokens,
        tokens,
        tokens,
        tokens,
        tokens,
        tokens,
        (price, maxIn, maxOut, a, b, c, d, e) => {
          const usage = {
            inputTokens: Math.min(a, maxIn),
            cachedInputTokens: b,
            cacheWriteTokens: c,
            outputTokens: Math.min(d, maxOut),
            reasoningTokens: e,
          }
          const cost = costOf(usage, price)
          expect(cost).toBeGreaterThanOrEqual(0)
          expect(maxCostOf(maxIn, maxOut, price)).toBeGreaterThanOrEqual(cost ?? Number.NaN)
        },
      ),
      { numRuns: 1_000 },
    )
  })

  test('is exactly the cost of a plain call at a flat price', () => {
    fc.assert(
      fc.property(tokens, tokens, (inputTokens, outputTokens) => {
        expect(maxCostOf(inputTokens, outputTokens, flat)).toBe(costOf({ inputTokens, outputTokens }, flat))
      }),
    )
  })

  test('holds with whole numbers for the longest window at the dearest price', () => {
    const dear: Price = { input: 150_000_000, output: 600_000_000, source: 'o1-pro' }
    expect(maxCostOf(10_000_000, 1_000_000, dear)).toBe(2_100_000_000)
    expect(10_000_000 * dear.input).toBeLessThan(Number.MAX_SAFE_INTEGER)
  })
})
