import { cellWidth, hasOnlySingleCells } from './cells.ts'

/** A line of a wrapped text: the characters from `from` to before `to`, without the blanks at its end. */
export interface WrappedLine {
  readonly from: number
  readonly to: number
}

/**
 * Breaks a text into lines of at most `width` cells, greedily, at blanks, after hyphens and beside wide characters, as
 * Final Draft does. Blanks inside a line count and those at a break vanish; a hyphen at the end of a line may stand one
 * cell beyond the width; a longer word is cut. Never empty. Time is linear in the characters that are read: `start` is
 * the first, and reading ends after `maxLines` lines.
 */
export function wrapLines(
  text: string,
  width: number,
  start = 0,
  maxLines = Number.POSITIVE_INFINITY,
): readonly WrappedLine[] {
  const lines: WrappedLine[] = []
  let from = start
  while (lines.length < maxLines) {
    const newline = text.indexOf('\n', from)
    const end = newline < 0 ? text.length : newline
    wrapOneLine(text, from, end, width, lines, maxLines)
    if (newline < 0) break
    from = newline + 1
  }
  return lines
}

/** The lines of `wrapLines` as texts. */
export function wrapText(text: string, width: number): readonly string[] {
  return wrapLines(text, width).map(({ from, to }) => text.slice(from, to))
}

function wrapOneLine(
  text: string,
  start: number,
  end: number,
  width: number,
  lines: WrappedLine[],
  maxLines: number,
): void {
  let lineStart = start
  let cells = 0
  // The end of the last non-blank character, and the last place where the line may end with where the next begins.
  let inkEnd = start
  let breakEnd = -1
  let breakNext = start
  const first = lines.length
  for (let at = start; at < end; ) {
    const code = text.codePointAt(at) ?? 0
    const size = code > 0xffff ? 2 : 1
    if (isBlank(code)) {
      if (breakEnd !== inkEnd && inkEnd > lineStart) breakEnd = inkEnd
      cells += 1
      at += size
      if (breakEnd === inkEnd) breakNext = at
      continue
    }
    const wide = cellWidth(code)
    if (inkEnd === lineStart && at > lineStart && cells + wide > width) {
      // Blanks that fill a whole line indent nothing.
      lineStart = at
      inkEnd = at
      cells = 0
    }
    const hangs = code === HYPHEN && cells === width
    if (cells + wide > width && !hangs && inkEnd > lineStart) {
      const cutsWord = breakEnd <= lineStart
      lines.push({ from: lineStart, to: cutsWord ? at : breakEnd })
      if (lines.length >= maxLines) return
      lineStart = cutsWord ? at : breakNext
      at = lineStart
      cells = 0
      inkEnd = lineStart
      breakEnd = -1
      continue
    }
    if (wide === 2 && inkEnd === at && at > lineStart && !MAY_NOT_BEGIN_LINE.test(String.fromCodePoint(code))) {
      breakEnd = at
      breakNext = at
    }
    cells += wide
    at += size
    inkEnd = at
    const next = text.codePointAt(at) ?? 0
    if (code === HYPHEN || (wide === 2 && at < end && !MAY_NOT_BEGIN_LINE.test(String.fromCodePoint(next)))) {
      breakEnd = at
      breakNext = at
    }
  }
  if (inkEnd > lineStart || lines.length === first) lines.push({ from: lineStart, to: Math.max(lineStart, inkEnd) })
}

const HYPHEN = 0x2d

/** Punctuation that East Asian typesetting does not put at the beginning of a line. */
const MAY_NOT_BEGIN_LINE = /[、。，．・：；！？」』）】〉》〕ー々ゝヽぁぃぅぇぉっゃゅょァィゥェォッャュョ,.!?:;)\]]/

function isBlank(code: number): boolean {
  if (code === 0x20) return true
  return code <= 0x20 ? code >= 9 : code >= 0xa0 && BLANK.test(String.fromCodePoint(code))
}

const BLANK = /\s/

/** The number of cells that a text takes on the page: one a character, two a wide one, none a combining mark. */
export function countCells(text: string): number {
  if (hasOnlySingleCells(text)) return text.length
  let count = 0
  for (const character of text) count += cellWidth(character.codePointAt(0) ?? 0)
  return count
}
