import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** Packages and bytes on disk of an install: of Showrunner, and of the peers that are installed in `bench/peers/`. */
export function sizeBench(): string {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString(),
  ) as readonly { readonly unpackedSize: number }[]
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest
  const ours = dependencyFolders(Object.keys(dependencies), root)
  const rows = [
    row(
      'Showrunner, with its server, agents and libraries',
      ours.size + 1,
      (packed?.unpackedSize ?? 0) + totalBytes(ours),
    ),
  ]
  for (const [name, packages] of PEERS) {
    const within = join(root, 'bench/peers')
    if (!packages.every((one) => existsSync(join(within, 'node_modules', one)))) continue
    const folders = dependencyFolders(packages, within)
    rows.push(row(name, folders.size, totalBytes(folders)))
  }
  return ['| installed | packages | MB |', '| --- | ---: | ---: |', ...rows, ''].join('\n')
}

const PEERS: readonly (readonly [string, readonly string[]])[] = [
  ['Vercel AI SDK and `@ai-sdk/openai-compatible`', ['ai', '@ai-sdk/openai-compatible']],
  ['pi-ai', ['@earendil-works/pi-ai']],
  ['Portkey gateway', ['@portkey-ai/gateway']],
]

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
}

const row = (name: string, packages: number, size: number): string =>
  `| ${name} | ${packages} | ${(size / 1_000_000).toFixed(1)} |`

/** The folders of packages and of all that they depend on, found as Node finds them. */
function dependencyFolders(names: readonly string[], from: string): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (name: string, folder: string): void => {
    const at = findPackage(name, folder)
    if (!at || found.has(at)) return // an optional one for another platform is not there
    found.add(at)
    const { dependencies = {} } = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as Manifest
    for (const one of Object.keys(dependencies)) visit(one, at)
  }
  for (const name of names) visit(name, from)
  return found
}

function findPackage(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const at = join(folder, 'node_modules', name)
    if (existsSync(join(at, 'package.json'))) return at
    if (folder === dirname(folder)) return undefined
  }
}

/** Bytes of the folders' own files; a nested package counts only as itself. */
function totalBytes(folders: ReadonlySet<string>): number {
  return [...folders].reduce((sum, folder) => sum + folderBytes(folder), 0)
}

function folderBytes(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    if (entry.name === 'node_modules') return sum
    const path = join(folder, entry.name)
    return sum + (entry.isDirectory() ? folderBytes(path) : entry.isFile() ? statSync(path).size : 0)
  }, 0)
}
