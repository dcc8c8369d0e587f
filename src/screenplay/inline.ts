/**
 * What of a text is seen on the page: notes and boneyards gone, the marks of emphasis gone, escapes resolved. Emphasis
 * begins and ends on one line, and hugs its words.
 */
export function visible(text: string): string {
  if (!/[*_[\\/]/.test(text)) return text
  let seen = text
    .replace(/\[\[[\s\S]*?\]\]|\/\*[\s\S]*?\*\//g, '')
    .replaceAll('\\*', '\u0001')
    .replaceAll('\\_', '\u0002')
  for (const emphasis of EMPHASES) seen = seen.replace(emphasis, '$1')
  return seen.replaceAll('\u0001', '*').replaceAll('\u0002', '_')
}

const EMPHASES = [
  /\*\*\*(?=\S)(.+?)(?<=\S)\*\*\*/g,
  /\*\*(?=\S)(.+?)(?<=\S)\*\*/g,
  /\*(?=\S)(.+?)(?<=\S)\*/g,
  /_(?=\S)(.+?)(?<=\S)_/g,
]
