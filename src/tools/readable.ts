/**
 * A result as text, whole: every field that the structured form has is here too, since some clients show the model only
 * one of the two. Fields named in `prose` come first, as they are; the rest follows as an indented list of `name: value`.
 */
export function readable(result: Readonly<Record<string, unknown>>, prose: readonly string[] = []): string {
  const first = prose.map((field) => result[field]).filter((value) => typeof value === 'string' && value !== '')
  const rest = Object.fromEntries(
    Object.entries(result).filter(([field, value]) => !(prose.includes(field) && typeof value === 'string')),
  )
  return [...first, lines(rest, '').join('\n')].filter((part) => part !== '').join('\n\n')
}

function lines(value: Readonly<Record<string, unknown>>, indent: string): string[] {
  return Object.entries(value).flatMap(([name, item]) =>
    item === undefined ? [] : entry(`${indent}${name}:`, item, indent),
  )
}

function entry(head: string, value: unknown, indent: string): string[] {
  if (!isObject(value)) return scalar(head, value, indent)
  if (Array.isArray(value)) return list(head, value, indent)
  const line = inline(value)
  return line === undefined ? [head, ...lines(value, `${indent}  `)] : [`${head} ${line}`]
}

function list(head: string, items: readonly unknown[], indent: string): string[] {
  if (items.length === 0) return [`${head} none`]
  if (items.every((item) => !isObject(item) && !String(item).includes('\n')))
    return [`${head} ${items.map(String).join(', ')}`]
  return [head, ...items.flatMap((item) => item_(item, indent))]
}

function item_(item: unknown, indent: string): string[] {
  if (!isObject(item)) return scalar(`${indent}-`, item, indent)
  const line = inline(item)
  if (line !== undefined) return [`${indent}- ${line}`]
  const [first = '', ...rest] = lines(item, `${indent}  `)
  return [`${indent}- ${first.trimStart()}`, ...rest]
}

/** A flat object on one line, where it fits. */
function inline(value: Readonly<Record<string, unknown>>): string | undefined {
  const parts: string[] = []
  for (const [name, item] of Object.entries(value)) {
    if (item === undefined) continue
    if (isObject(item)) return undefined
    const text = plain(item)
    if (text.includes('\n')) return undefined
    parts.push(`${name} ${text}`)
  }
  const line = parts.join(' · ')
  return line.length <= 240 ? line : undefined
}

function scalar(head: string, value: unknown, indent: string): string[] {
  const text = plain(value)
  return text.includes('\n') ? [head, ...text.split('\n').map((line) => `${indent}  ${line}`)] : [`${head} ${text}`]
}

/** Unknown is said, never left blank. */
function plain(value: unknown): string {
  return value === null ? 'unknown' : String(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
