import { resolveProviders } from '../config/accounts.ts'
import type { Settings } from '../config/index.ts'
import type { KnownProvider } from '../config/known-provider.ts'
import { findRefusedPrices, type Pricing } from '../config/pricing.ts'
import { findProjectWarnings } from '../config/project-warnings.ts'
import { findUnmatched } from '../config/unmatched.ts'
import type { Catalog, ModelFacts, Provider } from '../contract/provider.ts'
import type { World } from '../contract/world.ts'
import type { Account } from '../providers/account.ts'
import { createProvider } from '../providers/index.ts'
import { mergeVendors } from '../providers/vendors.ts'
import { minimalFacts } from './model-facts.ts'
import type { ProviderInfo } from './provider-info.ts'

export interface RegistryDeps {
  readonly world: World
  readonly settings: Settings
  readonly catalog: () => Promise<Catalog>
  /** Called once for each setting that turns out to have no effect, with a sentence for people. */
  readonly warn?: (message: string) => void
  /** Called with the keys of all accounts, before any of them is used. */
  readonly addSecrets?: (keys: readonly (string | undefined)[]) => void
}

/** The providers of the catalog and of the configuration. Tells of every setting that turns out to have no effect. */
export function resolveHosted(
  catalog: Catalog,
  { settings, world, warn = () => {}, addSecrets = () => {} }: RegistryDeps,
  withPrice: Pricing,
): readonly ProviderInfo[] {
  const vendors = mergeVendors(catalog.vendors)
  const known = resolveProviders(settings, vendors)
  addSecrets(known.map(({ account }) => account?.key))
  const ids = new Set([...known.map(({ id }) => id), 'rehearsal', 'ollama', 'lmstudio', 'llamacpp', 'vllm'])
  const warnings = [
    ...findUnmatched(settings, ids),
    ...findRefusedPrices(settings, catalog, world.now()),
    ...findProjectWarnings(settings, vendors, known),
    ...known.flatMap(({ name, foreignHost }) => (foreignHost === undefined ? [] : [foreignAddress(name, foreignHost)])),
  ]
  for (const warning of warnings) warn(warning)
  return known.map((one) => toHostedInfo(one, catalog, world, withPrice))
}

function foreignAddress(name: string, host: string): string {
  return `${name} is asked at ${host}, which is not its own address: the models are those that ${host} lists, and their prices are ${name}'s, which may not be what ${host} charges.`
}

function toHostedInfo(known: KnownProvider, catalog: Catalog, world: World, withPrice: Pricing): ProviderInfo {
  const { id, name, account, fix, auto, fromProject, foreignHost } = known
  const owner = {
    id,
    local: account?.local === true,
    hasKey: account?.key !== undefined,
    ...(fromProject && { fromProject }),
  }
  const configuredIds = new Set(known.models)
  const facts = (model: string): ModelFacts | undefined => catalog.model(id, model, world.now())
  const models = memoizeDaily(world, () => {
    const listed = known.onlyListedModels
      ? []
      : catalog.models(id, world.now()).filter((one) => !configuredIds.has(one.id))
    const named = known.models.map((model) => facts(model) ?? minimalFacts(model, 'config'))
    return [...named, ...listed].map((one) => withPrice(owner, one))
  })
  const openProvider = (one: Account): Provider => createProvider(one, { world, facts })
  return {
    ...owner,
    name,
    fix,
    auto,
    models,
    provider: account && openProvider(account),
    findVariant(model) {
      const variant = known.onlyListedModels ? undefined : facts(model)
      return variant && withPrice(owner, variant)
    },
    ...(foreignHost !== undefined && { foreignHost }),
  }
}

/** Made when first asked for, and again on another UTC day, because prices change with the day. */
function memoizeDaily<T>(world: World, make: () => T): () => T {
  let cached: { readonly day: number; readonly made: T } | undefined
  return () => {
    const day = Math.floor(world.now() / 86_400_000)
    if (cached?.day !== day) cached = { day, made: make() }
    return cached.made
  }
}
