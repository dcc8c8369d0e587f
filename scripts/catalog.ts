import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import type { CatalogData } from '../src/catalog/rows.ts'
import { makeCatalog } from './catalog/make-catalog.ts'

/** `npm run catalog [-- folder]`: writes `src/catalog/catalog.json` from the published lists in a folder. */
const root = join(import.meta.dirname, '..')
const text = makeCatalog(process.argv[2] ?? join(root, '../shared/data/catalog'))
writeFileSync(join(root, 'src/catalog/catalog.json'), text)

const data: CatalogData = JSON.parse(text)
const rows = Object.values(data.models).flat()
const kb = (bytes: number): string => `${Math.round(bytes / 1000)} kB`
process.stdout.write(
  `${data.vendors.length} vendors, ${rows.length} models, ${rows.filter((row) => row.p).length} with a price; ` +
    `${kb(text.length)}, ${kb(brotliCompressSync(text).length)} compressed\n`,
)
