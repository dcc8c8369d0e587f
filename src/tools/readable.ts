/**
 * A result as text, whole: every field that the structured form has is here too, since some clients show the model only
 * one of the two. Fields named in `prose` come first, as they are; the rest follows as an indented list of `name: value`.
 */
export function readable(result: Readonly<Record<string, unknown>>, prose: readonly string[] = []): string {
  const first = prose.map((field) => result[field]).filter((value) => typeof value === 'string' && value !== '')
  const told = (value: unknown): boolean => isObject(value) && first.includes(JSON.stringify(value))
  const rest = Object.fromEntries(
    Object.entries(result).filter(
      ([field, value]) => !(prose.includes(field) && typeof value === 'string') && !told(value),
    ),
  )
  return [...first, lines(rest, '').join('\n')].filter((part) => part !== '').join('\n\n')
}

function lines(value: Readonly<Record<string, unknown>>, indent: string): string[] {
  return Object.entries(value).flatMap(([name, item]) =>
    item === undefined ? [] : entry(`${indent}${name}:`, item, indent),
  )
}

function entry(head: string, value: unknown, indent: string): string[] {
  if (value === null && NONE.test(head)) return [`${head} none`]
  if (!isObject(value)) return scalar(head, value, indent)
  if (Array.isArray(value)) return list(head, value, indent)
  const line = inline(value)
  return line === undefined ? [head, ...lines(value, `${indent}  `)] : [`${head} ${line}`]
}

function list(head: string, items: readonly unknown[], indent: string): string[] {
  if (items.length === 0) return [`${head} none`]
  if (items.every((item) => !isObject(item) && !String(item).includes('\n')))
    return [`${head} ${items.map(String).join(', ')}`]
  return [head, ...items.flatMap((item) => itemLines(item, indent))]
}

function itemLines(item: unknown, indent: string): string[] {
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
    const text = item === null && NONE.test(`${name}:`) ? 'none' : plain(item)
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

/** Fields whose null means that there is none; every other null means that it is not known. */
const NONE = /(conversation_id|default_model|resets_at):$/

/** Unknown is said, never left blank. */
function plain(value: unknown): string {
  return value === null ? 'unknown' : String(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
