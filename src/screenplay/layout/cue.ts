/** An extension that says that a speaker continues: `CONT'D`, `cont.`, `continued`, `continuing`. */
const CONTINUED = /^cont(?:['’]?d|inued|inuing)?\.?$/i

export function isContinuedExtension(extension: string): boolean {
  return CONTINUED.test(extension.trim())
}

/** The text of a cue on the page; on a page that continues a speech with `(CONT'D)`. */
export function cueText(name: string, extensions: readonly string[], continued: boolean): string {
  const own = extensions.filter((extension) => !continued || !isContinuedExtension(extension))
  return [name, ...[...own, ...(continued ? ["CONT'D"] : [])].map((extension) => `(${extension})`)].join(' ')
}

/**
 * The key that two spellings of one speaker share: capitals, without zero-width marks, composed, single blanks. A script
 * may write `Lou` in one cue and `LOU` in another.
 */
export function speakerKey(name: string): string {
  return name
    .normalize('NFC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toUpperCase()
}
