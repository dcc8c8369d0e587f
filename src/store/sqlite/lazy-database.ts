import { statSync } from 'node:fs'
import { StoreError } from '../errors.ts'
import { type Database, type DatabaseOptions, openDatabase } from './database.ts'
import { toStoreError } from './errors.ts'

/**
 * A database that opens at its first use, and makes its file at its first write. While there is no file, reads see an
 * empty database in memory, because clients list and read from servers that they start only to look at.
 */
export function createLazyDatabase(path: string, options: DatabaseOptions): Database {
  let file: Database | undefined
  let opening: Promise<Database> | undefined
  let empty: Promise<Database> | undefined
  let closed = false

  function open(): Promise<Database> {
    opening ??= openDatabase(path, options).then(
      (opened) => {
        file = opened
        closeEmpty()
        return opened
      },
      (error: unknown) => {
        opening = undefined
        throw error
      },
    )
    return opening
  }

  function openToRead(): Promise<Database> {
    if (path === ':memory:' || opening || hasFile(path)) return open()
    empty ??= openDatabase(':memory:', options)
    return empty
  }

  function closeEmpty(): void {
    empty?.then((database) => database.close())
    empty = undefined
  }

  function requireOpen(): void {
    if (closed) throw new StoreError(`${path} is closed. Open it again to use it.`)
  }

  return {
    async read(work) {
      requireOpen()
      return (file ?? (await openToRead())).read(work)
    },
    write(work) {
      if (file) return file.write(work)
      return (async () => {
        requireOpen()
        return (await open()).write(work)
      })()
    },
    close() {
      closed = true
      closeEmpty()
      if (file) file.close()
      else opening?.then((opened) => opened.close()).catch(() => {}) // the failure to open reaches its callers
    },
  }
}

/** Throws `StoreError` where this cannot be known, because a store that cannot be read is not an empty one. */
function hasFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (error) {
    throw toStoreError(error, path)
  }
}
