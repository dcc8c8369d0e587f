/**
 * The `n` names nearest to a wrong one, nearest first; none where nothing is near. Names are `provider/model`, and the
 * model may hold slashes: `claude-sonet-5` is compared with the end of each name, segment for segment, letter case and
 * the kind of separator aside. Among equals the maker's own comes first (the provider that others resell it from:
 * `anthropic` in `openrouter/anthropic/claude-sonnet-5`), then the one with fewer segments, then the order of `names`.
 * No library: an edit distance with a bound is thirty lines, and 5,000 names take some tens of milliseconds.
 */
export function nearest(name: string, names: readonly string[], n: number): readonly string[] {
  const segments = name.split('/')
  const whole = phrase(name)
  const model = phrase(segments.at(-1) ?? '')
  if (whole.text.length < 2) return []
  const bound = Math.max(2, Math.floor(whole.text.length / 3))
  const makers = new Set(names.flatMap((one) => one.split('/').slice(1, -1)))
  return names
    .map((candidate, order) => {
      const parts = candidate.split('/')
      const end = phrase(parts.slice(-segments.length).join('/'))
      const far = Math.min(
        distance(whole, end, bound),
        segments.length < parts.length ? distance(whole, phrase(candidate), bound) : Number.POSITIVE_INFINITY,
        segments.length > 1
          ? OTHER_PROVIDER + distance(model, phrase(parts.at(-1) ?? ''), bound - OTHER_PROVIDER)
          : Number.POSITIVE_INFINITY,
      )
      return { candidate, order, far, resold: makers.has(parts[0] ?? '') ? 0 : 1, length: parts.length }
    })
    .filter(({ far }) => far <= bound)
    .sort((a, b) => a.far - b.far || a.resold - b.resold || a.length - b.length || a.order - b.order)
    .slice(0, n)
    .map(({ candidate }) => candidate)
}

/** A wrong provider before the right model weighs like three wrong letters. */
const OTHER_PROVIDER = 3

interface Phrase {
  readonly text: string
  readonly words: readonly string[]
  readonly sorted: string
}

function phrase(name: string): Phrase {
  const words = name
    .toLowerCase()
    .split(/[\s._:@/-]+/)
    .filter((word) => word !== '')
  return { text: words.join('-'), words, sorted: words.toSorted().join('-') }
}

/** The least of: slips of the finger; the same words in another order; words left out. */
function distance(asked: Phrase, known: Phrase, bound: number): number {
  const slips = edits(asked.text, known.text, bound)
  const left = known.words.length - asked.words.length
  if (slips <= 1 || asked.words.length === 0) return slips
  const moved = left === 0 ? 1 + edits(asked.sorted, known.sorted, bound - 1) : Number.POSITIVE_INFINITY
  const short =
    left > 0 && asked.words.every((word) => known.words.includes(word)) ? 1 + left : Number.POSITIVE_INFINITY
  return Math.min(slips, moved, short)
}

/** Letters put in, left out, changed or swapped with their neighbour, counted up to `bound`; beyond it, infinity. */
function edits(a: string, b: string, bound: number): number {
  if (a === b) return 0
  if (Math.abs(a.length - b.length) > bound) return Number.POSITIVE_INFINITY
  const far = bound + 1
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const row = new Array<number>(b.length + 1).fill(far)
    row[0] = i
    let least = i
    // Farther from the diagonal than the bound, every cell is beyond it.
    for (let j = Math.max(1, i - bound); j <= Math.min(b.length, i + bound); j++) {
      const changed = (last[j - 1] ?? far) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? far) + 1 : far
      const cell = Math.min(changed, swapped, (last[j] ?? far) + 1, (row[j - 1] ?? far) + 1)
      row[j] = cell
      least = Math.min(least, cell)
    }
    if (least > bound) return Number.POSITIVE_INFINITY
    before = last
    last = row
  }
  const cost = last[b.length] ?? far
  return cost <= bound ? cost : Number.POSITIVE_INFINITY
}
