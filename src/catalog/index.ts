import type { Catalog, ModelFacts, Vendor } from '../contract/provider.ts'
import { type CatalogData, decodeModel, type ModelRow } from './rows.ts'

let catalogPromise: Promise<Catalog> | undefined

/**
 * The catalog of known models: read from the package's own data at the first call, once a process; no network. The rows
 * of a vendor are indexed when that vendor is asked for.
 */
export function openCatalog(): Promise<Catalog> {
  catalogPromise ??= import('./catalog.json', { with: { type: 'json' } }).then(
    (file: { readonly default: unknown }) => {
      if (!isCatalog(file.default)) throw new Error('catalog.json is damaged: install Showrunner again.')
      return createCatalog(file.default)
    },
  )
  return catalogPromise
}

/** Checks only that it is the right file, because our own script wrote it and a test reads every row. */
function isCatalog(data: unknown): data is CatalogData {
  return typeof data === 'object' && data !== null && 'sources' in data && 'vendors' in data && 'models' in data
}

/** The catalog that `data` describes. */
export function createCatalog(data: CatalogData): Catalog {
  const vendors = new Map<string, Vendor>(data.vendors.map((vendor) => [vendor.id, vendor]))
  const indexes = new Map<string, ReadonlyMap<string, ModelRow>>()
  const rowsOf = (vendor: string): readonly ModelRow[] => (vendors.has(vendor) ? (data.models[vendor] ?? []) : [])
  const modelIndexOf = (vendor: string): ReadonlyMap<string, ModelRow> => {
    const known = indexes.get(vendor)
    if (known) return known
    const index = new Map(rowsOf(vendor).map((row) => [row.i, row]))
    indexes.set(vendor, index)
    return index
  }
  return {
    source: data.sources.join(', '),
    vendors: data.vendors,
    vendor: (id) => vendors.get(id),
    models: (vendor, at) => rowsOf(vendor).map((row) => decodeModel(row, data.sources, at)),
    model: findModel,
  }

  function findModel(vendor: string, id: string, at: number): ModelFacts | undefined {
    const row = modelIndexOf(vendor).get(id)
    if (row) return decodeModel(row, data.sources, at)
    const [, base = '', suffix = ''] = /^(.+):(\w+)$/.exec(id) ?? []
    const keepsPrice = VARIANTS[vendor]?.[suffix]
    const facts = keepsPrice === undefined ? undefined : findModel(vendor, base, at)
    if (!facts) return undefined
    const { price, ...others } = facts
    return { ...others, id, name: `${facts.name} (${suffix})`, ...(keepsPrice && price && { price }) }
  }
}

/**
 * Suffixes that choose how a vendor serves a model, by vendor, and whether the model keeps its price: `:online` adds a
 * fee for each search. https://openrouter.ai/docs/guides/routing/model-variants
 */
const VARIANTS: Readonly<Record<string, Readonly<Record<string, boolean>>>> = {
  openrouter: { nitro: true, floor: true, exacto: true, online: false },
}
