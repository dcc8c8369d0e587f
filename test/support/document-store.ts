import type { DocumentKind, DocumentStore, StoredDocument } from '../../src/contract/document-store.ts'

export interface MemoryDocumentStore extends DocumentStore {
  /** The same store as another process sees it; after `crash` no request of that process is ever answered. */
  otherProcess(): DocumentStore & { crash(): void }
  /** How many values were written. */
  readonly putCount: number
}

/** A document store in memory that keeps the contract. Values go through JSON, as they do on a disk. */
export function memoryDocumentStore(): MemoryDocumentStore {
  const items = new Map<string, { kind: DocumentKind; id: string; json: string; version: number; updatedAt: number }>()
  const leases = new Map<string, { owner: string; until: number }>()
  let puts = 0
  const key = (kind: DocumentKind, id: string): string => `${kind}/${id}`
  const documents: DocumentStore = {
    async get(kind, id): Promise<StoredDocument | undefined> {
      const item = items.get(key(kind, id))
      return item && { value: JSON.parse(item.json), version: item.version, updatedAt: item.updatedAt }
    },
    async put(kind, id, value, expect, now) {
      const version = items.get(key(kind, id))?.version ?? 0
      if (version !== expect) return undefined
      const json = JSON.stringify(value)
      const bytes = Buffer.byteLength(json)
      if (bytes > 20_000_000) throw new Error(`The ${kind} is too large to keep: ${bytes} bytes.`)
      items.set(key(kind, id), { kind, id, json, version: version + 1, updatedAt: now })
      puts += 1
      return version + 1
    },
    async list(kind, prefix, limit) {
      return [...items.values()]
        .filter((item) => item.kind === kind && item.id.startsWith(prefix))
        .sort((a, b) => b.updatedAt - a.updatedAt)
        .slice(0, limit)
        .map(({ id, version, updatedAt }) => ({ id, version, updatedAt }))
    },
    async acquireLease(kind, id, owner, now, until) {
      const lease = leases.get(key(kind, id))
      if (lease && lease.owner !== owner && lease.until > now) return false
      leases.set(key(kind, id), { owner, until })
      return true
    },
    async releaseLease(kind, id, owner) {
      if (leases.get(key(kind, id))?.owner === owner) leases.delete(key(kind, id))
    },
    close() {},
  }
  return {
    ...documents,
    get putCount() {
      return puts
    },
    otherProcess() {
      let dead = false
      const unlessCrashed = async <T>(act: () => Promise<T>): Promise<T> =>
        dead ? new Promise<T>(() => undefined) : act()
      return {
        get: (...args) => unlessCrashed(() => documents.get(...args)),
        put: (...args) => unlessCrashed(() => documents.put(...args)),
        list: (...args) => unlessCrashed(() => documents.list(...args)),
        acquireLease: (...args) => unlessCrashed(() => documents.acquireLease(...args)),
        releaseLease: (...args) => unlessCrashed(() => documents.releaseLease(...args)),
        close() {},
        crash: () => {
          dead = true
        },
      }
    },
  }
}
