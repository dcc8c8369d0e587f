import type { Vendor, Wire } from '../../src/contract/provider.ts'
import type { DevModel, DevVendor } from './inputs.ts'

/** The vendor in our terms, or undefined where it speaks none of our wires. */
export function toVendor(id: string, { name, env, api, doc, protocol }: DevVendor): Vendor | undefined {
  const wire = WIRE_OF[id] ?? WIRE_BY_PROTOCOL[protocol]
  if (!wire) return undefined
  const baseUrl = api && baseUrlOf(api, wire)
  return {
    id,
    name,
    wire,
    ...(baseUrl && { baseUrl }),
    keyNames:
      KEY_NAMES[id] ?? env.filter((variable) => KEY_VARIABLE.test(variable) && !api?.includes(`\${${variable}}`)),
    ...(doc && { doc }),
  }
}

/**
 * Can this model be asked on its vendor's wire? A few vendors serve some models on another one only, as OpenCode serves
 * its Claude models on Messages.
 */
export function isOnVendorWire(vendor: Vendor, model: DevModel): boolean {
  const npm = model.provider?.npm
  if (!npm || SINGLE_WIRE_GATEWAYS.has(vendor.id)) return true
  const wire = WIRE_BY_PROTOCOL[npm] ?? (npm === 'ai-gateway-provider' ? vendor.wire : undefined)
  return wire === vendor.wire || (vendor.wire === 'azure' && wire === 'openai-chat')
}

const WIRE_BY_PROTOCOL: Readonly<Record<string, Wire>> = {
  '@ai-sdk/openai-compatible': 'openai-chat',
  '@ai-sdk/openai': 'openai-responses',
  '@ai-sdk/anthropic': 'anthropic',
  '@ai-sdk/azure': 'azure',
}

/** Vendors that the data name by another SDK but that answer OpenAI's Chat Completions too, and three whose models say otherwise. */
const WIRE_OF: Readonly<Record<string, Wire>> = {
  aihubmix: 'openai-chat',
  cerebras: 'openai-chat',
  'cloudflare-ai-gateway': 'openai-chat',
  cohere: 'openai-chat',
  deepinfra: 'openai-chat',
  google: 'openai-chat',
  groq: 'openai-chat',
  'merge-gateway': 'openai-chat',
  mistral: 'openai-chat',
  openrouter: 'openai-chat',
  perplexity: 'openai-chat',
  togetherai: 'openai-chat',
  v0: 'openai-chat',
  venice: 'openai-chat',
  vercel: 'openai-chat',
  xai: 'openai-chat',
  // `@ai-sdk/openai`, but 9 of its 13 models are marked `openai-compatible`.
  vivgrid: 'openai-chat',
  // `openai-compatible`, but each of its models has `shape: responses`.
  sakana: 'openai-responses',
}

/** Gateways whose one endpoint takes every model, though the data prefer the maker's own wire for some. */
const SINGLE_WIRE_GATEWAYS = new Set(['cloudflare-ai-gateway', 'vivgrid', 'zenmux'])

/** Environment variables that hold a key; the others are hosts, accounts and the like. */
const KEY_VARIABLE = /_(KEY|TOKEN|PAT)$/

/** Names in the order that users are promised, which is not the data's. */
const KEY_NAMES: Readonly<Record<string, readonly string[]>> = {
  azure: ['AZURE_API_KEY', 'AZURE_OPENAI_API_KEY'],
  google: ['GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY'],
}

/** Without what the wire's SDK adds by itself. */
function baseUrlOf(api: string, wire: Wire): string {
  const base = api.replace(/\/+$/, '').replace(/\/chat\/completions$/, '')
  return wire === 'anthropic' ? base.replace(/\/v1$/, '') : base
}
