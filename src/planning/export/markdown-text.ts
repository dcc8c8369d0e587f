/** A table in Markdown; no rows give no lines. Cells are plain text. A column of `right` is aligned to the right. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  right: readonly string[] = [],
): readonly string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((cell) => escapeMarkdown(String(cell))).join(' | ')} |`
  return [
    line(head),
    `| ${head.map((name) => (right.includes(name) ? '---:' : '---')).join(' | ')} |`,
    ...rows.map(line),
  ]
}

/**
 * Plain text as Markdown shows it, on one line: no markup of HTML, no link, no cell border. Emphasis is kept, because it
 * is harmless and a writer may mean it.
 */
export function escapeMarkdown(text: string): string {
  return toOneLine(text)
    .replace(/[\\|]/g, '\\$&')
    .replaceAll('<', '&lt;')
    .replace(/\](?=[([:])/g, ']\\')
}

/** White space, line breaks included, becomes single blanks. */
export function toOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
