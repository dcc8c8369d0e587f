import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checksPage } from '../scripts/checks.ts'
import { openCatalog } from '../src/catalog/index.ts'
import { configFileSchema } from '../src/config/schema.ts'
import { FAILURES } from '../src/contract/errors.ts'
import { tools } from '../src/tools/index.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const readme = read('README.md')
const docs = [readme, ...globSync('docs/*.md', { cwd: root }).map(read)].join('\n')
const source = globSync('src/**/*.ts', { cwd: root }).map(read).join('\n')

/** The text of a page's code blocks in one language. */
const blocks = (page: string, language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1] ?? '')

describe('the docs', () => {
  test('list the checks as the code has them (npm run checks)', () => {
    const words = (page: string): string => page.replace(/[\s|-]+/g, ' ')
    expect(words(read('docs/checks.md'))).toBe(words(checksPage()))
  })

  test.each(tools.map((tool) => tool.name))('describe the tool %s', (name) => {
    expect(readme).toContain(`\`${name}\``)
  })

  test('quote benchmark rows only as the last run printed them', () => {
    const rows = (page: string): string[] =>
      page.split('\n').flatMap((line) =>
        /^\|.*[^|:\s-]/.test(line)
          ? line
              .split('|')
              .map((cell) => cell.trim())
              .join('|')
          : [],
      )
    const claimed = rows(readme.slice(readme.indexOf('## Benchmarks')))
    const printed = new Set(rows(read('docs/benchmarks.md')))
    expect(claimed.length).toBeGreaterThan(10)
    expect(claimed.filter((row) => !printed.has(row))).toEqual([])
  })

  test('name every argument of every tool', () => {
    const missing = tools.flatMap((tool) =>
      Object.keys(tool.input.shape)
        .filter((name) => !docs.includes(`\`${name}\``))
        .map((name) => `${tool.name}.${name}`),
    )
    expect(missing).toEqual([])
  })

  test('name every resource', () => {
    const addresses = [...source.matchAll(/'((?:usage|models|limits|answer):\/\/[^']*)'/g)].map(
      (match) => match[1] ?? '',
    )
    expect(addresses.length).toBeGreaterThan(4)
    expect(
      [...addresses, 'script://{script_id}/{format}', 'plan://{plan_id}/{format}'].filter(
        (address) => !docs.includes(address),
      ),
    ).toEqual([])
  })

  test('name every setting of the environment', () => {
    const names = new Set(
      [...source.matchAll(/'((?:SHOWRUNNER|AZURE_API|AZURE_OPENAI|OPENAI_API|OLLAMA)_[A-Z_]+)'/g)].map(
        (match) => match[1] ?? '',
      ),
    )
    expect(names.size).toBeGreaterThan(8)
    expect([...names].filter((name) => !docs.includes(name))).toEqual([])
  })

  test.each(Object.keys(configFileSchema().shape).filter((key) => key !== '$schema'))(
    'name the setting `%s`',
    (key) => {
      expect(docs).toContain(`\`${key}\``)
    },
  )

  test.each(Object.keys(FAILURES))('describe the handling of a failure of the kind %s', (kind) => {
    const { retry, fallback, cooldown } = FAILURES[kind as keyof typeof FAILURES]
    const row = docs.split('\n').find((line) => line.startsWith(`| \`${kind}\``))
    const [, , again, elsewhere, rests] = (row ?? '').split('|').map((cell) => cell.trim())
    expect([again, elsewhere, rests]).toEqual([retry ? 'yes' : 'no', fallback ? 'yes' : 'no', cooldown || 'no'])
  })

  test('give the right counts of the catalog', async () => {
    const { vendors, models } = await openCatalog()
    const count = vendors.reduce((sum, vendor) => sum + models(vendor.id, Date.now()).length, 0)
    expect(readme).toContain(`${vendors.length} vendors and ${count.toLocaleString('en-US')} models`)
  })

  test('name only commands that exist', () => {
    const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts)
    const named = [...docs.matchAll(/npm run ([\w-]+)/g)].map((match) => match[1] ?? '')
    expect(named.filter((name) => !scripts.includes(name))).toEqual([])
  })

  test('show valid JSON and accepted configuration', () => {
    const shown = blocks(docs, 'json').map((text) => JSON.parse(text) as Readonly<Record<string, unknown>>)
    const configs = shown.filter((value) => Object.keys(value).some((key) => key in configFileSchema().shape))
    expect(shown.length).toBeGreaterThan(3)
    expect(configs.length).toBeGreaterThan(0)
    for (const config of configs) expect(configFileSchema().safeParse(config)).toMatchObject({ success: true })
  })

  test('link to files that exist', () => {
    const links = [...docs.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] ?? '')
    expect(links.filter((link) => globSync([link, `docs/${link}`], { cwd: root }).length === 0)).toEqual([])
  })
})
