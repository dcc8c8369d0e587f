/** A difference between two texts: the removed lines and the lines added in their place. */
export interface LineChange {
  readonly removed: readonly string[]
  readonly added: readonly string[]
}

/** The maximum cells of a comparison. Larger middles count as one change because comparing them takes too long. */
const MAX_CELLS = 4_000_000

/** The changes from one text to another, by longest common subsequence of lines. */
export function diffLines(before: string, after: string): readonly LineChange[] {
  const [a, b] = [before.split('\n'), after.split('\n')]
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1
  const [left, right] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)]
  if (left.length === 0 && right.length === 0) return []
  if (left.length * right.length > MAX_CELLS) return [{ removed: left, added: right }]
  return changesOf(left, right, commonLengths(left, right))
}

/** `lengths[i][j]`: the longest common subsequence of `left` from i and `right` from j. */
function commonLengths(left: readonly string[], right: readonly string[]): readonly Uint32Array[] {
  const rows = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1))
  for (let i = left.length - 1; i >= 0; i--) {
    const [row, below] = [rows[i], rows[i + 1]]
    if (!row || !below) continue
    for (let j = right.length - 1; j >= 0; j--) {
      row[j] = left[i] === right[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0)
    }
  }
  return rows
}

function changesOf(
  left: readonly string[],
  right: readonly string[],
  lengths: readonly Uint32Array[],
): readonly LineChange[] {
  const changes: { removed: string[]; added: string[] }[] = []
  let [i, j, open] = [0, 0, false]
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      i += 1
      j += 1
      open = false
      continue
    }
    if (!open) changes.push({ removed: [], added: [] })
    open = true
    const takesLeft = j >= right.length || (i < left.length && (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0))
    if (takesLeft) changes.at(-1)?.removed.push(left[i++] ?? '')
    else changes.at(-1)?.added.push(right[j++] ?? '')
  }
  return changes
}

/** The changes as text: `- removed` and `+ added`, without empty lines, at most `maxCharacters`. */
export function formatChanges(changes: readonly LineChange[], maxCharacters: number): string {
  const lines = changes.flatMap(({ removed, added }) => [
    ...removed.filter((line) => line.trim() !== '').map((line) => `- ${line}`),
    ...added.filter((line) => line.trim() !== '').map((line) => `+ ${line}`),
  ])
  const text = lines.join('\n')
  return text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters)}…`
}
