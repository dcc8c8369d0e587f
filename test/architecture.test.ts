import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

/** The layers of docs/architecture.md, lowest first. A file may import from its own module or from a lower layer. */
const LAYERS = [
  ['contract', 'lib', 'screenplay', 'planning', 'version.ts'],
  ['providers', 'router', 'catalog', 'store', 'agents'],
  ['config', 'world.ts'],
  ['registry', 'text-calls.ts', 'document-files.ts', 'shutdown.ts'],
  ['app.ts'],
  ['report.ts'],
  ['tools', 'resources.ts', 'prompts.ts'],
  ['mcp-server.ts', 'stdio.ts', 'refuse.ts'],
  ['server.ts', 'node-version.ts', 'index.ts'],
]

/** Imports that are allowed inside a layer or module although both sides are in it: none may be added without a reason. */
const SAME_LAYER: Readonly<Record<string, readonly string[]>> = {
  // Interfaces may use shared types, and libraries shared functions.
  contract: ['lib'],
  screenplay: ['lib'],
  planning: ['lib'],
}

/** Folders inside a module that do not import each other. */
const STRANGERS: readonly (readonly string[])[] = [
  ['providers/openai', 'providers/anthropic', 'providers/understudy'],
  ['agents/producer', 'agents/screenwriter'],
]

/** The only packages that each module may import. A module that is not listed may import none. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  providers: ['openai', '@anthropic-ai/sdk'],
  router: ['ajv'],
  screenplay: ['pdfkit'],
  agents: ['zod'],
  config: ['zod', 'dotenv', 'env-paths'],
  tools: ['zod', '@modelcontextprotocol/server'],
  'resources.ts': ['@modelcontextprotocol/server'],
  'prompts.ts': ['zod', '@modelcontextprotocol/server'],
  'mcp-server.ts': ['@modelcontextprotocol/server'],
  'stdio.ts': ['@modelcontextprotocol/server'],
  'server.ts': ['@modelcontextprotocol/server'],
  'index.ts': ['zod'],
}

/** Inputs from outside the program, and the only files that may use them. */
const SOURCES: readonly { readonly what: string; readonly use: RegExp; readonly only: readonly string[] }[] = [
  {
    what: 'the clock',
    use: /\bDate\.now\(|\bnew Date\(\)|\bsetTimeout\(|\bsetInterval\(|performance\.now\(/,
    only: ['world.ts'],
  },
  { what: 'randomness', use: /Math\.random\(|randomUUID\(|randomBytes\(/, only: ['world.ts'] },
  { what: 'the environment', use: /process\.env/, only: ['server.ts', 'index.ts'] },
  { what: 'stdout', use: /console\.(log|info|debug)\(|process\.stdout/, only: ['server.ts'] },
]

const src = join(import.meta.dirname, '../src')
const files = globSync(`${src}/**/*.ts`).map((path) => {
  const text = readFileSync(path, 'utf8')
  const specifiers = [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([^'\s,]+)'/g)].map((match) => match[1] ?? '')
  const imports = specifiers
    .filter((one) => one.startsWith('.') && !one.endsWith('.json'))
    .map((one) => relative(src, join(dirname(path), one)))
  return { name: relative(src, path), text, specifiers, imports }
})
const moduleOf = (name: string): string => name.split('/')[0] ?? ''
const layerOf = new Map(LAYERS.flatMap((modules, layer) => modules.map((module) => [module, layer] as const)))

test('every file is in a module of the plan', () => {
  expect(files.map(({ name }) => moduleOf(name)).filter((module) => !layerOf.has(module))).toEqual([])
})

test('imports go to the own module or to a lower layer', () => {
  const wrong = files.flatMap(({ name, imports }) =>
    imports.filter((target) => !isAllowed(moduleOf(name), moduleOf(target))).map((target) => `${name} -> ${target}`),
  )
  expect(wrong).toEqual([])
})

test.each(STRANGERS.map((folders) => ({ folders })))('$folders do not import each other', ({ folders }) => {
  const folderOf = (name: string): string | undefined => folders.find((folder) => name.startsWith(`${folder}/`))
  const wrong = files.flatMap(({ name, imports }) =>
    imports
      .filter((target) => folderOf(name) && folderOf(target) && folderOf(name) !== folderOf(target))
      .map((target) => `${name} -> ${target}`),
  )
  expect(folders.filter((folder) => !files.some(({ name }) => name.startsWith(`${folder}/`)))).toEqual([])
  expect(wrong).toEqual([])
})

test('there is no import cycle, type imports included', () => {
  expect(findCycles(new Map(files.map(({ name, imports }) => [name, imports])))).toEqual([])
})

test('a module imports only the packages that are listed for it', () => {
  const wrong = files.flatMap(({ name, specifiers }) =>
    specifiers
      .filter((one) => !one.startsWith('.') && !one.startsWith('node:'))
      .filter((one) => !(PACKAGES[moduleOf(name)] ?? []).some((known) => one === known || one.startsWith(`${known}/`)))
      .map((one) => `${name} imports ${one}`),
  )
  expect(wrong).toEqual([])
})

describe('input from outside', () => {
  test.each(SOURCES)('$what is used only in $only', ({ use, only }) => {
    const code = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    expect(
      files.filter(({ name, text }) => !only.includes(name) && use.test(code(text))).map(({ name }) => name),
    ).toEqual([])
  })
})

test('the architecture page names files that exist', () => {
  const page = readFileSync(join(src, '../docs/architecture.md'), 'utf8')
  const named = [...page.matchAll(/`src\/([\w./-]+)`/g)].map((match) => (match[1] ?? '').replace(/\/$/, ''))
  expect(named.length).toBeGreaterThan(20)
  const names = files.map(({ name }) => name)
  expect(named.filter((one) => !names.some((name) => name === one || name.startsWith(`${one}/`)))).toEqual([])
})

function isAllowed(from: string, to: string): boolean {
  if (from === to || SAME_LAYER[from]?.includes(to)) return true
  return (layerOf.get(to) ?? Number.POSITIVE_INFINITY) < (layerOf.get(from) ?? -1)
}

/** Every cycle of a directed graph that a depth-first search meets, as `a -> b -> a`. */
function findCycles(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const cycles: string[] = []
  const done = new Set<string>()
  const visit = (node: string, path: readonly string[]): void => {
    const at = path.indexOf(node)
    if (at >= 0) {
      cycles.push([...path.slice(at), node].join(' -> '))
      return
    }
    if (done.has(node)) return
    for (const next of graph.get(node) ?? []) visit(next, [...path, node])
    done.add(node)
  }
  for (const node of graph.keys()) visit(node, [])
  return cycles
}
