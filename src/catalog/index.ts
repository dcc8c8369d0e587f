import type { Catalog, Vendor } from '../contract/provider.ts'
import { type CatalogData, decodeModel, type ModelRow } from './rows.ts'

let catalogPromise: Promise<Catalog> | undefined

/**
 * What models exist, can do and cost: read from our own data at the first call, once a process; no network. The rows of
 * a vendor are looked at when that vendor is asked for.
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

/** Our own script wrote it and a test reads every row of it: here only that it is that file. */
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
    model(vendor, id, at) {
      const row = modelIndexOf(vendor).get(id)
      return row && decodeModel(row, data.sources, at)
    },
  }
}
