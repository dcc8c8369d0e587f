import type { ModelInfo } from '@pydantic/genai-prices'
import { ABILITIES, type ModelRow, type PriceRow, STATUSES } from '../../src/catalog/rows.ts'
import type { Ability } from '../../src/contract/provider.ts'
import { type DevModel, type LiteModel, type Modalities, type RouterModel, SOURCE_INDEX } from './inputs.ts'
import { devPrices, genaiPrices, routerPrices } from './prices.ts'

/** The entries of the other lists for the same id of the same vendor. */
export interface OtherListings {
  readonly lite: LiteModel | undefined
  readonly genai: ModelInfo | undefined
}

/** Is it a model that is asked with text and answers with text? */
export function writesText(id: string, modalities: Modalities, family = ''): boolean {
  const has = (kind: string): boolean => modalities.input.includes('text') && modalities.output.includes(kind)
  if (!has('text') || NOT_A_WRITER.test(id) || /embed/i.test(family)) return false
  return !(has('image') && MAKES_IMAGES.test(id))
}

/** By the words in their ids: models that embed, rank, guard, hear, speak or read pages, whatever modalities their entry claims. */
const NOT_A_WRITER =
  /embed|rerank|guard|moderation|content-safety|whisper|tts|transcribe|-asr|realtime|-live|voice|lyria|ocr(?!e)|bge-|minilm|multi-qa-mpnet|e5-large|gte-large|distilbert|m2m100|indictrans|nllb|-audio/i
const MAKES_IMAGES = /image|banana|imagine/i
/** They hand the prompt to a model of their choice, so a price of 0 is not theirs. */
const DELEGATING_MODELS = /(^|\/)(auto|auto-model|auto-beta|bodybuilder|pareto-code|fusion|model-router)$/

export function rowFromModelsDev(id: string, model: DevModel, { lite, genai }: OtherListings): ModelRow {
  const { limit, status, modalities } = model
  const thinking = thinkingFields(model)
  const context = limit.context || lite?.max_input_tokens || 0
  const ceiling = limit.output || lite?.max_output_tokens || 0
  const helped =
    context !== limit.context ||
    ceiling !== limit.output ||
    (model.structured_output === undefined && lite?.supports_response_schema) ||
    refusesSettings(lite)
  return compactRow({
    i: id,
    n: model.name,
    c: context,
    o: ceiling,
    a: abilityLetters({
      images: modalities.input.includes('image'),
      tools: model.tool_call,
      json: model.structured_output ?? lite?.supports_response_schema,
      thinking: model.reasoning,
    }),
    p: choosePrices(id, genai, () => devPrices(model.cost)),
    x: model.temperature === false || lite?.supports_sampling_params === false ? 1 : undefined,
    ...thinking,
    f: lite?.supports_assistant_prefill === false ? 0 : undefined,
    // Some are known to the month only: they count as released on its first day.
    r: model.release_date.length === 7 ? `${model.release_date}-01` : model.release_date,
    s: status && statusLetter(status),
    w: helped ? [SOURCE_INDEX.modelsDev, SOURCE_INDEX.liteLlm] : undefined,
  })
}

/** A model that OpenRouter lists and models.dev does not know yet. */
export function rowFromOpenRouter(model: RouterModel, { lite, genai }: OtherListings): ModelRow {
  const can = (setting: string): boolean => model.supported_parameters.includes(setting)
  return compactRow({
    i: model.id,
    n: model.name,
    c: model.context_length,
    o: model.top_provider.max_completion_tokens ?? undefined,
    a: abilityLetters({
      images: model.architecture.input_modalities.includes('image'),
      tools: can('tools'),
      json: can('structured_outputs'),
      thinking: can('reasoning'),
    }),
    p: choosePrices(model.id, genai, () => routerPrices(model)),
    x: can('temperature') ? undefined : 1,
    e: effortList(model.reasoning?.supported_efforts ?? []),
    f: lite?.supports_assistant_prefill === false ? 0 : undefined,
    r: releaseDate(model),
    w: [SOURCE_INDEX.openRouter],
  })
}

/**
 * A model that genai-prices has a price for, and LiteLLM the facts, but models.dev does not know yet. `resold`: the same
 * model as OpenRouter lists it, which tells since when, and whether it takes a temperature.
 */
