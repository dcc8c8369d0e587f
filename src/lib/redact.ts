/** Replaces secrets in everything that leaves the process. */
export interface Redactor {
  /** Adds keys to those that are replaced. */
  add(secrets: readonly (string | undefined)[]): void
  /** The text with `[key removed]` in the place of each secret, in any of its spellings. */
  text(text: string): string
  /** True if the text holds a secret. */
  isIn(text: string): boolean
  /** The same value where no string in it holds a secret, else a copy with each of them replaced. */
  value<T>(value: T): T
}

export const REMOVED = '[key removed]'

/** A shorter one occurs in ordinary text by chance. */
const MIN_LENGTH = 8

/** Common values for servers that want no key; replacing them would change ordinary words. */
const DUMMY_KEYS: ReadonlySet<string> = new Set([
  'lm-studio',
  'lmstudio',
  'not-needed',
  'not-used',
  'no-key-required',
  'sk-no-key-required',
  'dummy-key',
  'password',
])

/**
 * Keeps secrets of at least 8 characters out of texts: as they are, JSON-escaped, URL-encoded, and in base64 at any of
 * its three offsets (`Basic` headers). Looking takes a pass over the text for each spelling.
 */
export function createRedactor(secrets: readonly string[] = []): Redactor {
  const known = new Set<string>()
  let spellings: readonly string[] = []
  const add: Redactor['add'] = (more) => {
    for (const secret of more) {
      if (secret !== undefined && secret.length >= MIN_LENGTH && !DUMMY_KEYS.has(secret.toLowerCase()))
        known.add(secret)
    }
    // The longest first, so that a key that begins like another leaves no end of itself behind.
    spellings = [...new Set([...known].flatMap(spellingsOf))].sort((a, b) => b.length - a.length)
  }
  const isIn = (text: string): boolean => spellings.some((spelling) => text.includes(spelling))
  const replace = (text: string): string =>
    spellings.reduce((rest, spelling) => (rest.includes(spelling) ? rest.replaceAll(spelling, REMOVED) : rest), text)
  const replaceIn = (value: unknown): unknown => {
    if (typeof value === 'string') return replace(value)
    if (Array.isArray(value)) return keepUnchanged(value, value.map(replaceIn))
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value)
    const replaced = entries.map(([key, inner]) => [replace(key), replaceIn(inner)] as const)
    const changed = replaced.some(([key, inner], at) => key !== entries[at]?.[0] || inner !== entries[at]?.[1])
    return changed ? Object.fromEntries(replaced) : value
  }
  add(secrets)
  return {
    add,
    isIn,
    text: replace,
    value: <T>(value: T): T => (spellings.length === 0 ? value : (replaceIn(value) as T)),
  }
}

function keepUnchanged(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return after.some((one, at) => one !== before[at]) ? after : before
}

function spellingsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  const inBase64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    // The first and the last characters depend on the neighbours: only what lies between is sure.
    const from = Math.ceil((offset * 8) / 6)
    const to = Math.floor(((offset + bytes.length) * 8) / 6)
    return encoded.slice(from, to)
  })
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    ...inBase64.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]),
  ].filter((spelling) => spelling.length >= MIN_LENGTH)
}
