/** The cells that a character takes on the page: 2 for a wide one of East Asia or an emoji, 0 for a mark on another. */
export function cellWidth(code: number): 0 | 1 | 2 {
  if (code < 0x300) return code === SOFT_HYPHEN ? 0 : 1
  if (isWide(code)) return 2
  return NO_WIDTH.test(String.fromCodePoint(code)) ? 0 : 1
}

/** Whether every character of a text takes one cell and is one unit of the string, as in all Latin text. */
export function hasOnlySingleCells(text: string): boolean {
  return !/\u00AD|[\u0300-\u200F\u2028-\uFFFF]/.test(text)
}

const SOFT_HYPHEN = 0xad

/** Combining marks, and format characters such as the zero-width space. */
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u

/** The ranges of East Asian Width W and F of Unicode that a script may hold, first and last. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
]

function isWide(code: number): boolean {
  return code >= 0x1100 && WIDE.some(([first, last]) => code >= first && code <= last)
}
