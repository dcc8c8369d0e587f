import { editDistance } from '../lib/edit-distance.ts'

/**
 * Whether two names may be one person by a slip: one or two letters of difference, less than half of the shorter name,
 * or a name and its short form (`JIM`, `JAMES`). Numbered names (`GUARD 1`, `GUARD 2`), names with another first letter
 * (`JING`, `PING`) and pairs such as `MAN` and `WOMAN` are different.
 */
export function isNearDuplicate(one: string, other: string): boolean {
  const [a, b] = [one.trim().toUpperCase(), other.trim().toUpperCase()]
  if (a === b) return false
  if (isShortForm(a, b)) return true
  if (Math.abs(a.length - b.length) > 2) return false
  if (!beginsAlike(a, b)) return false
  const distance = editDistance(a, b, 2)
  if (distance > 2 || distance >= Math.min(a.length, b.length) / 2) return false
  return withoutNumbers(a) !== withoutNumbers(b) && !isOppositePair(a, b)
}

function withoutNumbers(name: string): string {
  return name.replace(/[\d#\s]/g, '')
}

/** The same first letter, or one letter more at the beginning. */
function beginsAlike(a: string, b: string): boolean {
  return a[0] === b[0] || a === b.slice(1) || b === a.slice(1)
}

/** Words that differ little and mean different people. */
const OPPOSITES = [
  'MAN WOMAN',
  'MEN WOMEN',
  "MAN'S WOMAN'S",
  'MALE FEMALE',
  'MR MRS MS MISS',
  'HE SHE',
  'HIS HER',
  'FATHER MOTHER',
].map((row) => row.split(' '))

function isOppositePair(a: string, b: string): boolean {
  const [words, others] = [a, b].map((name) => name.replaceAll('’', "'").replace(/[.,]/g, '').split(/\s+/))
  if (!words || !others || words.length !== others.length) return false
  return words.some((word, at) => {
    const other = others[at] ?? ''
    return word !== other && OPPOSITES.some((row) => row.includes(word) && row.includes(other))
  })
}

/** Names of one row may be one person; the short forms that do not begin like the name. */
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
  return SHORT_FORMS.some((row) => row.includes(one) && row.includes(other))
}

/** Names that may be compared with each new one of the same beginning and length. */
const MAX_COMPARED = 50
/** Names that a finder compares; a feature has some 60 speakers and 150 sets. */
const MAX_NAMES = 1_000
/** UTF-16 units of a name that is compared. */
const MAX_NAME_LENGTH = 120

interface KnownName {
  readonly name: string
  readonly letters: number
}

/**
 * Creates a function that finds an earlier name that a name may be a slip of, and remembers the name. Time is linear,
 * because only the first `MAX_COMPARED` names with one beginning and one length are compared, names longer than
 * `MAX_NAME_LENGTH` are not, and neither are those after the first `MAX_NAMES`.
 */
export function createSimilarNameFinder(): (name: string) => string | undefined {
  const buckets = new Map<string, KnownName[]>()
  let names = 0
  const add = (key: string, known: KnownName): void => {
    const bucket = buckets.get(key)
    if (!bucket) buckets.set(key, [known])
    else if (bucket.length < MAX_COMPARED) bucket.push(known)
  }
  return (name) => {
    const upper = name.trim().toUpperCase()
    if (upper.length > MAX_NAME_LENGTH || names === MAX_NAMES) return undefined
    names += 1
    const known = { name, letters: letterSet(upper) }
    const shortForm = SHORT_FORMS.findIndex((row) => row.includes(upper))
    const sameLetter = [-2, -1, 0, 1, 2].flatMap((longer) => buckets.get(`${upper[0]} ${upper.length + longer}`) ?? [])
    const others = [`=${upper}`, `=${upper.slice(1)}`, `row ${shortForm}`].flatMap((key) => buckets.get(key) ?? [])
    const candidates = [...sameLetter.filter(({ letters }) => mayBeNear(letters, known.letters)), ...others]
    const found = candidates.find((other) => isNearDuplicate(other.name, name))
    add(`${upper[0]} ${upper.length}`, known)
    add(`=${upper}`, known)
    add(`=${upper.slice(1)}`, known)
    if (shortForm >= 0) add(`row ${shortForm}`, known)
    return found?.name
  }
}

/** The letters of a name as bits; several letters share a bit. */
function letterSet(name: string): number {
  let bits = 0
  for (let at = 0; at < name.length; at++) bits |= 1 << (name.charCodeAt(at) & 31)
  return bits
}

/** Two changes take away and add four letters at most, so names that differ in more letters are not near. */
function mayBeNear(letters: number, others: number): boolean {
  let different = letters ^ others
  for (let count = 0; count < 4 && different !== 0; count++) different &= different - 1
  return different === 0
}
