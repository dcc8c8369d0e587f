import type { Account } from '../providers/account.ts'
import { parseBaseUrl } from './base-url.ts'
import type { KnownProvider } from './known-provider.ts'
import { howToTrust } from './layers.ts'
import type { ProviderConfig, Sourced } from './project.ts'
import { isLoopback, normalizeKey } from './values.ts'

/**
 * A provider that an untrusted `showrunner.json` adds under a name of its own. Its address and its key are in that file,
 * or it has no key and is on this machine. `auto` never chooses it and no bare model name means it, so that a prompt is
 * only sent there by its full name.
 */
export function resolveProjectProvider(id: string, { value: config, origin }: Sourced<ProviderConfig>): KnownProvider {
  const key = normalizeKey(config.api_key)
  const deployments = config.deployments ?? {}
  const base = {
    id,
    name: id,
    models: [...(config.models ?? []), ...Object.keys(deployments)],
    onlyListedModels: Object.keys(deployments).length > 0,
    auto: false,
    fromProject: true,
  }
  const fix = findMissing(id, origin, config, key)
  if (fix !== undefined || config.base_url === undefined) return { ...base, account: undefined, fix }
  const wire = config.wire ?? 'openai-chat'
  const { baseUrl, apiVersion = config.api_version } = parseBaseUrl(config.base_url, wire)
  const account: Account = {
    id,
    wire,
    baseUrl,
    keyNames: [`\`api_key\` of \`providers.${id}\` in ${origin}`],
    ...(key !== undefined && { key }),
    ...(config.headers && { headers: config.headers }),
    ...(wire === 'azure' && apiVersion && { apiVersion }),
    ...(base.onlyListedModels && { deployments }),
    // A keyless address of this machine may be a gateway that spends the person's money: only a key of the file's own
    // shows that it does not.
    ...(config.local && key !== undefined && isLoopback(baseUrl) && { local: true }),
  }
  return { ...base, account, fix: undefined }
}

function findMissing(id: string, origin: string, config: ProviderConfig, key: string | undefined): string | undefined {
  if (config.enabled === false) return `Set \`enabled\` of \`providers.${id}\` to true in ${origin}.`
  if (config.base_url === undefined) return `Set \`base_url\` of \`providers.${id}\` in ${origin}.`
  if (key === undefined && !isLoopback(config.base_url))
    return `Its address comes from ${origin}, which is not trusted: without a key in that file it is only used on this machine. ${howToTrust(origin)}`
  return undefined
}
