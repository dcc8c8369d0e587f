/**
 * The `n` names nearest to a wrong one, nearest first; none where nothing is near. Names are `provider/model`, and the
 * model may hold slashes: `claude-sonet-5` is compared with the end of each name, segment for segment, letter case and
 * the kind of separator aside. Among equals the maker's own comes first (the provider that others resell it from:
 * `anthropic` in `openrouter/anthropic/claude-sonnet-5`), then the one with fewer segments, then the order of `names`.
 * No library: an edit distance with a bound is thirty lines, and 5,000 names take some ten milliseconds.
 */
export function nearest(name: string, names: readonly string[], n: number): readonly string[] {
  const asked = plain(name)
  if (asked.length < 2) return []
  const segments = name.split('/').length
  const bound = Math.max(2, Math.floor(asked.length / 3))
  const makers = new Set(names.flatMap((one) => one.split('/').slice(1, -1)))
  return names
    .map((candidate, order) => {
      const parts = candidate.split('/')
      const far = Math.min(
        distance(asked, plain(parts.slice(-segments).join('/')), bound),
        segments > 1 && parts.length > segments ? distance(asked, plain(candidate), bound) : Number.POSITIVE_INFINITY,
      )
      return { candidate, order, far, resold: makers.has(parts[0] ?? '') ? 0 : 1, length: parts.length }
    })
    .filter(({ far }) => far <= bound)
    .sort((a, b) => a.far - b.far || a.resold - b.resold || a.length - b.length || a.order - b.order)
    .slice(0, n)
    .map(({ candidate }) => candidate)
}

const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[\s._:@/-]+/g, '-')
    .replace(/^-|-$/g, '')

/** The least of: slips of the finger; the same words in another order; words left out. */
function distance(asked: string, known: string, bound: number): number {
  const words = asked.split('-')
  const others = known.split('-')
  const sorted = 1 + edits(words.toSorted().join('-'), others.toSorted().join('-'), bound - 1)
  const short = words.every((word) => others.includes(word))
    ? 1 + others.length - words.length
    : Number.POSITIVE_INFINITY
  return Math.min(edits(asked, known, bound), sorted, short)
}

/** Letters put in, left out, changed or swapped with their neighbour, counted up to `bound`; beyond it, infinity. */
function edits(a: string, b: string, bound: number): number {
  if (a === b) return 0
  if (Math.abs(a.length - b.length) > bound) return Number.POSITIVE_INFINITY
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const changed = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : changed
      const cell = Math.min(changed, swapped, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1)
      row.push(cell)
      least = Math.min(least, cell)
    }
    if (least > bound) return Number.POSITIVE_INFINITY
    before = last
    last = row
  }
  const far = last[b.length] ?? Number.POSITIVE_INFINITY
  return far <= bound ? far : Number.POSITIVE_INFINITY
}
