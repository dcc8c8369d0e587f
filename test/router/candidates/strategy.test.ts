import { describe, expect, test } from 'vitest'
import type { Candidate } from '../../../src/contract/registry.ts'
import { orderCandidates, type Strategy, type StrategyInputs } from '../../../src/router/candidates/strategy.ts'
import { candidateName } from '../../../src/router/format.ts'
import { testWorld } from '../../support/test-world.ts'
import { fakeUpstream } from '../harness.ts'

const world = testWorld()
const usd = (input: number, output: number) => ({ input: input * 1e6, output: output * 1e6, source: 'test' })
const LIST: readonly Candidate[] = [
  fakeUpstream(world, 'a/mid', [], { price: usd(3, 15) }),
  fakeUpstream(world, 'b/unpriced', [], { unpriced: true }),
  fakeUpstream(world, 'c/cheap', [], { price: usd(1, 2) }),
  fakeUpstream(world, 'd/cheap-input', [], { price: usd(0.5, 20) }),
].map((one) => one.candidate)
const SIGHT: StrategyInputs = { firstTokenMs: () => undefined, isBusy: () => false, random: () => 0.5 }
const order = (strategy: Strategy, sight: Partial<StrategyInputs> = {}): readonly string[] =>
  orderCandidates(strategy, LIST, { ...SIGHT, ...sight }).map((one) => candidateName(one))

test('order: keeps the order', () => {
  expect(order('order')).toEqual(['a/mid', 'b/unpriced', 'c/cheap', 'd/cheap-input'])
})

test('cheapest: weighs input three to one of output, unpriced models last', () => {
  expect(order('cheapest')).toEqual(['c/cheap', 'd/cheap-input', 'a/mid', 'b/unpriced'])
})

test('fastest: by speed; models without a recent measurement come first, so that they are measured', () => {
  const pace: Record<string, number> = { 'a/mid': 900, 'c/cheap': 300 }
  expect(order('fastest', { firstTokenMs: (model) => pace[model] })).toEqual([
    'b/unpriced',
    'd/cheap-input',
    'c/cheap',
    'a/mid',
  ])
})

describe('balanced: a weighted draw', () => {
  /** How often each model comes first in a thousand draws. */
  function firsts(sight: Partial<StrategyInputs> = {}): Record<string, number> {
    let seed = 1
    const random = (): number => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed / 2_147_483_647
    }
    const counts: Record<string, number> = {}
    for (let i = 0; i < 1_000; i++) {
      const [first = ''] = order('balanced', { random, ...sight })
      counts[first] = (counts[first] ?? 0) + 1
    }
    return counts
  }

  test('every model is drawn, cheap ones more often', () => {
    const counts = firsts()
    expect(Object.keys(counts).length).toBe(4)
    expect(counts['c/cheap']).toBeGreaterThan(1.3 * (counts['a/mid'] ?? 0))
  })

  test('fast models are drawn more often than slow ones', () => {
    const counts = firsts({ firstTokenMs: (model) => (model === 'a/mid' ? 100 : 5_000) })
    expect(counts['a/mid']).toBeGreaterThan(firsts()['a/mid'] ?? 0)
  })

  test('a model that is held back is drawn seldom', () => {
    expect(firsts({ isBusy: (model) => model === 'c/cheap' })['c/cheap']).toBeLessThan(100)
  })

  test('free models are drawn equally often', () => {
    const free = ['a/x', 'b/y'].map((name) => fakeUpstream(world, name, [], { local: true }).candidate)
    expect(orderCandidates('balanced', free, SIGHT).map(candidateName)).toEqual(['a/x', 'b/y'])
  })
})