export function rowFromLiteLlm(
  id: string,
  lite: LiteModel,
  genai: ModelInfo,
  resold: RouterModel | undefined,
): ModelRow {
  const levels: readonly (readonly [string, boolean | undefined])[] = [
    ['none', lite.supports_none_reasoning_effort],
    ['minimal', lite.supports_minimal_reasoning_effort],
    ['low', true],
    ['medium', true],
    ['high', true],
    ['xhigh', lite.supports_xhigh_reasoning_effort],
    ['max', lite.supports_max_reasoning_effort],
  ]
  const hasOwnWords = levels.some(([word, known]) => known !== undefined && !['low', 'medium', 'high'].includes(word))
  return compactRow({
    i: id,
    n: genai.name,
    c: lite.max_input_tokens ?? genai.context_window,
    o: lite.max_output_tokens,
    a: abilityLetters({
      images: lite.supports_vision,
      tools: lite.supports_function_calling,
      json: lite.supports_response_schema,
      thinking: lite.supports_reasoning,
    }),
    p: choosePrices(id, genai, () => undefined),
    x:
      lite.supports_sampling_params === false || resold?.supported_parameters.includes('temperature') === false
        ? 1
        : undefined,
    e:
      lite.supports_reasoning && hasOwnWords
        ? effortList(levels.flatMap(([word, has]) => (has ? [word] : [])))
        : undefined,
    f: lite.supports_assistant_prefill === false ? 0 : undefined,
    r: resold && releaseDate(resold),
    w: resold ? [SOURCE_INDEX.liteLlm, SOURCE_INDEX.openRouter] : [SOURCE_INDEX.liteLlm],
  })
}

/** A model so new that only its price is known: what it can do beyond text is left unknown until a list says. */
export function rowFromPrice(id: string, genai: ModelInfo): ModelRow {
  return compactRow({
    i: id,
    n: genai.name,
    c: genai.context_window,
    p: choosePrices(id, genai, () => undefined),
    w: [SOURCE_INDEX.genaiPrices],
  })
}

/** genai-prices on the exact id first, then the list that the model comes from. */
function choosePrices(
  id: string,
  genai: ModelInfo | undefined,
  own: () => readonly PriceRow[] | undefined,
): readonly PriceRow[] | undefined {
  const prices = (genai && genaiPrices(genai)) ?? own()
  return DELEGATING_MODELS.test(id) && prices?.every(({ r }) => r[0] === 0) ? undefined : prices
}

const releaseDate = ({ created }: RouterModel): string => new Date(created * 1000).toISOString().slice(0, 10)

const refusesSettings = (lite: LiteModel | undefined): boolean =>
  lite?.supports_sampling_params === false || lite?.supports_assistant_prefill === false

function thinkingFields(model: DevModel): Pick<Fields, 'e' | 'b' | 'g'> {
  const options = model.reasoning_options ?? []
  const words = options.flatMap((option) => (option.type === 'effort' ? option.values : []))
  const budget = options.find((option) => option.type === 'budget_tokens')
  const fixed = words.length === 0 && !budget
  const atLeast = (least: number, tokens: number | undefined): number | null =>
    tokens !== undefined && tokens >= least ? tokens : null
  return {
    // One entry has "null" for a word: no setting at all.
    e: effortList(words.filter((word) => word !== 'null')),
    // A bound of -1 is the vendor's word for "as it likes".
    b: budget && [atLeast(0, budget.min), atLeast(1, budget.max)],
    g: fixed && options.some((option) => option.type === 'toggle') ? 1 : undefined,
  }
}

const WEAKEST_FIRST = ['none', 'minimal', 'low', 'medium', 'default', 'high', 'xhigh', 'max']

function effortList(words: readonly string[]): string | undefined {
  const unknown = words.find((word) => !WEAKEST_FIRST.includes(word))
  if (unknown) throw new Error(`"${unknown}" is a new effort: give it a place in WEAKEST_FIRST`)
  return WEAKEST_FIRST.filter((word) => words.includes(word)).join(',') || undefined
}

const abilityLetters = (can: Readonly<Record<Exclude<Ability, 'text'>, boolean | undefined>>): string | undefined =>
  Object.entries(ABILITIES)
    .flatMap(([letter, ability]) => (ability !== 'text' && can[ability] ? [letter] : []))
    .join('') || undefined

function statusLetter(status: NonNullable<DevModel['status']>): 'a' | 'b' | 'd' {
  if (status === STATUSES.a) return 'a'
  return status === STATUSES.b ? 'b' : 'd'
}

type Fields = { readonly [Key in keyof ModelRow]: ModelRow[Key] | undefined }

/** Only what is known, always in the same order; a name that is the id, and the first source alone, go without saying. */
function compactRow({ i, n, c, o, a, p, x, e, b, g, f, r, s, w }: Fields & { readonly i: string }): ModelRow {
  return {
    i,
    ...(n && n !== i && { n }),
    ...(c && { c }),
    ...(o && { o }),
    ...(a && { a }),
    ...(p && { p }),
    ...(x && { x }),
    ...(e && { e }),
    ...(b && { b }),
    ...(g && { g }),
    ...(f === 0 && { f }),
    ...(r && { r }),
    ...(s && { s }),
    ...(w && { w }),
  }
}
