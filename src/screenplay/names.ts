/**
 * Could two names be the same person by a slip? True from one or two letters of difference, less than half of the
 * shorter name; never for numbered ones (`GUARD 1`, `GUARD 2`).
 */
export function isNearDuplicate(one: string, other: string): boolean {
  if (Math.abs(one.trim().length - other.trim().length) > 2) return false
  const [a, b] = [one.trim().toUpperCase(), other.trim().toUpperCase()]
  if (a === b || a.replace(/[\d#\s]/g, '') === b.replace(/[\d#\s]/g, '')) return false
  const distance = editDistance(a, b)
  return distance <= 2 && distance < Math.min(a.length, b.length) / 2
}

function editDistance(a: string, b: string): number {
  let previous = [...b].map((_, index) => index + 1)
  for (let row = 0; row < a.length; row++) {
    let left = row + 1
    previous = previous.map((above, column) => {
      const diagonal = column === 0 ? row : (previous[column - 1] ?? 0)
      left = Math.min(left + 1, above + 1, diagonal + (a[row] === b[column] ? 0 : 1))
      return left
    })
  }
  return previous.at(-1) ?? a.length
}
