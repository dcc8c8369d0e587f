/** A parenthetical in its brackets. A text in full-width brackets, as in Chinese and Japanese, has them already. */
export function addBrackets(text: string): string {
  return FULL_WIDTH.test(text) ? text : `(${text})`
}

/** The text of a parenthetical without its brackets; undefined: the line is none. */
export function removeBrackets(line: string): string | undefined {
  if (FULL_WIDTH.test(line)) return line
  return line.startsWith('(') && line.endsWith(')') && line.length > 1 ? line.slice(1, -1).trim() : undefined
}

const FULL_WIDTH = /^（[^（）]*）$/
