interface TextOptions {
  /** The first sentence. */
  readonly headline?: string | undefined
  /** Fields that follow it in this order, as they are and without their names. */
  readonly prose?: readonly string[] | undefined
}

/**
 * A result as text, whole: every field of the structured form is here too, because some clients show the model only one
 * of the two. The headline and the prose come first; the rest follows as an indented list of `name: value`.
 */
export function formatResult(
  result: Readonly<Record<string, unknown>>,
  { headline = '', prose = [] }: TextOptions = {},
): string {
  const proseParts = prose.map((field) => result[field]).filter((value) => typeof value === 'string' && value !== '')
  const isInProse = (value: unknown): boolean => isObject(value) && proseParts.includes(JSON.stringify(value))
  const rest = Object.fromEntries(
    Object.entries(result).filter(
      ([field, value]) => !(prose.includes(field) && typeof value === 'string') && !isInProse(value),
    ),
  )
  return [headline, ...proseParts, formatFields(rest, '').join('\n')].filter((part) => part !== '').join('\n\n')
}

function formatFields(value: Readonly<Record<string, unknown>>, indent: string): string[] {
  return Object.entries(value).flatMap(([name, item]) =>
    item === undefined ? [] : formatField(`${indent}${name}:`, item, indent),
  )
}

function formatField(head: string, value: unknown, indent: string): string[] {
  if (value === null && NULL_MEANS_NONE.test(head)) return [`${head} none`]
  if (!isObject(value)) return formatScalar(head, value, indent)
  if (Array.isArray(value)) return formatList(head, value, indent)
  const line = formatInline(value)
  return line === undefined ? [head, ...formatFields(value, `${indent}  `)] : [`${head} ${line}`]
}

function formatList(head: string, items: readonly unknown[], indent: string): string[] {
  if (items.length === 0) return [`${head} none`]
  if (items.every((item) => !isObject(item) && !String(item).includes('\n')))
    return [`${head} ${items.map(String).join(', ')}`]
  return [head, ...items.flatMap((item) => formatItem(item, indent))]
}

function formatItem(item: unknown, indent: string): string[] {
  if (!isObject(item)) return formatScalar(`${indent}-`, item, indent)
  const line = formatInline(item)
  if (line !== undefined) return [`${indent}- ${line}`]
  const [first = '', ...rest] = formatFields(item, `${indent}  `)
  return [`${indent}- ${first.trimStart()}`, ...rest]
}

/** A flat object on one line, where it fits. */
function formatInline(value: Readonly<Record<string, unknown>>): string | undefined {
  const parts: string[] = []
  for (const [name, item] of Object.entries(value)) {
    if (item === undefined) continue
    if (isObject(item)) return undefined
    const text = item === null && NULL_MEANS_NONE.test(`${name}:`) ? 'none' : formatValue(item)
    if (text.includes('\n')) return undefined
    parts.push(`${name} ${text}`)
  }
  const line = parts.join(' · ')
  return line.length <= 240 ? line : undefined
}

function formatScalar(head: string, value: unknown, indent: string): string[] {
  const text = formatValue(value)
  return text.includes('\n') ? [head, ...text.split('\n').map((line) => `${indent}  ${line}`)] : [`${head} ${text}`]
}

/** Fields whose null means that there is none; every other null means that it is not known. */
const NULL_MEANS_NONE = /(conversation_id|default_model|resets_at):$/

/** An unknown value is shown as such, never left blank. */
function formatValue(value: unknown): string {
  return value === null ? 'unknown' : String(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
