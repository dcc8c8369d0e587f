import { findHiddenSpans } from '../hidden.ts'

/** A line of a text with the lines of the source that it was read from, the first being 1. */
export interface Line {
  readonly text: string
  readonly from: number
  readonly to: number
}

/** The lines of a text. A note or boneyard that spans several of them is made one line. */
export function readLines(source: string): readonly Line[] {
  const plain = source
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .replaceAll('\0', '')
    .replaceAll('\t', '    ')
  const pieces: string[] = []
  let at = 0
  for (const { from, to } of findHiddenSpans(plain, 'at a blank line')) {
    pieces.push(plain.slice(at, from), plain.slice(from, to).replaceAll('\n', '\0'))
    at = to
  }
  pieces.push(plain.slice(at))
  let number = 1
  return pieces
    .join('')
    .split('\n')
    .map((line) => {
      const text = line.replaceAll('\0', '\n')
      const from = number
      number += 1
      for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) number += 1
      return { text, from, to: number - 1 }
    })
}

/** The text of a line that is one boneyard. */
export function boneyardOf(line: string): string | undefined {
  const text = line.trim()
  return text.length > 3 && text.startsWith('/*') && text.endsWith('*/') ? text.slice(2, -2) : undefined
}

/** The text of a line that is one note. */
export function noteOf(line: string): string | undefined {
  const text = line.trim()
  const isNote = text.startsWith('[[') && text.endsWith(']]') && text.indexOf(']]', 2) === text.length - 2
  return isNote && text.length > 3 ? text.slice(2, -2) : undefined
}
