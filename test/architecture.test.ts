import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

/** The building, ground floor first. A file may import its own room, or any room on a floor below. */
const LAYERS = [
  ['lib', 'version.ts'],
  ['contract', 'screenplay', 'planning'],
  ['providers', 'router', 'catalog', 'store', 'agents'],
  ['config', 'world.ts'],
  ['registry.ts'],
  ['app.ts'],
  ['report.ts'],
  ['tools', 'resources.ts', 'prompts.ts'],
  ['server.ts', 'index.ts'],
]

/** The only packages each room may reach for. A room that is not listed may reach for none. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  providers: ['openai', '@anthropic-ai/sdk'],
  router: ['ajv'],
  screenplay: ['pdfkit'],
  agents: ['zod'],
  config: ['zod', 'dotenv', 'env-paths'],
  tools: ['zod', '@modelcontextprotocol/server'],
  'resources.ts': ['@modelcontextprotocol/server'],
  'prompts.ts': ['zod', '@modelcontextprotocol/server'],
  'server.ts': ['@modelcontextprotocol/server'],
  'index.ts': ['zod'],
}

/** Doors to the outside, and the only files that may use them. */
const RESTRICTED_APIS: readonly { readonly what: string; readonly use: RegExp; readonly only: readonly string[] }[] = [
  {
    what: 'the clock',
    use: /\bDate\.now\(|\bnew Date\(\)|\bsetTimeout\(|\bsetInterval\(|performance\.now\(/,
    only: ['world.ts'],
  },
  { what: 'chance', use: /Math\.random\(|randomUUID\(|randomBytes\(/, only: ['world.ts'] },
  { what: 'the environment', use: /process\.env/, only: ['server.ts', 'index.ts'] },
  { what: 'stdout', use: /console\.(log|info|debug)\(|process\.stdout/, only: [] },
]

const src = join(import.meta.dirname, '../src')
const files = globSync(`${src}/**/*.ts`).map((path) => ({
  path,
  name: relative(src, path),
  text: readFileSync(path, 'utf8'),
}))
const roomOf = (path: string): string => relative(src, path).split('/')[0] ?? ''
const layerOf = new Map(LAYERS.flatMap((rooms, floor) => rooms.map((room) => [room, floor] as const)))
const importsOf = (text: string): string[] =>
  [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([^'\s,]+)'/g)].map((match) => match[1] ?? '')

describe('the house stands', () => {
  test('every file is in a room of the plan', () => {
    expect(files.map((file) => roomOf(file.path)).filter((room) => !layerOf.has(room))).toEqual([])
  })

  test('imports go to the own room or to a floor below, and packages are the room’s own', () => {
    const wrong = files.flatMap((file) => {
      const room = roomOf(file.path)
      return importsOf(file.text)
        .filter((specifier) => !isAllowedImport(room, file.path, specifier))
        .map((specifier) => `${file.name} imports ${specifier}`)
    })
    expect(wrong).toEqual([])
  })

  test.each(RESTRICTED_APIS)('$what comes in through its door only', ({ use, only }) => {
    const code = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    expect(
      files.filter((file) => !only.includes(file.name) && use.test(code(file.text))).map((file) => file.name),
    ).toEqual([])
  })
})

function isAllowedImport(room: string, path: string, specifier: string): boolean {
  if (specifier.startsWith('node:') || specifier.endsWith('.json')) return true
  if (!specifier.startsWith('.')) {
    return (PACKAGES[room] ?? []).some((name) => specifier === name || specifier.startsWith(`${name}/`))
  }
  const target = roomOf(join(dirname(path), specifier))
  return target === room || (layerOf.get(target) ?? Number.POSITIVE_INFINITY) < (layerOf.get(room) ?? -1)
}
