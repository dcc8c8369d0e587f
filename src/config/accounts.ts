import type { Vendor } from '../contract/provider.ts'
import { type Account, envPrefix } from '../providers/account.ts'
import type { VendorEntry } from '../providers/vendors.ts'
import { isWebAddress, parseBaseUrl } from './base-url.ts'
import type { Environment, SourcedValue } from './environment.ts'
import type { Settings } from './index.ts'
import type { KnownProvider } from './known-provider.ts'
import { howToTrust } from './layers.ts'
import type { ProviderConfig } from './project.ts'
import { resolveProjectProvider } from './project-provider.ts'
import { isUnfilled, normalizeKey } from './values.ts'
import { invalidAddress } from './variables.ts'

/** A key or an address and the name of its place, for messages. */
interface Setting {
  readonly value: string
  /** A variable, or a key of a file. */
  readonly name: string
}

/**
 * Joins the catalog's vendors with the keys and addresses of this machine. Looks at nothing but `settings`. Where an
 * untrusted file gives a known vendor an address or a key, the vendor is not ready unless a trusted layer gives one too:
 * a prompt is never sent to another address, or for another account, than the person may think.
 */
export function resolveProviders(settings: Settings, vendors: readonly VendorEntry[]): readonly KnownProvider[] {
  const known = new Set(vendors.map((vendor) => vendor.id))
  const ownIds = Object.keys(settings.providers).filter((id) => !known.has(id))
  const own = ownIds.map((id): VendorEntry => ({ id, name: id, wire: 'openai-chat', keyNames: [] }))
  const projectIds = Object.entries(settings.projectProviders).filter(([id]) => !known.has(id) && !ownIds.includes(id))
  return [
    ...[...vendors, ...own].map((vendor) => resolveProvider(settings, vendor, known.has(vendor.id))),
    ...projectIds.map(([id, provider]) => resolveProjectProvider(id, provider)),
  ]
}

function resolveProvider(settings: Settings, vendor: VendorEntry, inCatalog: boolean): KnownProvider {
  const { env } = settings
  const sourced = settings.providers[vendor.id]
  const config = sourced?.value ?? {}
  const wire = config.wire ?? vendor.wire
  const keyNames = config.api_key_env ? [config.api_key_env, ...vendor.keyNames] : vendor.keyNames
  const key = findKey(env, keyNames, vendor.id, sourced)
  const address = findAddress(env, vendor, config)
  const deployments = { ...config.deployments, ...(vendor.id === 'azure' && parseDeployments(env)) }
  const keyless = config.local === true || (!inCatalog && !config.api_key && !config.api_key_env)
  const parsed = address && isWebAddress(address.value) ? parseBaseUrl(address.value, wire) : undefined
  if (parsed?.deployment && Object.keys(deployments).length === 0) deployments[parsed.deployment] = parsed.deployment
  const hasDeployments = Object.keys(deployments).length > 0
  const fix = findMissing(settings, vendor, { key, keyNames, keyless, address })
  const base = {
    id: vendor.id,
    name: vendor.name,
    models: [...(config.models ?? []), ...Object.keys(deployments)],
    onlyListedModels: hasDeployments,
  }
  if (fix !== undefined || !parsed) return { ...base, account: undefined, fix, auto: false }
  const azureVersion =
    env.first(['AZURE_API_VERSION', 'OPENAI_API_VERSION'])?.value ?? config.api_version ?? parsed.apiVersion
  const account: Account = {
    id: vendor.id,
    wire,
    baseUrl: parsed.baseUrl,
    keyNames: key
      ? [key.name]
      : [`\`api_key\` of \`providers.${vendor.id}\` in ${sourced?.origin ?? 'showrunner.json'}`],
    ...(key && { key: key.value }),
    ...(config.headers && { headers: config.headers }),
    ...(wire === 'azure' && azureVersion && { apiVersion: azureVersion }),
    ...(hasDeployments && { deployments }),
    ...(vendor.quirks && { quirks: vendor.quirks }),
    ...(config.local && { local: true }),
  }
  const foreignHost = inCatalog ? findForeignHost(parsed.baseUrl, vendor) : undefined
  return {
    ...base,
    account,
    fix: undefined,
    auto: !vendor.autoExcluded && (wire !== 'azure' || hasDeployments),
    ...(foreignHost !== undefined && { foreignHost }),
  }
}

/** The environment is stronger than a file. */
function findKey(
  env: Environment,
  names: readonly string[],
  id: string,
  sourced: Settings['providers'][string] | undefined,
): Setting | undefined {
  for (const name of names) {
    const value = normalizeKey(env.get(name)?.value)
    if (value !== undefined) return { value, name }
  }
  const value = normalizeKey(sourced?.value.api_key)
  return value === undefined ? undefined : { value, name: `\`api_key\` of \`providers.${id}\` in ${sourced?.origin}` }
}

interface Address extends Setting {
  /** True where a person gave it; false for the catalog's own. */
  readonly given: boolean
}

