/**
 * Letters inserted, deleted, changed or swapped with their neighbour (optimal string alignment), in UTF-16 units. Counts
 * up to `maxDistance` and returns infinity beyond it, so that most comparisons end early.
 */
export function editDistance(a: string, b: string, maxDistance = Number.POSITIVE_INFINITY): number {
  if (a === b) return 0
  if (Math.abs(a.length - b.length) > maxDistance) return Number.POSITIVE_INFINITY
  const [one, other] = withoutCommonEnds(a, b)
  return distanceOf(one, other, maxDistance)
}

/** The beginning and the end that two texts share do not change their distance. */
function withoutCommonEnds(a: string, b: string): readonly [string, string] {
  const shorter = Math.min(a.length, b.length)
  let start = 0
  while (start < shorter && a[start] === b[start]) start += 1
  let end = 0
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1
  return [a.slice(start, a.length - end), b.slice(start, b.length - end)]
}

function distanceOf(a: string, b: string, maxDistance: number): number {
  const far = maxDistance + 1
  let rowBeforeLast: number[] = []
  let lastRow = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const row = new Array<number>(b.length + 1).fill(far)
    row[0] = i
    let rowMinimum = i
    // Cells farther from the diagonal than the bound are all beyond it.
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
  const distance = lastRow[b.length] ?? far
  return distance <= maxDistance ? distance : Number.POSITIVE_INFINITY
}
