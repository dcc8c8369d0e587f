/**
 * Where what the user asked to keep is kept: conversations, scripts, plans. Each is one JSON value under a kind and an
 * id, with a version that rises by one with every change.
 */
export interface DocumentStore {
  get(kind: DocumentKind, id: string): Promise<StoredDocument | undefined>
  /**
   * Puts a value in place, atomically and for good: once it resolves, a crash cannot undo it. `expect` is the version
   * the caller read (0: must not be there yet); when another writer was faster nothing changes and the answer is undefined.
   */
  put(kind: DocumentKind, id: string, value: unknown, expectedVersion: number, now: number): Promise<number | undefined>
  /** The newest first, without their values. `prefix` is of the id. */
  list(kind: DocumentKind, prefix: string, limit: number): Promise<readonly DocumentInfo[]>
  /**
   * Takes, or keeps, the right to work on an item until `until`, for all processes that share the store. False: another
   * owner has it, and it has not expired. An item need not exist yet.
   */
  acquireLease(kind: DocumentKind, id: string, owner: string, now: number, expiresAt: number): Promise<boolean>
  /** Gives the right back, if this owner has it. */
  releaseLease(kind: DocumentKind, id: string, owner: string): Promise<void>
  close(): void
}

export type DocumentKind = 'conversation' | 'script' | 'plan'

export interface StoredDocument {
  readonly value: unknown
  readonly version: number
  readonly updatedAt: number
}

export interface DocumentInfo {
  readonly id: string
  readonly version: number
  readonly updatedAt: number
}
