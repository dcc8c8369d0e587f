/**
 * Breaks a text into lines of at most `width` characters, greedily, at blanks and after hyphens, as Final Draft does.
 * Spaces inside a line count; those at a break vanish. A word longer than a line is cut. Never empty.
 */
export function wrap(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((paragraph) => wrapLine(paragraph, width))
}

function wrapLine(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const piece of text.match(/\s*[^\s-]*-+(?=[^\s-])|\s*\S+|\s+$/g) ?? []) {
    if (columns(line + piece.trimEnd()) <= width) {
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

function columns(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}
