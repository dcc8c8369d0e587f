import { StoreError } from '../errors.ts'

/** Turns what SQLite or the file system threw into a `StoreError` about the file; any other error stays as it is. */
export function toStoreError(error: unknown, path: string): unknown {
  const code = errorCode(error)
  if (!(error instanceof Error) || code === undefined) return error
  const known = ERROR_MESSAGES.find(({ codes }) => codes.includes(code))
  return new StoreError(`${path} ${known?.message ?? `could not be used: ${error.message}.`}`, { cause: error })
}

/** Another connection has the lock: the same work may be tried again. */
export function isBusy(error: unknown): boolean {
  return errorCode(error) === 5
}

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html), and the file system's names for the same things. */
const ERROR_MESSAGES: readonly { readonly codes: readonly (number | string)[]; readonly message: string }[] = [
  { codes: [5, 6], message: 'stays locked by another program. Close the program that has it open, then try again.' },
  {
    codes: [3, 8, 14, 23, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT', 'EISDIR'],
    message: 'cannot be opened for writing. Make its folder writable, or set SHOWRUNNER_HOME to a folder that is.',
  },
  {
    codes: [13, 'ENOSPC', 'EDQUOT'],
    message: 'is on a disk that is full; nothing was changed. Free some space, then try again.',
  },
  { codes: [10, 'EIO'], message: 'is on a disk that fails or is full; nothing was changed. Check it, then try again.' },
  {
    codes: [11, 26],
    message:
      'is corrupt or not a SQLite database; it was left as it is. Restore a backup, or move it away to start fresh.',
  },
  { codes: ['ERR_INVALID_STATE'], message: 'is closed. Open it again to use it.' },
]

function errorCode(error: unknown): number | string | undefined {
  if (!(error instanceof Error)) return undefined
  // An extended result code holds its primary code in the low byte.
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
