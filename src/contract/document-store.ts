/**
 * The store of the user's documents: conversations, scripts, plans. Each is one JSON value under a kind and an id, with a
 * version that rises by one with every change.
 */
export interface DocumentStore {
  get(kind: DocumentKind, id: string): Promise<StoredDocument | undefined>
  /**
   * Writes a value atomically and durably. `expectedVersion` is the version that the caller read (0: the document must not
   * exist). Undefined, without a change, where the stored version differs.
   */
  put(kind: DocumentKind, id: string, value: unknown, expectedVersion: number, now: number): Promise<number | undefined>
  /** The newest documents first, without their values, with ids that begin with `prefix`. */
  list(kind: DocumentKind, prefix: string, limit: number): Promise<readonly DocumentInfo[]>
  /**
   * Acquires or extends the lease of a document until `expiresAt`, for all processes that share the store. False: another
   * owner has an unexpired lease. The document need not exist yet.
   */
  acquireLease(kind: DocumentKind, id: string, owner: string, now: number, expiresAt: number): Promise<boolean>
  /** Releases the lease, if this owner has it. */
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
