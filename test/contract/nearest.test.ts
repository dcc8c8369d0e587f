import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findNearestNames } from '../../src/contract/nearest.ts'

const NAMES = [
  '302ai/claude-sonnet-5',
  'kilo/anthropic/claude-sonnet-5',
  'openrouter/anthropic/claude-sonnet-5',
  'anthropic/claude-sonnet-5',
  'anthropic/claude-sonnet-4-5',
  'anthropic/claude-opus-5',
  'openrouter/openai/gpt-5.4-mini',
  'openai/gpt-5.4',
  'openai/gpt-5.4-mini',
  'google/gemini-2.5-pro',
  'openrouter/google/gemini-2.5-pro',
  'ollama/qwen3:8b',
]

test.each([
  ['claude-sonet-5', 'anthropic/claude-sonnet-5', 'a letter is missing, and the maker comes before its resellers'],
  ['antropic/claude-sonet-5', 'anthropic/claude-sonnet-5', 'both halves are misspelt'],
  ['cluade-opus-5', 'anthropic/claude-opus-5', 'two letters changed places'],
  ['Claude Sonnet 4.5', 'anthropic/claude-sonnet-4-5', 'it is written as people write it'],
  ['sonnet-5', 'anthropic/claude-sonnet-5', 'a word is left out'],
  ['claude-5-sonnet', 'anthropic/claude-sonnet-5', 'the words are in another order'],
  ['gpt5.4', 'openai/gpt-5.4', 'a dash is missing'],
  ['gpt-5.4-mni', 'openai/gpt-5.4-mini', 'the longer name is the nearer'],
  ['openrouter/claude-sonnet-5', 'openrouter/anthropic/claude-sonnet-5', 'the segment between is left out'],
  ['openai/claude-sonnet-5', 'anthropic/claude-sonnet-5', 'the provider is another one'],
  ['gemini-pro-2.5', 'google/gemini-2.5-pro', 'the version is elsewhere'],
  ['qwen3-8b', 'ollama/qwen3:8b', 'the separator is another one'],
])('%s: %s, where %s', (wrong, expected) => {
  expect(findNearestNames(wrong, NAMES, 3)[0]).toBe(expected)
})

test('resellers follow the maker, in the order they came', () => {
  expect(findNearestNames('claude-sonet-5', NAMES, 4)).toEqual([
    'anthropic/claude-sonnet-5',
    '302ai/claude-sonnet-5',
    'kilo/anthropic/claude-sonnet-5',
    'openrouter/anthropic/claude-sonnet-5',
  ])
})

describe('nothing is offered', () => {
  test.each(['', '-', 'x', 'zebra', 'mistral-large-latest'])('for %j', (wrong) => {
    expect(findNearestNames(wrong, NAMES, 3)).toEqual([])
  })
})

test('a name that exists is its own nearest, and no more come than were asked for', () => {
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), fc.integer({ min: 1, max: 3 }), (name, n) => {
      const near = findNearestNames(name, NAMES, n)
      expect(near[0]).toBe(name)
      expect(near.length).toBeLessThanOrEqual(n)
      expect(new Set(near).size).toBe(near.length)
    }),
  )
})
