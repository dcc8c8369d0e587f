/** Values that an answer is searched for at most. */
const MOST_VALUES = 8

/**
 * The JSON values in an answer, the likeliest first: the whole of it, what stands in code fences, and what stands
 * between brackets in the prose.
 */
export function jsonValuesIn(text: string): readonly unknown[] {
  const whole = parse(text.trim())
  if (whole) return [whole.value]
  const fenced = [...text.matchAll(/```[a-z0-9]*\s*\n([\s\S]*?)\n?\s*```/gi)].flatMap(
    ([, inner = '']) => parse(inner) ?? [],
  )
  return [...fenced, ...bracketed(text)].map(({ value }) => value).slice(0, MOST_VALUES)
}

interface Parsed {
  readonly value: unknown
}

function parse(text: string): Parsed | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** Objects and arrays that stand for themselves in a text, none within another. */
function bracketed(text: string): readonly Parsed[] {
  const found: Parsed[] = []
  const opens = /[{[]/g
  for (let tries = 0; tries < 4 * MOST_VALUES && found.length < MOST_VALUES; tries++) {
    const at = opens.exec(text)?.index
    if (at === undefined) break
    const end = closeOf(text, at)
    const parsed = end === undefined ? undefined : parse(text.slice(at, end))
    if (!parsed || end === undefined) continue
    found.push(parsed)
    opens.lastIndex = end
  }
  return found
}

/** Just after the bracket that closes the one at `from`; undefined where none does. Brackets in strings do not count. */
function closeOf(text: string, from: number): number | undefined {
  let depth = 0
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]]/gs
  tokens.lastIndex = from
  for (let token = tokens.exec(text); token; token = tokens.exec(text)) {
    if (token[0] === '{' || token[0] === '[') depth++
    else if (token[0] === '}' || token[0] === ']') depth--
    if (depth === 0) return token.index + 1
  }
  return undefined
}
