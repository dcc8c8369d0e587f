/** The text cut to `most` characters, the last one an ellipsis. No character is split. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text
  const head = text.slice(0, Math.max(0, most - 1)).replace(/[\ud800-\udbff]$/, '')
  return `${head.trimEnd()}…`
}

/** The text on one line, trimmed and cut to `most` characters. */
export function oneLine(text: string, most: number): string {
  return clip(text.replace(/\s+/g, ' ').trim(), most)
}

export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

/** Letters and digits of a name, so that "Mara" and "MARA " are one. */
export function nameKey(name: string): string {
  return (name.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')
}
