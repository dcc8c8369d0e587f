import type { Vendor, Wire } from '../contract/provider.ts'
import type { Quirks } from './quirks.ts'

/** A vendor of the catalog with its hand-kept facts. */
export interface VendorEntry extends Vendor {
  readonly quirks?: Quirks
  /**
   * True where the key is on people's machines for other purposes, or is another vendor's as well: `auto` never chooses
   * it, a person may name it.
   */
  readonly autoExcluded?: boolean
}

/** The hand-kept facts of one vendor. Each replaces what the published lists say. */
export interface VendorOverride {
  readonly baseUrl?: string
  readonly wire?: Wire
  readonly keyNames?: readonly string[]
  /** Only some of its models speak this wire, and the lists do not tell which: the catalog has none of them. */
  readonly notInCatalog?: true
  readonly autoExcluded?: true
  readonly quirks?: Quirks
}

/** The override of a vendor: the one place for its wire and key names, which `npm run catalog` reads as well. */
export function vendorOverride(id: string): VendorOverride | undefined {
  return Object.hasOwn(VENDOR_OVERRIDES, id) ? VENDOR_OVERRIDES[id] : undefined
}

/** The place of a vendor in the hand-kept table, which names the makers of models before their resellers. */
export function vendorRank(id: string): number {
  const at = Object.keys(VENDOR_OVERRIDES).indexOf(id)
  return at < 0 ? Number.POSITIVE_INFINITY : at
}

/** Joins the catalog's vendors with the table below. A row whose vendor the catalog lacks adds that vendor. */
export function mergeVendors(catalogVendors: readonly Vendor[]): readonly VendorEntry[] {
  const known = new Set(catalogVendors.map((vendor) => vendor.id))
  const added = Object.entries(VENDOR_OVERRIDES)
    .filter(([id]) => !known.has(id))
    .map(([id, row]): Vendor => ({ id, name: id, wire: row.wire ?? 'openai-chat', keyNames: row.keyNames ?? [] }))
  const all = [...catalogVendors, ...added].map((vendor): VendorEntry => {
    const row = vendorOverride(vendor.id)
    const baseUrl = (row?.baseUrl ?? vendor.baseUrl)?.replace(/\/+$/, '')
    return {
      ...vendor,
      ...(row?.wire && { wire: row.wire }),
      ...(baseUrl && { baseUrl }),
      keyNames: row?.keyNames ?? vendor.keyNames.filter((name) => !baseUrl?.includes(`\${${name}}`)),
      ...(row?.quirks && { quirks: row.quirks }),
      ...(row?.autoExcluded && { autoExcluded: true }),
    }
  })
  return all.map((vendor) => (sharesKey(vendor, all) ? { ...vendor, autoExcluded: true } : vendor))
}

/**
 * True for all but one of a company's vendors that share a key name (two regions, pay-as-you-go and a plan): a key works
 * with one of them only, so `auto` uses the one with the shortest id.
 */
function sharesKey({ id, keyNames }: VendorEntry, all: readonly VendorEntry[]): boolean {
  const key = keyNames[0]
  return all.some((other) => {
    if (other.id === id || key === undefined || other.keyNames[0] !== key) return false
    return other.id.length < id.length || (other.id.length === id.length && other.id < id)
  })
}

/** Answers are asked for by `thinking: { type }`, and JSON without a schema. */
const THINKING_QUIRKS: Quirks = { reasoningStyle: 'thinking', jsonMode: 'object' }

/**
 * Facts that the published lists lack, by vendor id: addresses of vendors that are listed with another client package,
 * key names whose variables hold no key, and the quirks of a server, each with its reason or source.
 *
 * `stopsWhenClosedAt` is marked for the vendors that https://openrouter.ai/docs/api-reference/streaming lists under
 * "Stream Cancellation: supported"; OpenRouter itself is not, because there it depends on the vendor behind it.
 */
