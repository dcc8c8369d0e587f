/**
 * Could two names be the same person by a slip? True from one or two letters of difference, less than half of the
 * shorter name, and for a name and its short form (`JIM`, `JAMES`); never for numbered ones (`GUARD 1`, `GUARD 2`).
 */
export function isNearDuplicate(one: string, other: string): boolean {
  if (isShortForm(one.trim().toUpperCase(), other.trim().toUpperCase())) return true
  if (Math.abs(one.trim().length - other.trim().length) > 2) return false
  const [a, b] = [one.trim().toUpperCase(), other.trim().toUpperCase()]
  if (a === b || a.replace(/[\d#\s]/g, '') === b.replace(/[\d#\s]/g, '')) return false
  const distance = editDistance(a, b)
  return distance <= 2 && distance < Math.min(a.length, b.length) / 2
}

/** Two names of one row may be one person; the short forms that share no beginning with the name. */
const SHORT_FORMS = [
  'JAMES JIM JIMMY',
  'ROBERT BOB BOBBY ROB',
  'WILLIAM BILL BILLY WILL',
  'RICHARD DICK RICK',
  'EDWARD TED NED ED',
  'JOHN JACK JOHNNY',
  'CHARLES CHUCK CHARLIE',
  'HENRY HARRY HANK',
  'ELIZABETH LIZ BETH BETTY ELIZA',
  'MARGARET PEGGY MEG MAGGIE',
  'KATHERINE CATHERINE KATE KATIE',
  'ANTHONY TONY',
].map((row) => row.split(' '))

function isShortForm(one: string, other: string): boolean {
  return one !== other && SHORT_FORMS.some((row) => row.includes(one) && row.includes(other))
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
