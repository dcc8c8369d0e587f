/** A value without the quotation marks around it, which a client's settings or a copied line may have left. */
export function stripQuotes(value: string): string {
  const trimmed = value.trim()
  const quoted = /^(?:"([^"]*)"|'([^']*)'|`([^`]*)`|[“”„]([^“”]*)[“”]|[‘’]([^‘’]*)[‘’])$/.exec(trimmed)
  return quoted ? (quoted.slice(1).find((inner) => inner !== undefined) ?? '').trim() : trimmed
}

/** An empty string, or a placeholder that a client left unfilled (`${NAME}`, `$NAME`, `%NAME%`), counts as not set. */
export function normalizeValue(value: string | undefined): string | undefined {
  const text = value === undefined ? '' : stripQuotes(value)
  return text !== '' && !isUnfilled(text) ? text : undefined
}

/** Is it the name of a variable where its value should stand? */
export function isUnfilled(value: string): boolean {
  return /^(?:\$\{[^}]*\}|\$[A-Za-z_]\w*|%\w+%|\{\{[^}]*\}\})$/.test(value)
}

/**
 * The key in a value: without quotation marks and without `Bearer`, which belongs to the header. Undefined for what only
 * takes the place of a key, as documentation writes it: `YOUR_KEY_HERE`, `<your key>`, `sk-...`.
 */
export function normalizeKey(value: string | undefined): string | undefined {
  const key = stripQuotes((normalizeValue(value) ?? '').replace(/^bearer\s+/i, ''))
  return key === '' || isUnfilled(key) || isPlaceholderKey(key) ? undefined : key
}

function isPlaceholderKey(key: string): boolean {
  return (
    /^<[^>]*>$|^\[[^\]]*\]$|\.\.\.|…|^(?:sk-)?(?:x{4,}|\*{4,})$/i.test(key) ||
    /^(?:sk-)?(?:your|insert|enter|paste|replace)[-_ ](?:.*[-_ ])?(?:key|token|here|me|this)$/i.test(key) ||
    /^(?:[a-z0-9]+[-_ ])*api[-_ ]?key(?:[-_ ]here)?$/i.test(key) ||
    /^(?:change[-_ ]?me|replace[-_ ]?me|null|undefined)$/i.test(key)
  )
}

/**
 * Is this address on this machine? Takes whole addresses and what `OLLAMA_HOST` allows: `host:port` and `:port`. A
 * listening address (`0.0.0.0`) is this machine too.
 */
export function isLoopback(address: string): boolean {
  const full = /^https?:\/\//i.test(address)
    ? address
    : `http://${address.startsWith(':') ? 'localhost' : ''}${address}`
  if (!URL.canParse(full)) return false
  const host = new URL(full).hostname
  return ['localhost', '[::1]', '0.0.0.0', '[::]'].includes(host) || /^127(\.\d+){3}$/.test(host)
}
