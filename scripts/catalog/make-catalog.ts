import type { ModelRow } from '../../src/catalog/rows.ts'
import type { Vendor } from '../../src/contract/provider.ts'
import { type Inputs, type LiteModel, type RouterModel, readInputs, SNAPSHOT_DATE } from './inputs.ts'
import {
  type OtherListings,
  rowFromLiteLlm,
  rowFromModelsDev,
  rowFromOpenRouter,
  rowFromPrice,
  writesText,
} from './models.ts'
import { indexGenaiModels } from './prices.ts'
import { isOnVendorWire, toVendor } from './vendors.ts'

/** The whole of `catalog.json`, from the lists in `folder`. The same lists give the same text. */
export function makeCatalog(folder: string): string {
  const inputs = readInputs(folder)
  const lite = liteByVendor(inputs.liteLlm)
  const vendors = Object.entries(inputs.modelsDev)
    .flatMap(([id, vendor]) => toVendor(id, vendor) ?? [])
    .toSorted((a, b) => compareText(a.id, b.id))
  const models = vendors.map(
    (vendor) => `${JSON.stringify(vendor.id)}:${jsonLines(vendorModels(vendor, inputs, lite))}`,
  )
  return [
    '{',
    `"sources":${JSON.stringify(inputs.sources)},`,
    `"vendors":${jsonLines(vendors)},`,
    '"models":{',
    models.join(',\n'),
    '}',
    '}',
    '',
  ].join('\n')
}

const jsonLines = (rows: readonly object[]): string => `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]`
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function vendorModels(vendor: Vendor, inputs: Inputs, lite: ReadonlyMap<string, LiteModel>): readonly ModelRow[] {
  const prices = indexGenaiModels(vendor.id)
  const same = (id: string): OtherListings => ({ lite: lite.get(`${vendor.id}/${id}`), genai: prices.get(id) })
  const rows = new Map<string, ModelRow>()
  const known = new Set<string>()
  for (const [id, model] of Object.entries(inputs.modelsDev[vendor.id]?.models ?? {})) {
    known.add(id.toLowerCase())
    if (!writesText(id, model.modalities, model.family) || !isOnVendorWire(vendor, model)) continue
    rows.set(id, rowFromModelsDev(id, model, same(id)))
  }
  for (const model of vendor.id === 'openrouter' ? inputs.openRouter : []) {
    const { input_modalities: input, output_modalities: output } = model.architecture
    if (known.has(model.id.toLowerCase()) || !writesText(model.id, { input, output })) continue
    known.add(model.id.toLowerCase())
    rows.set(model.id, rowFromOpenRouter(model, same(model.id)))
  }
  for (const [id, genai] of OPENROUTER_NAME[vendor.id] ? prices : []) {
    const facts = lite.get(`${vendor.id}/${id}`)
    const ready =
      !genai.deprecated && !known.has(id.toLowerCase()) && writesText(id, { input: ['text'], output: ['text'] })
    if (!facts || !ready || (facts.deprecation_date ?? SNAPSHOT_DATE) < SNAPSHOT_DATE) continue
    if (facts.mode !== 'chat' && facts.mode !== 'responses') continue
    known.add(id.toLowerCase())
    const row = rowFromLiteLlm(id, facts, genai, findOnOpenRouter(vendor.id, id, inputs))
    if (row.p) rows.set(id, row)
  }
  for (const id of EARLY_MODELS[vendor.id] ?? []) {
    const genai = prices.get(id)
    if (!genai) throw new Error(`NEWEST: genai-prices has no "${id}" of ${vendor.id}`)
    if (!known.has(id.toLowerCase())) rows.set(id, rowFromPrice(id, genai))
  }
  return [...rows.values()].toSorted((a, b) => compareText(a.i, b.i))
}

/** The vendors that make what they serve, whose new models are worth having early, as OpenRouter names them. */
const OPENROUTER_NAME: Readonly<Record<string, string>> = {
  anthropic: 'anthropic',
  deepseek: 'deepseek',
  google: 'google',
  mistral: 'mistralai',
  moonshotai: 'moonshotai',
  openai: 'openai',
  xai: 'x-ai',
}

/** OpenRouter writes `claude-opus-4.8` for `claude-opus-4-8`. */
function findOnOpenRouter(vendor: string, id: string, { openRouter }: Inputs): RouterModel | undefined {
  const plain = (name: string): string => name.replaceAll('.', '-')
  return openRouter.find((model) => plain(model.id) === plain(`${OPENROUTER_NAME[vendor]}/${id}`))
}

/** Newer than every list but genai-prices, and known to write text. A line goes when models.dev has the model. */
const EARLY_MODELS: Readonly<Record<string, readonly string[]>> = {
  anthropic: ['claude-fable-5-1', 'claude-opus-5-5'],
  google: ['gemini-3.7-flash', 'gemini-3.8-flash'],
  moonshotai: ['kimi-k3'],
  openai: ['gpt-6-astra', 'gpt-6-luna', 'gpt-6-sol'],
  xai: ['grok-4.6'],
}

/** LiteLLM's names of our vendors, where its ids are the vendor's own once the name before them is cut off. */
const LITE_VENDORS: Readonly<Record<string, string>> = {
  anthropic: 'anthropic',
  azure: 'azure',
  azure_ai: 'azure',
  baseten: 'baseten',
  cerebras: 'cerebras',
  cloudflare: 'cloudflare-workers-ai',
  cohere_chat: 'cohere',
  dashscope: 'alibaba',
  databricks: 'databricks',
  deepinfra: 'deepinfra',
  deepseek: 'deepseek',
  fireworks_ai: 'fireworks-ai',
  gemini: 'google',
  github_copilot: 'github-copilot',
  groq: 'groq',
  meta_llama: 'llama',
  minimax: 'minimax',
  mistral: 'mistral',
  moonshot: 'moonshotai',
  nebius: 'nebius',
  novita: 'novita-ai',
  openai: 'openai',
  openrouter: 'openrouter',
  ovhcloud: 'ovhcloud',
  perplexity: 'perplexity',
  snowflake: 'snowflake-cortex',
  together_ai: 'togetherai',
  vercel_ai_gateway: 'vercel',
  wandb: 'wandb',
  xai: 'xai',
  zai: 'zai',
}

function liteByVendor(all: Inputs['liteLlm']): ReadonlyMap<string, LiteModel> {
  return new Map(
    Object.entries(all).flatMap(([key, model]) => {
      const name = model.litellm_provider ?? ''
      const vendor = LITE_VENDORS[name]
      const id = key.startsWith(`${name}/`) ? key.slice(name.length + 1) : key
      return vendor ? [[`${vendor}/${id}`, model] as const] : []
    }),
  )
}