const VENDOR_OVERRIDES: Readonly<Record<string, VendorOverride>> = {
  openai: {
    baseUrl: 'https://api.openai.com/v1',
    wire: 'openai-responses',
    // Its reasoning models refuse max_tokens.
    quirks: { maxTokensField: 'max_completion_tokens', stopsWhenClosedAt: 'api.openai.com' },
  },
  anthropic: {
    baseUrl: 'https://api.anthropic.com',
    wire: 'anthropic',
    quirks: { stopsWhenClosedAt: 'api.anthropic.com' },
  },
  azure: {
    baseUrl: 'https://${AZURE_RESOURCE_NAME}.openai.azure.com',
    wire: 'azure',
    keyNames: ['AZURE_API_KEY', 'AZURE_OPENAI_API_KEY'],
    quirks: { stopsWhenClosedAt: 'openai.azure.com' },
  },
  'azure-cognitive-services': {
    baseUrl: 'https://${AZURE_COGNITIVE_SERVICES_RESOURCE_NAME}.cognitiveservices.azure.com',
    wire: 'azure',
    keyNames: ['AZURE_COGNITIVE_SERVICES_API_KEY'],
  },
  google: {
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    wire: 'openai-chat',
    keyNames: ['GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY'],
    // Gemini 3 refuses a past tool call without its signature; this value replaces one that was not kept.
    // https://ai.google.dev/gemini-api/docs/thought-signatures
    quirks: {
      toolCallExtras: { extra_content: { google: { thought_signature: 'skip_thought_signature_validator' } } },
    },
  },
  groq: {
    baseUrl: 'https://api.groq.com/openai/v1',
    wire: 'openai-chat',
    // Structured outputs neither stream nor go with tools: https://console.groq.com/docs/structured-outputs
    quirks: { noStreamingWith: ['json'], noJsonWithTools: true, maxTokensField: 'max_completion_tokens' },
  },
  mistral: {
    baseUrl: 'https://api.mistral.ai/v1',
    wire: 'openai-chat',
    // Refuses fields it does not know (422 extra_forbidden); sends the counts with the last chunk unasked.
    quirks: { noStreamUsage: true, seedField: 'random_seed', shortCallIds: true },
  },
  xai: {
    baseUrl: 'https://api.x.ai/v1',
    wire: 'openai-chat',
    // "Argument not supported on this model: stop" of its reasoning models: https://docs.x.ai/docs/guides/reasoning
    quirks: { refusesWhenThinking: ['stop'], maxTokensField: 'max_completion_tokens', stopsWhenClosedAt: 'api.x.ai' },
  },
  deepseek: {
    // Has json_object only, and no seed: https://api-docs.deepseek.com/api/create-chat-completion
    quirks: { ...THINKING_QUIRKS, refuses: ['seed'], maxStops: 16 },
  },
  togetherai: {
    baseUrl: 'https://api.together.xyz/v1',
    wire: 'openai-chat',
    quirks: { reasoningStyle: 'together', stopsWhenClosedAt: 'api.together.xyz' },
  },
  cerebras: {
    baseUrl: 'https://api.cerebras.ai/v1',
    wire: 'openai-chat',
    // Neither JSON of a reasoning model nor a tool call is sure to stream: https://inference-docs.cerebras.ai/resources/openai
    quirks: { noStreamingWith: ['json', 'tools'], noJsonWithTools: true, maxTokensField: 'max_completion_tokens' },
  },
  cohere: {
    baseUrl: 'https://api.cohere.ai/compatibility/v1',
    wire: 'openai-chat',
    quirks: { noStreamUsage: true, maxStops: 5, stopsWhenClosedAt: 'api.cohere.ai' }, // refuses stream_options
  },
  perplexity: { baseUrl: 'https://api.perplexity.ai', wire: 'openai-chat', quirks: { refuses: ['seed', 'stop'] } },
  'perplexity-agent': { wire: 'openai-responses' },
  vivgrid: { wire: 'openai-chat' }, // the lists name `@ai-sdk/openai`, but mark 9 of its 13 models `openai-compatible`
  sakana: { wire: 'openai-responses' }, // the lists say `openai-compatible`, but each of its models has `shape: responses`
  'merge-gateway': { wire: 'openai-chat' },
  deepinfra: {
    baseUrl: 'https://api.deepinfra.com/v1/openai',
    wire: 'openai-chat',
    quirks: { stopsWhenClosedAt: 'api.deepinfra.com' },
  },
  'fireworks-ai': { quirks: { stopsWhenClosedAt: 'api.fireworks.ai' } },
  'novita-ai': { quirks: { stopsWhenClosedAt: 'api.novita.ai' } },
  // https://openrouter.ai/docs/use-cases/reasoning-tokens; its bill: https://openrouter.ai/docs/use-cases/usage-accounting
  openrouter: { wire: 'openai-chat', quirks: { reasoningStyle: 'openrouter', billPath: 'cost' } },
  vercel: { baseUrl: 'https://ai-gateway.vercel.sh/v1', wire: 'openai-chat', quirks: { reasoningStyle: 'openrouter' } },
  v0: { baseUrl: 'https://api.v0.dev/v1', wire: 'openai-chat' },
  venice: { baseUrl: 'https://api.venice.ai/api/v1', wire: 'openai-chat' },
  aihubmix: { baseUrl: 'https://aihubmix.com/v1', wire: 'openai-chat' },
  'amazon-bedrock': {
    baseUrl: 'https://bedrock-runtime.${AWS_REGION}.amazonaws.com/openai/v1',
    wire: 'openai-chat',
    keyNames: ['AWS_BEARER_TOKEN_BEDROCK'],
    autoExcluded: true,
    notInCatalog: true,
  },
  'cloudflare-ai-gateway': {
    baseUrl: 'https://gateway.ai.cloudflare.com/v1/${CLOUDFLARE_ACCOUNT_ID}/${CLOUDFLARE_GATEWAY_ID}/compat',
    wire: 'openai-chat',
    keyNames: ['CLOUDFLARE_API_TOKEN'],
    autoExcluded: true,
    quirks: { keyHeader: 'cf-aig-authorization' }, // its own; `authorization` is for the vendor behind it
  },
  'cloudflare-workers-ai': { keyNames: ['CLOUDFLARE_API_KEY'], autoExcluded: true },
  bailing: { baseUrl: 'https://api.tbox.cn/api/llm/v1' }, // the catalog's address goes one step too far
  alibaba: { quirks: { reasoningStyle: 'enable_thinking' } }, // https://www.alibabacloud.com/help/en/model-studio/deep-thinking
  'alibaba-cn': { quirks: { reasoningStyle: 'enable_thinking' } },
  siliconflow: { quirks: { reasoningStyle: 'enable_thinking' } }, // https://docs.siliconflow.com/en/userguide/capabilities/reasoning
  'siliconflow-cn': { quirks: { reasoningStyle: 'enable_thinking' } },
  // https://docs.z.ai/guides/capabilities/thinking-mode; one stop sequence, no seed.
  zai: { quirks: { ...THINKING_QUIRKS, maxStops: 1, refuses: ['seed'] } },
  zhipuai: { quirks: { ...THINKING_QUIRKS, maxStops: 1, refuses: ['seed'] } },
  'zai-coding-plan': { quirks: { ...THINKING_QUIRKS, maxStops: 1, refuses: ['seed'] } },
  'zhipuai-coding-plan': { quirks: { ...THINKING_QUIRKS, maxStops: 1, refuses: ['seed'] } },
  moonshotai: { quirks: { reasoningStyle: 'thinking' } }, // https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model
  'moonshotai-cn': { quirks: { reasoningStyle: 'thinking' } },
  databricks: { keyNames: ['DATABRICKS_TOKEN'], autoExcluded: true },
  neon: { keyNames: ['NEON_AI_GATEWAY_TOKEN'] },
  'snowflake-cortex': { keyNames: ['SNOWFLAKE_CORTEX_PAT'] },
  'privatemode-ai': { keyNames: ['PRIVATEMODE_API_KEY'] },
  'github-copilot': { autoExcluded: true },
  'github-models': { autoExcluded: true },
  gitlab: { autoExcluded: true },
  huggingface: { autoExcluded: true },
  digitalocean: { autoExcluded: true },
  helicone: { autoExcluded: true },
  vultr: { autoExcluded: true },
  wandb: { autoExcluded: true },
}
