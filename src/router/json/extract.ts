/** Values that an answer is searched for at most. */
const MAX_VALUES = 8

/**
 * The JSON values in an answer, the likeliest first: the whole of it, what stands in code fences, and what stands
 * between brackets in the prose.
 */
export function extractJsonValues(text: string): readonly unknown[] {
  const whole = tryParse(text.trim())
  if (whole) return [whole.value]
  const fenced = [...text.matchAll(/```[a-z0-9]*\s*\n([\s\S]*?)\n?\s*```/gi)].flatMap(
    ([, inner = '']) => tryParse(inner) ?? [],
  )
  return [...fenced, ...findBracketed(text)].map(({ value }) => value).slice(0, MAX_VALUES)
}

interface Parsed {
  readonly value: unknown
}

function tryParse(text: string): Parsed | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** Objects and arrays that stand for themselves in a text, none within another. */
function findBracketed(text: string): readonly Parsed[] {
  const found: Parsed[] = []
  const openBracket = /[{[]/g
  for (let tries = 0; tries < 4 * MAX_VALUES && found.length < MAX_VALUES; tries++) {
    const at = openBracket.exec(text)?.index
    if (at === undefined) break
    const end = findClosing(text, at)
    const parsed = end === undefined ? undefined : tryParse(text.slice(at, end))
    if (!parsed || end === undefined) continue
    found.push(parsed)
    openBracket.lastIndex = end
  }
  return found
}

/** Just after the bracket that closes the one at `from`; undefined where none does. Brackets in strings do not count. */
function findClosing(text: string, from: number): number | undefined {
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
