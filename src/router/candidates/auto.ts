import type { Candidate } from '../../contract/registry.ts'
import { fitsContextWindow, hasAbilities, type Requirements } from './requirements.ts'
import { blendedPrice } from './strategy.ts'

/** USD 30 for a million output tokens: a key alone does not ask for the dearest models. */
const MAX_OUTPUT_PRICE_MICRO_USD = 30_000_000
const MAX_CANDIDATES = 4

/**
 * The candidates of `auto` where neither an alias `auto` nor a default model is configured. The rule:
 *
 * 1. All models of the ready providers remain that `auto` may choose, that write text, that are not
 *    deprecated, alpha or beta, whose window holds the prompt, and that can do what the request needs (images, tools).
 *    Models that are made for another purpose than writing (`NOT_FOR_WRITING`) are left out.
 * 2. If any of those has a known price of at most $30 for a million output tokens, the others are left out.
 * 3. Each provider keeps one: a general model before a small one, a small one before one made for a special purpose; for
 *    a request with a JSON Schema, one that takes schemas before one that does not; then the newest by its release date,
 *    then the one with the larger window, the cheaper, the first by name.
 * 4. These in order: hosted before local; general before small before special; vendors that make their own models
 *    (`FIRST_PARTY_VENDORS`) before those that resell them. Within each of these ranks by `order`, the strategy, which
 *    gets them newest first.
 * 5. The first four.
 */
export async function selectAutoCandidates(
  ready: readonly Candidate[],
  requirements: Requirements,
  order: (rank: readonly Candidate[]) => Promise<readonly Candidate[]>,
): Promise<readonly Candidate[]> {
  const eligible = ready.filter(
    (one) =>
      one.autoEligible &&
      one.facts.status === undefined &&
      one.facts.abilities.includes('text') &&
      !NOT_FOR_WRITING.test(one.facts.id) &&
      fitsContextWindow(one.facts, requirements) &&
      hasAbilities(one.facts, requirements),
  )
  const affordable = eligible.filter(({ facts }) => (facts.price?.output ?? Infinity) <= MAX_OUTPUT_PRICE_MICRO_USD)
  const compareModels = (a: Candidate, b: Candidate): number =>
    purposeOf(a) - purposeOf(b) || compareJsonSupport(a, b, requirements) || compareRecency(a, b)
  const bestPerProvider = [
    ...Map.groupBy(affordable.length > 0 ? affordable : eligible, ({ provider }) => provider.id).values(),
  ]
    .flatMap((models) => models.toSorted(compareModels).slice(0, 1))
    .toSorted((a, b) => rankOf(a) - rankOf(b) || compareRecency(a, b))
  const ranks = await Promise.all([...Map.groupBy(bestPerProvider, rankOf).values()].map(order))
  return ranks.flat().slice(0, MAX_CANDIDATES)
}

/** Finds whole words in a model's id: `gpt-5-mini` and `o4-mini-high` hold `mini`, `minimax-m3` does not. */
const wordPattern = (words: string): RegExp => new RegExp(`(?:^|[^a-z0-9])(?:${words})(?:$|[^a-z])`, 'i')

/** Models made for another purpose than writing. `:free` ones are shared and throttled. */
const NOT_FOR_WRITING = wordPattern(
  'audio|tts|speech|voice|whisper|transcribe|realtime|image|imagine|video|ocr|embed|embedding|embeddings|rerank|' +
    'guard|safeguard|safety|moderation|detector|detection|deep-research|computer-use|robotics|free',
)
/** Models that write but were made for a special purpose, or are experimental. */
const SPECIAL_PURPOSE = wordPattern(
  'code|coder|codex|codestral|devstral|build|search|sonar|online|vision|vl|math|translate|translation|edit|agent|' +
    'customtools|compound|router|fusion|base|preview|exp|experimental',
)
/** Small versions of general models. */
const SMALL_MODEL = wordPattern('mini|nano|lite|small|tiny|micro|ministral|haiku|[1-9]b')

/** Vendors that make the models they serve: ids of the catalog. */
const FIRST_PARTY_VENDORS: ReadonlySet<string> = new Set(
  (
    'openai anthropic google mistral xai deepseek cohere alibaba alibaba-cn moonshotai moonshotai-cn zai zhipuai ' +
    'minimax minimax-cn stepfun stepfun-ai xiaomi upstage inception llama perplexity sarvam'
  ).split(' '),
)

/** 0: general. 1: small. 2: special. */
function purposeOf({ facts }: Candidate): 0 | 1 | 2 {
  if (SPECIAL_PURPOSE.test(facts.id)) return 2
  return SMALL_MODEL.test(facts.id) ? 1 : 0
}

/** The lower, the earlier. */
function rankOf(one: Candidate): number {
  return (one.local ? 6 : 0) + 2 * purposeOf(one) + (FIRST_PARTY_VENDORS.has(one.provider.id) ? 0 : 1)
}

function compareJsonSupport(a: Candidate, b: Candidate, requirements: Requirements): number {
  return requirements.json ? Number(b.facts.abilities.includes('json')) - Number(a.facts.abilities.includes('json')) : 0
}

function compareRecency({ facts: a }: Candidate, { facts: b }: Candidate): number {
  return (
    (b.released ?? '').localeCompare(a.released ?? '') ||
    (b.contextTokens ?? 0) - (a.contextTokens ?? 0) ||
    (blendedPrice(a.price) ?? Infinity) - (blendedPrice(b.price) ?? Infinity) ||
    a.id.localeCompare(b.id)
  )
}
