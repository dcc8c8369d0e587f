/**
 * The most that a result holds of an answer, in characters of Latin text. Hosts cut results at 12,000 characters in the
 * middle (Codex) or refuse them above 25,000 tokens (Claude Code), and a result holds its text twice.
 */
const MAX_PIECE_CHARS = 8_000
/** From the Hebrew block on, scripts take about a token or more for a character, so these characters count twice. */
const FIRST_COSTLY_CHAR = 0x0590

/** Where the piece that starts at `from` ends: at the limit, or at the end of the text. Never inside a surrogate pair. */
export function findPieceEnd(text: string, from: number): number {
  let room = MAX_PIECE_CHARS
  let end = from
  while (end < text.length) {
    const code = text.codePointAt(end) ?? 0
    room -= code < FIRST_COSTLY_CHAR ? 1 : 2
    if (room < 0) return end
    end += code > 0xffff ? 2 : 1
  }
  return end
}
