import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileDocument, FileStore, NamedFile } from '../contract/file-store.ts'
import { toStoreError } from './sqlite/errors.ts'

const FOLDERS: Readonly<Record<FileDocument['kind'], string>> = { script: 'scripts', plan: 'plans' }
/** The hashes of the files as they were written, by which a file that somebody changed is recognised. */
const MANIFEST = '.written.json'
const MAX_SLUG_CHARS = 40

/** Files under `home`, readable by their owner only. Nothing is created before the first write. */
export function createFileStore(home: string): FileStore {
  let queue: Promise<unknown> = Promise.resolve()
  return {
    write(document, files) {
      // One after another, because two writers of one folder would take each other's files for changed ones.
      const written = queue.then(() => writeFolder(home, document, files))
      queue = written.catch(() => undefined)
      return written
    },
  }
}

/** A title as part of a folder's name: `[a-z0-9-]`, at most 40 characters; `untitled` where nothing is left. */
export function toSlug(title: string): string {
  const slug = title
    .slice(0, 400)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_SLUG_CHARS)
    .replace(/^-+|-+$/g, '')
  return slug === '' ? 'untitled' : slug
}

async function writeFolder(home: string, document: FileDocument, files: readonly NamedFile[]): Promise<string[]> {
  if (!/^[a-z0-9]{1,64}$/.test(document.id)) throw new RangeError('a document id is lower-case letters and digits')
  const parent = join(home, FOLDERS[document.kind])
  try {
    const folder = join(parent, await findFolderName(parent, document))
    await createFolder(parent)
    await createFolder(folder)
    const hashes = await readManifest(join(folder, MANIFEST))
    const paths: string[] = []
    for (const file of files) paths.push(await writeVersion(folder, file, hashes))
    await replaceFile(join(folder, MANIFEST), JSON.stringify(Object.fromEntries(hashes), null, 1))
    return paths
  } catch (error) {
    throw toStoreError(error, parent)
  }
}

/** The home exists by now: the document itself is stored there. */
async function createFolder(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}

/** The folder of this id where there is one, under whatever title; else a new name. */
async function findFolderName(parent: string, { id, title }: FileDocument): Promise<string> {
  const names = await readdir(parent).catch(() => [])
  return names.find((name) => name.endsWith(`-${id}`)) ?? `${toSlug(title)}-${id}`
}

/** Writes under the first of `script.pdf`, `script-2.pdf`, … that is new or unchanged since this program wrote it. */
async function writeVersion(
  folder: string,
  { name, content }: NamedFile,
  hashes: Map<string, string>,
): Promise<string> {
  const hash = hashOf(content)
  for (let version = 1; ; version++) {
    const numbered = version === 1 ? name : name.replace(/(?=\.[^.]*$)/, `-${version}`)
    const path = join(folder, numbered)
    const present = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    const presentHash = present && hashOf(present)
    if (presentHash !== hash && present !== undefined && presentHash !== hashes.get(numbered)) continue
    if (presentHash !== hash) await replaceFile(path, content)
    hashes.set(numbered, hash)
    return path
  }
}

/** A reader sees the old file or the new one, whole. */
async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.new`
  await writeFile(temporary, content, { mode: 0o600 })
  await rename(temporary, path)
}

async function readManifest(path: string): Promise<Map<string, string>> {
  try {
    const entries = Object.entries(JSON.parse(await readFile(path, 'utf8')) as Readonly<Record<string, unknown>>)
    return new Map(entries.flatMap(([name, hash]) => (typeof hash === 'string' ? [[name, hash]] : [])))
  } catch {
    return new Map() // none yet, or unreadable: then every file that is there counts as changed
  }
}

function hashOf(content: string | Uint8Array): string {
  // Loaded here, because start-up needs no hashes.
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(content).digest('hex')
}
