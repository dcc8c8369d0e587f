import { FREE, type Price } from '../contract/price.ts'
import type { Catalog, ModelFacts } from '../contract/provider.ts'
import type { Settings } from './index.ts'
import { notTaken } from './layers.ts'
import { isLowerPrice, raisePrice } from './project.ts'

/** Gives a model's facts the price that counts. `owner`: what is known of its provider. */
export type Pricing = (
  owner: { readonly id: string; readonly local: boolean; readonly fromProject?: boolean; readonly hasKey?: boolean },
  facts: ModelFacts,
) => ModelFacts

/**
 * The price of the trusted configuration first, then nothing for what runs here, then the catalog's. A price of a file
 * that is not trusted raises a known one. For a provider that the same file added with a key it is taken as it is,
 * because the file's own account pays; without a key an address of this machine may be a gateway that somebody pays.
 */
export function createPricing({ prices, projectPrices }: Pick<Settings, 'prices' | 'projectPrices'>): Pricing {
  return ({ id, local, fromProject, hasKey }, facts) => {
    const name = `${id}/${facts.id}`
    const known = prices.get(name) ?? (local ? FREE : facts.price)
    const project = projectPrices.get(name)?.value
    const ownAccount = fromProject && hasKey
    const price: Price | undefined = project === undefined ? known : ownAccount ? project : raisePrice(known, project)
    return price ? { ...facts, price } : withoutPrice(facts)
  }
}

function withoutPrice({ price: _, ...facts }: ModelFacts): ModelFacts {
  return facts
}

/** The prices of an untrusted file that are not taken, because they are lower than the known ones: a sentence a file. */
export function findRefusedPrices(settings: Settings, catalog: Catalog, now: number): readonly string[] {
  const refused = new Map<string, string[]>()
  for (const [name, { value, origin }] of settings.projectPrices) {
    const slash = name.indexOf('/')
    const provider = name.slice(0, slash)
    const isOwn = settings.projectProviders[provider]?.value.api_key !== undefined && !catalog.vendor(provider)
    const known = settings.prices.get(name) ?? catalog.model(provider, name.slice(slash + 1), now)?.price
    if (!isOwn && isLowerPrice(known, value)) refused.set(origin, [...(refused.get(origin) ?? []), `prices.${name}`])
  }
  return [...refused].map(([origin, names]) => notTaken(origin, names))
}
