import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'

/**
 * `npm run graph [-- root [module]]`: the import graph inside each module of `src/`. A node is a file or folder directly
 * in the module, an edge is at least one import (types included) from one node to another. With a module, its edges are
 * listed.
 */
const [root = join(import.meta.dirname, '..'), only] = process.argv.slice(2)
const src = join(root, 'src')

interface Graph {
  readonly nodes: ReadonlySet<string>
  /** `from -> to`. */
  readonly edges: ReadonlySet<string>
}

function graphOf(module: string): Graph {
  const folder = join(src, module)
  const nodeOf = (path: string): string => relative(folder, path).split(sep)[0] ?? ''
  const nodes = new Set<string>()
  const edges = new Set<string>()
  for (const path of globSync(`${folder}/**/*.ts`)) {
    const from = nodeOf(path)
    nodes.add(from)
    for (const [, specifier = ''] of readFileSync(path, 'utf8').matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
      const target = join(dirname(path), specifier)
      if (!target.startsWith(folder + sep)) continue
      const to = nodeOf(target)
      if (to !== from) edges.add(`${from} -> ${to}`)
    }
  }
  return { nodes, edges }
}

const modules = globSync(`${src}/**/`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => relative(src, join(entry.parentPath, entry.name)))
  .filter((name) => name !== '' && (only === undefined || name === only))
  .sort()

const print = (line: string): boolean => process.stdout.write(`${line}\n`)
print('module                      nodes  edges')
for (const module of modules) {
  const { nodes, edges } = graphOf(module)
  print(`${module.padEnd(26)} ${String(nodes.size).padStart(6)} ${String(edges.size).padStart(6)}`)
  if (only !== undefined) for (const edge of [...edges].sort()) print(`  ${edge}`)
}
