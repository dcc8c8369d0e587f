import { fromFdx } from './fdx/read.ts'
import { parseFountain } from './fountain/parse.ts'
import type { Script } from './types.ts'

/**
 * Reads a script in one of the formats that are read, Final Draft (FDX) or Fountain. Throws `SyntaxError` with the name
 * of the format for a binary file and for damaged FDX.
 */
export function readScript(source: string): Script {
  const format = unreadableFormat(source)
  if (format !== undefined) {
    throw new SyntaxError(
      `This is ${format}, which is not read. Export the script as Final Draft (FDX) or as Fountain.`,
    )
  }
  return /^\uFEFF?\s*</.test(source) ? fromFdx(source) : parseFountain(source)
}

/** The first characters of formats that are not read, and the same in base64. */
const SIGNATURES: readonly (readonly [string, string, string])[] = [
  ['%PDF-', 'JVBERi0', 'a PDF'],
  ['{\\rtf', 'e1xydGY', 'an RTF document'],
  ['\u00D0\u00CF\u0011\u00E0', '0M8R4K', 'an old Word document'],
]

/** The name of the format of a file that is no text; undefined: it is text. */
function unreadableFormat(source: string): string | undefined {
  const start = source.slice(0, 4_000).replace(/^\uFEFF/, '')
  const known = SIGNATURES.find(([plain, base64]) => start.startsWith(plain) || start.startsWith(base64))
  if (known) return known[2]
  if (start.startsWith('PK\u0003\u0004') || start.startsWith('UEsDB')) return zipFormat(source.slice(0, 200_000))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells a binary file
  const strange = start.match(/[\u0000-\u0008\u000E-\u001F\uFFFD]/g)?.length ?? 0
  return strange > 8 && strange * 20 > start.length ? 'a binary file' : undefined
}

/** The names of the files inside tell which program packed a zip file. */
function zipFormat(source: string): string {
  if (/word\/document\.xml/.test(source)) return 'a Word document (.docx)'
  if (/\.textbundle|text\.(?:md|fountain)/i.test(source)) return 'a Highland document (.highland)'
  if (/document\.xml/.test(source)) return 'a Fade In document (.fadein)'
  return 'a zip file, such as .highland, .fadein or .docx'
}
