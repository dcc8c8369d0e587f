import type { Vendor, Wire } from '../../src/contract/provider.ts'
import { vendorOverride } from '../../src/providers/vendors.ts'
import type { DevModel, DevVendor } from './inputs.ts'

/**
 * A vendor of models.dev as the catalog has it, or undefined where it speaks none of the supported wires. Wire and key
 * names come from the table of `src/providers/vendors.ts` first.
 */
export function toVendor(id: string, { name, env, api, doc, protocol }: DevVendor): Vendor | undefined {
  const override = vendorOverride(id)
  const wire = override?.wire ?? WIRE_BY_PROTOCOL[protocol]
  if (!wire || override?.notInCatalog) return undefined
  const baseUrl = api && baseUrlOf(api, wire)
  return {
    id,
    name,
    wire,
    ...(baseUrl && { baseUrl }),
    keyNames:
      override?.keyNames ?? env.filter((variable) => KEY_VARIABLE.test(variable) && !api?.includes(`\${${variable}}`)),
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

/** Gateways whose one endpoint takes every model, though the data prefer the maker's own wire for some. */
const SINGLE_WIRE_GATEWAYS = new Set(['cloudflare-ai-gateway', 'vivgrid', 'zenmux'])

/** Environment variables that hold a key; the others are hosts, accounts and the like. */
const KEY_VARIABLE = /_(KEY|TOKEN|PAT)$/

/** The address without the path that the wire's SDK adds. */
function baseUrlOf(api: string, wire: Wire): string {
  const base = api.replace(/\/+$/, '').replace(/\/chat\/completions$/, '')
  return wire === 'anthropic' ? base.replace(/\/v1$/, '') : base
}
