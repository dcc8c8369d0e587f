import { readFileSync, statSync } from 'node:fs'

/** A small text file as it was read. */
export interface TextFile {
  /** Without a byte order mark. */
  readonly text: string
  /** The bytes of the file, of which a hash can be made. */
  readonly bytes: Uint8Array
  readonly encoding: 'UTF-8' | 'UTF-16'
}

/** A configuration file is far smaller; reading more would only fill memory. */
const MAX_BYTES = 1_048_576

/**
 * Reads a configuration file. Undefined: there is no regular file there, or it cannot be read; a device or a pipe is not
 * opened, because reading it might never end. Throws `RangeError` for a file above 1 MiB.
 */
export function readTextFile(path: string): TextFile | undefined {
  try {
    const status = statSync(path)
    if (!status.isFile()) return undefined
    if (status.size > MAX_BYTES) throw new RangeError(`${path} is larger than 1 MiB`)
    const bytes = readFileSync(path)
    return { bytes, ...decodeText(bytes) }
  } catch (error) {
    if (error instanceof RangeError) throw error
    return undefined
  }
}

/** UTF-8, or UTF-16 as PowerShell's `>` writes it: by its mark, or by the zero bytes between Latin letters. */
function decodeText(bytes: Buffer): Pick<TextFile, 'text' | 'encoding'> {
  const [first, second] = bytes
  if (first === 0xfe && second === 0xff)
    return {
      text: Buffer.from(bytes.subarray(2, bytes.length & ~1))
        .swap16()
        .toString('utf16le'),
      encoding: 'UTF-16',
    }
  if (first === 0xff && second === 0xfe) return { text: bytes.subarray(2).toString('utf16le'), encoding: 'UTF-16' }
  if (first !== 0 && second === 0) return { text: bytes.toString('utf16le'), encoding: 'UTF-16' }
  return { text: bytes.toString('utf8').replace(/^\uFEFF/, ''), encoding: 'UTF-8' }
}

/** Parses JSON with `//` and block comments and trailing commas. Throws `SyntaxError`. */
export function parseJsonWithComments(text: string): unknown {
  const withoutComments = text.replace(
    /"(?:[^"\\]|\\[\s\S]?)*(?:"|$)|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g,
    (match) => (match.startsWith('"') ? match : match.replace(/[^\n]/g, ' ')), // positions in an error stay true
  )
  const withoutTrailingCommas = withoutComments.replace(/"(?:[^"\\]|\\[\s\S]?)*(?:"|$)|,(?=\s*[}\]])/g, (match) =>
    match === ',' ? ' ' : match,
  )
  return JSON.parse(withoutTrailingCommas)
}
