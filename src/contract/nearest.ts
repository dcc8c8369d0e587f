/**
 * The `n` names nearest to a wrong one, nearest first; none where nothing is near. Names are `provider/model`, and the
 * model may hold slashes: `claude-sonet-5` is compared with the end of each name, segment for segment, letter case and
 * the kind of separator aside. Among equals the maker's own comes first (the provider that others resell it from:
 * `anthropic` in `openrouter/anthropic/claude-sonnet-5`), then the one with fewer segments, then the order of `names`.
 * No library: an edit distance with a bound is thirty lines, and 5,000 names take some tens of milliseconds.
 */
export function findNearestNames(name: string, names: readonly string[], maxResults: number): readonly string[] {
  const segments = name.split('/')
  const askedPhrase = toPhrase(name)
  const askedModel = toPhrase(segments.at(-1) ?? '')
  if (askedPhrase.text.length < 2) return []
  const maxDistance = Math.max(2, Math.floor(askedPhrase.text.length / 3))
  const makers = new Set(names.flatMap((one) => one.split('/').slice(1, -1)))
  return names
    .map((candidate, order) => {
      const parts = candidate.split('/')
      const end = toPhrase(parts.slice(-segments.length).join('/'))
      const far = Math.min(
        phraseDistance(askedPhrase, end, maxDistance),
        segments.length < parts.length
          ? phraseDistance(askedPhrase, toPhrase(candidate), maxDistance)
          : Number.POSITIVE_INFINITY,
        segments.length > 1
          ? WRONG_PROVIDER_DISTANCE +
              phraseDistance(askedModel, toPhrase(parts.at(-1) ?? ''), maxDistance - WRONG_PROVIDER_DISTANCE)
          : Number.POSITIVE_INFINITY,
      )
      return { candidate, order, far, resold: makers.has(parts[0] ?? '') ? 0 : 1, length: parts.length }
    })
    .filter(({ far }) => far <= maxDistance)
    .sort((a, b) => a.far - b.far || a.resold - b.resold || a.length - b.length || a.order - b.order)
    .slice(0, maxResults)
    .map(({ candidate }) => candidate)
}

/** A wrong provider before the right model weighs like three wrong letters. */
const WRONG_PROVIDER_DISTANCE = 3

interface Phrase {
  readonly text: string
  readonly words: readonly string[]
  readonly sortedText: string
}

function toPhrase(name: string): Phrase {
  const words = name
    .toLowerCase()
    .split(/[\s._:@/-]+/)
    .filter((word) => word !== '')
  return { text: words.join('-'), words, sortedText: words.toSorted().join('-') }
}

/** The least of: slips of the finger; the same words in another order; words left out. */
function phraseDistance(asked: Phrase, known: Phrase, maxDistance: number): number {
  const slips = editDistance(asked.text, known.text, maxDistance)
  const extraWords = known.words.length - asked.words.length
  if (slips <= 1 || asked.words.length === 0) return slips
  const moved =
    extraWords === 0 ? 1 + editDistance(asked.sortedText, known.sortedText, maxDistance - 1) : Number.POSITIVE_INFINITY
  const short =
    extraWords > 0 && asked.words.every((word) => known.words.includes(word))
      ? 1 + extraWords
      : Number.POSITIVE_INFINITY
  return Math.min(slips, moved, short)
}

/** Letters put in, left out, changed or swapped with their neighbour, counted up to `bound`; beyond it, infinity. */
function editDistance(a: string, b: string, maxDistance: number): number {
  if (a === b) return 0
  if (Math.abs(a.length - b.length) > maxDistance) return Number.POSITIVE_INFINITY
  const far = maxDistance + 1
  let rowBeforeLast: number[] = []
  let lastRow = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const row = new Array<number>(b.length + 1).fill(far)
    row[0] = i
    let rowMinimum = i
    // Farther from the diagonal than the bound, every cell is beyond it.
    for (let j = Math.max(1, i - maxDistance); j <= Math.min(b.length, i + maxDistance); j++) {
      const changed = (lastRow[j - 1] ?? far) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (rowBeforeLast[j - 2] ?? far) + 1 : far
      const cell = Math.min(changed, swapped, (lastRow[j] ?? far) + 1, (row[j - 1] ?? far) + 1)
      row[j] = cell
      rowMinimum = Math.min(rowMinimum, cell)
    }
    if (rowMinimum > maxDistance) return Number.POSITIVE_INFINITY
    rowBeforeLast = lastRow
    lastRow = row
  }
  const cost = lastRow[b.length] ?? far
  return cost <= maxDistance ? cost : Number.POSITIVE_INFINITY
}
