import type { Vendor } from '../contract/provider.ts'
import { addressVariables, templateVariables } from './accounts.ts'
import type { Settings } from './index.ts'
import type { KnownProvider } from './known-provider.ts'
import { notTaken } from './layers.ts'

/**
 * The keys and addresses of known vendors that untrusted files give and that are not taken, a sentence a file. A key that
 * is also the person's own changes nothing and is not named.
 */
export function findProjectWarnings(
  settings: Settings,
  vendors: readonly Vendor[],
  known: readonly KnownProvider[],
): readonly string[] {
  const { env, projectProviders } = settings
  const refused = new Map<string, Set<string>>()
  const refuse = (origin: string, name: string): void =>
    void refused.set(origin, (refused.get(origin) ?? new Set()).add(name))
  for (const vendor of vendors) {
    for (const name of [...vendor.keyNames, ...addressVariables(vendor.id), ...templateVariables(vendor)]) {
      const found = env.refused(name)
      if (found && env.get(name)?.value !== found.value) refuse(found.origin, name)
    }
  }
  const added = new Set(known.filter(({ fromProject }) => fromProject).map(({ id }) => id))
  for (const [id, { value, origin }] of Object.entries(projectProviders)) {
    if (!added.has(id)) for (const key of Object.keys(value)) refuse(origin, `providers.${id}.${key}`)
  }
  return [...refused].map(([origin, names]) => notTaken(origin, [...names]))
}
