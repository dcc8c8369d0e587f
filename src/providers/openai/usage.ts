import type { Usage } from '../../contract/generate.ts'
import { asString, asTokenCount, getPath } from '../http/json-access.ts'

/** The vendor's own fields in its usage. */
export interface UsageRules {
  /** The path of the vendor's own bill in US dollars. */
  readonly billPath?: string
}

/**
 * Token counts in any spelling of OpenAI's wires, as `Usage`: input with its cached part, output with its reasoning.
 * Undefined where there is no usage at all; a count that was not reported is absent.
 */
export function parseUsage(given: unknown, rules: UsageRules = {}, tier?: unknown): Usage | undefined {
  if (typeof given !== 'object' || given === null) return undefined // as in every chunk but the last
  const prompt = firstCount(given, ['prompt_tokens', 'input_tokens'])
  const completion = firstCount(given, ['completion_tokens', 'output_tokens'])
  if (prompt === undefined && completion === undefined) return undefined
  const cached = firstCount(given, CACHED_PATHS)
  const written = firstCount(given, CACHE_WRITE_PATHS)
  const writtenHour = firstCount(given, ['cache_creation.ephemeral_1h_input_tokens'])
  const reported = firstCount(given, REASONING_PATHS)
  const total = asTokenCount(getPath(given, 'total_tokens'))
  const { input, uncounted } = splitTotal({ prompt, completion, cached, written, total, reasoning: reported })
  const output = completion === undefined ? undefined : completion + uncounted
  const reasoning = reported ?? (uncounted > 0 ? uncounted : undefined)
  const bill = rules.billPath && getPath(given, ...rules.billPath.split('.'))
  const serviceTier = dearerTier(tier ?? getPath(given, 'service_tier'))
  return {
    ...(input !== undefined && { inputTokens: input }),
    ...(cached !== undefined && { cachedInputTokens: cached }),
    ...(written !== undefined && { cacheWriteTokens: written }),
    ...(writtenHour && { cacheWriteHourTokens: writtenHour }),
    ...(output !== undefined && { outputTokens: output }),
    ...(reasoning !== undefined && { reasoningTokens: reasoning }),
    ...(typeof bill === 'number' && bill >= 0 && bill < 1e6 && { billedMicroUsd: Math.ceil(bill * 1e6) }),
    ...(serviceTier && { serviceTier }),
  }
}

interface Counts {
  readonly prompt: number | undefined
  readonly completion: number | undefined
  readonly cached: number | undefined
  readonly written: number | undefined
  readonly total: number | undefined
  readonly reasoning: number | undefined
}

/**
 * The input with its cached part, and the tokens of the total that no other count explains. A total above the sum of its
 * parts is explained by cache tokens that are not in the input first (Azure's Grok counts 7 of input and 163 cached;
 * gateways in front of Anthropic count both cache parts apart), then by reasoning that is not in the output (xAI, Google).
 */
function splitTotal({ prompt, completion, cached = 0, written = 0, total, reasoning = 0 }: Counts): {
  readonly input: number | undefined
  readonly uncounted: number
} {
  if (prompt === undefined) return { input: undefined, uncounted: 0 }
  const excess = total === undefined ? 0 : Math.max(0, total - prompt - (completion ?? 0))
  const isCacheApart =
    cached + written > prompt || (excess > 0 && [excess, excess - reasoning].includes(cached + written))
  const apart = isCacheApart ? cached + written : 0
  return { input: prompt + apart, uncounted: Math.max(0, excess - apart) }
}

/** `priority` costs more than the catalog's prices; every other tier costs as much or less. */
function dearerTier(tier: unknown): string | undefined {
  return asString(tier) === 'priority' ? 'priority' : undefined
}

const CACHED_PATHS = [
  'prompt_tokens_details.cached_tokens', // OpenAI, and most
  'input_tokens_details.cached_tokens', // OpenAI Responses
  'prompt_cache_hit_tokens', // DeepSeek
  'cached_tokens', // Moonshot, Together
  'num_cached_tokens', // Mistral
  'cache_read_input_tokens', // gateways in front of Anthropic
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
