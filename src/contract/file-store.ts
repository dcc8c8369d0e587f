/**
 * Writes the files of finished documents where a person finds them: `<home>/scripts|plans/<slug>-<id>/`. The caller gives
 * a title for the folder's name and never a path, because titles come from models.
 */
export interface FileStore {
  /**
   * Writes each file of a document, replacing the version that this program wrote before, and resolves to the absolute
   * paths in the order given. A file that somebody has changed since is left alone; the new version is then written
   * beside it with a number. Rejects with `StoreError`, which says what to do.
   */
  write(document: FileDocument, files: readonly NamedFile[]): Promise<readonly string[]>
}

export interface FileDocument {
  readonly kind: 'script' | 'plan'
  readonly id: string
  /** The folder keeps the name of the first title. */
  readonly title: string
}

export interface NamedFile {
  /** A name of our own, such as `script.pdf`. */
  readonly name: string
  readonly content: string | Uint8Array
}
