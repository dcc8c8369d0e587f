import { expect, test } from 'vitest'
import { matchesModel } from '../../src/contract/match.ts'

test.each([
  ['*', 'openai', 'gpt-5', true],
  ['openai', 'openai', 'gpt-5', true],
  ['openai', 'openai-like', 'gpt-5', false],
  ['open*', 'openai-like', 'gpt-5', true],
  ['openai/*', 'openai', 'gpt-5', true],
  ['openai/gpt-5*', 'openai', 'gpt-5-mini', true],
  ['openai/gpt-5*', 'openai', 'gpt-4o', false],
  ['openai/gpt-5', 'openai', 'gpt-5-mini', false],
  ['*/claude-*', 'anthropic', 'claude-sonnet-5', true],
  ['*/claude-*', 'openrouter', 'anthropic/claude-sonnet-5', false],
  ['*/*claude-*', 'openrouter', 'anthropic/claude-sonnet-5', true],
  ['openrouter/anthropic/*', 'openrouter', 'anthropic/claude-sonnet-5', true],
  ['OpenAI/GPT-5', 'openai', 'gpt-5', true],
  ['groq/llama', 'Groq', 'LLAMA', true],
  ['openai/gpt-4.1', 'openai', 'gpt-4x1', false],
  ['openai/(a|b)', 'openai', 'a', false],
  ['openai/*:free', 'openai', 'x:free', true],
  ['', 'openai', 'gpt-5', false],
  ['/', 'openai', 'gpt-5', false],
])('%j covers %s/%s: %s', (pattern, provider, model, covered) => {
  expect(matchesModel(pattern, provider, model)).toBe(covered)
})
