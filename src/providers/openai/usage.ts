import type { Usage } from '../../contract/generate.ts'
import { asTokenCount, getPath } from '../http/json-access.ts'

/**
 * Token counts in any spelling of OpenAI's wires, brought to ours: input with its cached part, output with its
 * reasoning. Undefined where there is no usage at all; a count that was not told stays out.
 */
export function parseUsage(given: unknown): Usage | undefined {
  if (typeof given !== 'object' || given === null) return undefined // as in every chunk but the last
  const prompt = firstCount(given, ['prompt_tokens', 'input_tokens'])
  const completion = firstCount(given, ['completion_tokens', 'output_tokens'])
  if (prompt === undefined && completion === undefined) return undefined
  const cached = firstCount(given, CACHED_PATHS)
  const written = firstCount(given, CACHE_WRITE_PATHS)
  const reportedReasoning = firstCount(given, REASONING_PATHS)
  const total = asTokenCount(getPath(given, 'total_tokens'))
  // Azure's Grok counts 7 of input and 163 of it cached: there, the cached are not in the sum.
  const input = prompt !== undefined && cached !== undefined && cached > prompt ? prompt + cached : prompt
  // xAI and Google: completion_tokens without the reasoning, total_tokens with it. Nothing else hides in a total.
  const uncounted = total === undefined || prompt === undefined ? 0 : Math.max(0, total - prompt - (completion ?? 0))
  const output = completion === undefined ? undefined : completion + uncounted
  const reasoning = reportedReasoning ?? (uncounted > 0 ? uncounted : undefined)
  return {
    ...(input !== undefined && { inputTokens: input }),
    ...(cached !== undefined && { cachedInputTokens: cached }),
    ...(written !== undefined && { cacheWriteTokens: written }),
    ...(output !== undefined && { outputTokens: output }),
    ...(reasoning !== undefined && { reasoningTokens: reasoning }),
  }
}

const CACHED_PATHS = [
  'prompt_tokens_details.cached_tokens', // OpenAI, and most
  'input_tokens_details.cached_tokens', // OpenAI Responses
  'prompt_cache_hit_tokens', // DeepSeek
  'cached_tokens', // Moonshot, Together
  'num_cached_tokens', // Mistral
]

const CACHE_WRITE_PATHS = [
  'prompt_tokens_details.cache_write_tokens', // OpenRouter
  'input_tokens_details.cache_write_tokens', // OpenAI Responses
  'cache_creation_input_tokens', // gateways in front of Anthropic
]

const REASONING_PATHS = [
  'completion_tokens_details.reasoning_tokens',
  'output_tokens_details.reasoning_tokens',
  'reasoning_tokens', // Perplexity
]

function firstCount(given: unknown, paths: readonly string[]): number | undefined {
  return paths.map((path) => asTokenCount(getPath(given, ...path.split('.')))).find((found) => found !== undefined)
}
