/**
 * Breaks a text into lines of at most `width` characters, greedily, at blanks and after hyphens, as Final Draft does.
 * Spaces inside a line count; those at a break vanish. A word longer than a line is cut. Never empty.
 */
export function wrapText(text: string, width: number): readonly string[] {
  return text.includes('\n') ? text.split('\n').flatMap((line) => wrapLine(line, width)) : wrapLine(text, width)
}

function wrapLine(text: string, width: number): readonly string[] {
  if (text.length <= width) return [text.trimEnd()]
  const columns = /[\uD800-\uDFFF]/.test(text) ? countColumns : lengthOf
  const lines: string[] = []
  let line = ''
  for (const [piece] of text.matchAll(PIECE)) {
    if (columns(line) + columns(piece.trimEnd()) <= width) {
      line += piece
      continue
    }
    if (line.trim() !== '') lines.push(line.trimEnd())
    line = piece.trimStart()
    while (columns(line) > width) {
      const cut = [...line].slice(0, width).join('')
      lines.push(cut)
      line = line.slice(cut.length)
    }
  }
  if (line.trim() !== '' || lines.length === 0) lines.push(line.trimEnd())
  return lines
}

/** What a line may end after: a word, or a part of it with its hyphens. */
const PIECE = /\s*[^\s-]*-+(?=[^\s-])|\s*\S+|\s+$/g

function lengthOf(text: string): number {
  return text.length
}

/** Characters beyond the first plane are two units of a string and one cell of a line. */
function countColumns(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}
