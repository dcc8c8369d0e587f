import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Completes `package-lock.json`: npm leaves out the optional packages of other platforms (a linter's binary for macOS)
 * where the registry it asked does not carry them, and `npm ci` then refuses the file everywhere. Run it after
 * `npm install` (`npm run lock`); it adds what is missing and touches nothing else.
 */
interface Entry {
  readonly version?: string
  readonly license?: string
  readonly engines?: unknown
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const path = join(import.meta.dirname, '../package-lock.json')
const lock = JSON.parse(readFileSync(path, 'utf8')) as { readonly packages: Record<string, Entry> }
const names = new Set(
  Object.keys(lock.packages).map((key) => key.slice(key.lastIndexOf('node_modules/') + 'node_modules/'.length)),
)
const missing = Object.values(lock.packages).flatMap((parent) =>
  Object.entries(parent.optionalDependencies ?? {})
    .filter(([name]) => !names.has(name))
    .map(([name, version]) => [`node_modules/${name}`, platformEntry(name, version, parent)] as const),
)
const { '': root, ...installed } = lock.packages
const packages = Object.entries({ ...installed, ...Object.fromEntries(missing) }).sort(([a], [b]) =>
  a.localeCompare(b, 'en'),
)
writeFileSync(
  path,
  `${JSON.stringify({ ...lock, packages: { '': root, ...Object.fromEntries(packages) } }, null, 2)}\n`,
)
process.stdout.write(`${missing.length} packages of other platforms added to package-lock.json\n`)

/** Platform packages are named after their platform: `cli-linux-arm64-musl` is for os linux, cpu arm64, libc musl. */
function platformEntry(name: string, version: string, parent: Entry): object {
  const [os, cpu, variant] = name.replace(/^.*\/(cli-|binding-)?/, '').split('-')
  const libc = os === 'linux' && variant ? (variant.startsWith('musl') ? 'musl' : 'glibc') : undefined
  return {
    version,
    cpu: [cpu],
    dev: true,
    ...(parent.license && { license: parent.license }),
    ...(libc && { libc: [libc] }),
    optional: true,
    os: [os],
    ...(parent.engines !== undefined && { engines: parent.engines }),
  }
}
