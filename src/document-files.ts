import type { DocumentStore } from './contract/document-store.ts'
import type { FileDocument, FileStore, NamedFile } from './contract/file-store.ts'
import type { World } from './contract/world.ts'

/** Finished documents as files. */
export interface DocumentFiles {
  /**
   * Writes the files of a finished script or plan, once a version, and resolves to their paths; to none for a document
   * that is not finished or has nothing in it. `problem` says why the files could not be written.
   */
  publish(kind: DocumentFileKind, id: string): Promise<PublishedFiles>
  /** Starts `publish` when a saved document is complete, so that the files of a job are there without another call. */
  publishIfComplete(kind: DocumentFileKind, id: string, saved: unknown): void
  /** Resolves when no file is being written. */
  settled(): Promise<void>
}

export type DocumentFileKind = FileDocument['kind']

export interface PublishedFiles {
  /** Absolute paths, the most useful first. */
  readonly paths: readonly string[]
  readonly problem?: string
}

/** The part of an agent that files need. */
interface Agent {
  /** `tasks` of a plan; `pages` of a script. */
  get(id: string): Promise<FinishedResult | undefined>
  export(id: string, format: string): Promise<string | Uint8Array | undefined>
}

interface FinishedResult {
  readonly status: string
  readonly title?: string | null
  readonly goal?: string
  readonly pages?: number
  readonly tasks?: readonly unknown[]
}

interface DocumentFilesOptions {
  readonly world: World
  readonly files: FileStore
  documents(): Promise<DocumentStore>
  readonly agents: Readonly<Record<DocumentFileKind, () => Promise<Agent>>>
  /** By format, the most useful first. A format without a file name is not written. */
  readonly formats: Readonly<Record<DocumentFileKind, Readonly<Record<string, { readonly fileName?: string }>>>>
}

export function createDocumentFiles(options: DocumentFilesOptions): DocumentFiles {
  const published = new Map<string, { readonly version: number; readonly result: Promise<PublishedFiles> }>()

  const pending = new Set<Promise<unknown>>()

  function publish(kind: DocumentFileKind, id: string): Promise<PublishedFiles> {
    const publishing = publishOnce(kind, id).finally(() => pending.delete(publishing))
    pending.add(publishing)
    return publishing
  }

  async function publishOnce(kind: DocumentFileKind, id: string): Promise<PublishedFiles> {
    const version = (await (await options.documents()).get(kind, id))?.version
    if (version === undefined) return { paths: [] }
    const key = `${kind}/${id}`
    const earlier = published.get(key)
    if (earlier?.version === version) return earlier.result
    const result = writeFiles(options, kind, id).catch((error: unknown): PublishedFiles => {
      published.delete(key)
      if (error instanceof Error && error.name === 'StoreError')
        return { paths: [], problem: `The files could not be written. ${error.message}` }
      options.world.log('files not written', { kind, id, error: error instanceof Error ? error.name : 'unknown' })
      return { paths: [], problem: `The files could not be written: the resource ${kind}://${id} has the work.` }
    })
    published.set(key, { version, result })
    return result
  }

  return {
    publish,
    publishIfComplete(kind, id, saved) {
      if (typeof saved !== 'object' || saved === null || !('status' in saved) || saved.status !== 'complete') return
      publish(kind, id).catch(() => {}) // the store is closed or broken, which the job's own calls report
    },
    async settled() {
      await Promise.allSettled(pending)
    },
  }
}

async function writeFiles(options: DocumentFilesOptions, kind: DocumentFileKind, id: string): Promise<PublishedFiles> {
  const agent = await options.agents[kind]()
  const result = await agent.get(id)
  if (result?.status !== 'complete' || !(result.pages || result.tasks?.length)) return { paths: [] }
  const files: NamedFile[] = []
  for (const [format, { fileName }] of Object.entries(options.formats[kind])) {
    if (fileName === undefined) continue
    await options.world.sleep(0) // lets other work run, because each format takes a while to make
    const content = await agent.export(id, format)
    if (content !== undefined) files.push({ name: fileName, content })
  }
  return { paths: await options.files.write({ kind, id, title: result.title ?? result.goal ?? '' }, files) }
}
