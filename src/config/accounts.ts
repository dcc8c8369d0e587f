import type { Vendor } from '../contract/provider.ts'
import { type Account, envPrefix } from '../providers/account.ts'
import type { VendorEntry } from '../providers/vendors.ts'
import { type Environment, mayUseAddress, normalizeValue, type SourcedValue } from './environment.ts'
import type { Settings } from './index.ts'

/** A provider there is a name for, ready or not. */
export interface KnownProvider {
  readonly id: string
  readonly name: string
  /** Undefined: it is not ready, and `fix` says what would make it so. */
  readonly account: Account | undefined
  readonly fix: string | undefined
  /** May `auto` choose it? */
  readonly auto: boolean
  /** Models named in the configuration: served in any case, whether the catalog knows them or not. */
  readonly models: readonly string[]
  /** True where `models` is all it serves (an Azure resource with a deployment map). */
  readonly onlyListedModels: boolean
}

/**
 * Joins what the catalog knows of vendors with the keys and addresses of this machine. Looks at nothing but `settings`.
 * Addresses from files in the working directory are held to `mayMeet`; one that may not be used is passed over.
 */
export function resolveProviders(settings: Settings, vendors: readonly VendorEntry[]): readonly KnownProvider[] {
  const known = new Map(vendors.map((vendor) => [vendor.id, vendor]))
  const customIds = Object.keys(settings.providers).filter((id) => !known.has(id))
  return [...vendors, ...customIds.map((id): VendorEntry => ({ id, name: id, wire: 'openai-chat', keyNames: [] }))].map(
    (vendor) => resolveProvider(settings, vendor, known.has(vendor.id)),
  )
}

function resolveProvider(settings: Settings, vendor: VendorEntry, inCatalog: boolean): KnownProvider {
  const { env, file } = settings
  const config = settings.providers[vendor.id] ?? {}
  const fromConfigFile = (value: string | undefined): SourcedValue | undefined => {
    const text = normalizeValue(value)
    return text && file ? { value: text, origin: file.path, trusted: file.trusted } : undefined
  }
  const keyNames = config.api_key_env ? [config.api_key_env, ...vendor.keyNames] : vendor.keyNames
  const key = fromConfigFile(config.api_key) ?? env.first(keyNames)
  const addresses = [
    env.first(addressVariables(vendor.id)),
    fromConfigFile(config.base_url),
    fillTemplate(vendor.baseUrl, env),
  ].filter((address) => address !== undefined)
  const address = addresses.find((candidate) => mayUseAddress(candidate, key))
  const wire = config.wire ?? vendor.wire
  const deployments = { ...config.deployments, ...(vendor.id === 'azure' && parseDeployments(env)) }
  const hasDeployments = Object.keys(deployments).length > 0
  const keyless = config.local === true || (!inCatalog && !config.api_key && !config.api_key_env)
  const fix = missingSetup()
  const base = {
    id: vendor.id,
    name: vendor.name,
    models: [...(config.models ?? []), ...Object.keys(deployments)],
    onlyListedModels: hasDeployments,
  }
  if (fix !== undefined || !address) return { ...base, account: undefined, fix, auto: false }
  const apiVersion =
    wire === 'azure' ? (env.first(['AZURE_API_VERSION', 'OPENAI_API_VERSION'])?.value ?? config.api_version) : undefined
  const account: Account = {
    id: vendor.id,
    wire,
    baseUrl: address.value.replace(/\/+$/, ''),
    keyNames,
    ...(key && { key: key.value }),
    ...(config.headers && { headers: config.headers }),
    ...(apiVersion && { apiVersion }),
    ...(hasDeployments && { deployments }),
    ...(vendor.quirks && { quirks: vendor.quirks }),
    ...(config.local && { local: true }),
  }
  return { ...base, account, fix: undefined, auto: !vendor.autoExcluded && (wire !== 'azure' || hasDeployments) }

  function missingSetup(): string | undefined {
    if (config.enabled === false) return `Set \`enabled\` of \`providers.${vendor.id}\` to true in ${file?.path}.`
    if (!key && !keyless)
      return keyNames.length > 0
        ? `Set ${keyNames.join(' or ')}.`
        : `Set \`api_key_env\` under \`providers.${vendor.id}\`.`
    if (address) return undefined
    const names = vendor.id === 'azure' ? 'AZURE_API_BASE or AZURE_OPENAI_ENDPOINT' : addressVariables(vendor.id)[0]
    if (addresses.length > 0)
      return `Its address stands in ${addresses[0]?.origin}, which may not be used with a key from elsewhere: put both into the same file, or set ${names} in the environment.`
    return `Set ${[...templateVariables(vendor), names].join(' or ')} to its address.`
  }
}

/** Where an address may stand, in order. The rule is `<VENDOR>_BASE_URL`; Azure has names of its own. */
function addressVariables(id: string): readonly string[] {
  const rule = `${envPrefix(id)}_BASE_URL`
  return id === 'azure' ? ['AZURE_API_BASE', 'AZURE_OPENAI_ENDPOINT', rule] : [rule]
}

/** The vendor's own address with its `${NAME}`s filled in; it is only as trusted as the least trusted of them. */
function fillTemplate(template: string | undefined, env: Environment): SourcedValue | undefined {
  if (template === undefined) return undefined
  let origin = 'the catalog'
  let trusted = true
  let complete = true
  const value = template.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const found = env.get(name)
    if (!found) complete = false
    else if (!found.trusted) {
      origin = found.origin
      trusted = false
    }
    return found?.value ?? ''
  })
  return complete ? { value, origin, trusted } : undefined
}

function templateVariables({ baseUrl = '' }: Vendor): readonly string[] {
  return [...baseUrl.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1] ?? '')
}

/** `AZURE_OPENAI_DEPLOYMENTS`: `model=deployment,model=deployment`. Its form was checked when the settings were read. */
function parseDeployments(env: Environment): Readonly<Record<string, string>> {
  const pairs = env.get('AZURE_OPENAI_DEPLOYMENTS')?.value.split(',') ?? []
  return Object.fromEntries(
    pairs
      .map((pair) => pair.split('=').map((side) => side.trim()))
      .filter((pair) => pair.length === 2 && pair[0] && pair[1]),
  )
}