function findAddress(env: Environment, vendor: Vendor, config: ProviderConfig): Address | undefined {
  const variable = env.first(addressVariables(vendor.id))
  if (variable) return { value: variable.value, name: variable.name, given: true }
  if (config.base_url !== undefined) return { value: config.base_url, name: 'base_url', given: true }
  return fillTemplate(vendor, env)
}

interface Found {
  readonly key: Setting | undefined
  readonly keyNames: readonly string[]
  readonly keyless: boolean
  readonly address: Address | undefined
}

/** The way to make a provider ready. Undefined: it is ready. */
function findMissing(
  settings: Settings,
  vendor: Vendor,
  { key, keyNames, keyless, address }: Found,
): string | undefined {
  const { id } = vendor
  const sourced = settings.providers[id]
  if (sourced?.value.enabled === false) return `Set \`enabled\` of \`providers.${id}\` to true in ${sourced.origin}.`
  const refusedAddress = findRefusedAddress(settings, vendor)
  if (refusedAddress && !address?.given) {
    const setting = azureOrRule(id, templateVariables(vendor))
    return `Its address comes from ${refusedAddress.origin}, which is not trusted, and nothing is sent to another address instead. ${howToTrust(refusedAddress.origin)} Otherwise set ${setting} in the environment.`
  }
  if (!key && !keyless) return missingKey(settings, id, keyNames)
  if (!address) return `Set ${azureOrRule(id, templateVariables(vendor))} to its address.`
  if (!isWebAddress(address.value)) return `${invalidAddress(address.name, address.value)}.`
  return undefined
}

function missingKey({ env, projectProviders }: Settings, id: string, keyNames: readonly string[]): string {
  const refused =
    keyNames.map((name) => env.refused(name)).find((found) => found !== undefined) ??
    (projectProviders[id]?.value.api_key === undefined ? undefined : projectProviders[id])
  const placeholder = keyNames.find((name) => env.raw(name) !== undefined)
  const names = keyNames.join(' or ')
  if (refused)
    return `Its key comes from ${refused.origin}, which is not trusted. ${howToTrust(refused.origin)} Otherwise set ${names} in the environment.`
  if (placeholder !== undefined) {
    const { value = '' } = env.raw(placeholder) ?? {}
    const shown = isUnfilled(value) ? ` (${value.slice(0, 60)})` : ''
    return `Set ${placeholder} to the key itself: its value is a placeholder${shown}.`
  }
  return names ? `Set ${names}.` : `Set \`api_key_env\` under \`providers.${id}\`.`
}

function findRefusedAddress({ env, projectProviders }: Settings, vendor: Vendor): SourcedValue | undefined {
  const names = [...addressVariables(vendor.id), ...templateVariables(vendor)]
  const variable = names.map((name) => env.refused(name)).find((found) => found !== undefined)
  if (variable) return variable
  const project = projectProviders[vendor.id]
  return project?.value.base_url === undefined
    ? undefined
    : { value: project.value.base_url, origin: project.origin, trusted: false }
}

/** Where an address may stand, in order. The rule is `<VENDOR>_BASE_URL`; Azure has names of its own. */
export function addressVariables(id: string): readonly string[] {
  const rule = `${envPrefix(id)}_BASE_URL`
  return id === 'azure' ? ['AZURE_API_BASE', 'AZURE_OPENAI_ENDPOINT', rule] : [rule]
}

function azureOrRule(id: string, variables: readonly string[]): string {
  const rule = id === 'azure' ? 'AZURE_API_BASE or AZURE_OPENAI_ENDPOINT' : addressVariables(id)[0]
  return [...variables, rule].join(' or ')
}

/** The vendor's own address with its `${NAME}`s filled in; undefined where one of them is not set. */
function fillTemplate({ baseUrl }: Vendor, env: Environment): Address | undefined {
  if (baseUrl === undefined) return undefined
  let complete = true
  const value = baseUrl.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const found = env.get(name)
    if (!found) complete = false
    return found?.value ?? ''
  })
  return complete ? { value, name: 'The address', given: value !== baseUrl } : undefined
}

export function templateVariables({ baseUrl = '' }: Vendor): readonly string[] {
  return [...baseUrl.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1] ?? '')
}

/** The host of an address that is not the vendor's own. An address with a part to fill in is always a person's own. */
function findForeignHost(baseUrl: string, vendor: Vendor): string | undefined {
  if (vendor.baseUrl === undefined || vendor.baseUrl.includes('${')) return undefined
  const { host } = new URL(baseUrl)
  const own = new URL(vendor.baseUrl).host
  const isRegional = host.endsWith(`.${own.replace(/^api\./, '')}`) // eu.api.openai.com
  return host === own || isRegional ? undefined : host
}

/** `AZURE_OPENAI_DEPLOYMENTS`: `model=deployment,model=deployment`. Its form was checked when the settings were read. */
function parseDeployments(env: Environment): Record<string, string> {
  const pairs = env.get('AZURE_OPENAI_DEPLOYMENTS')?.value.split(',') ?? []
  return Object.fromEntries(
    pairs
      .map((pair) => pair.split('=').map((side) => side.trim()))
      .filter((pair) => pair.length === 2 && pair[0] && pair[1]),
  )
}
