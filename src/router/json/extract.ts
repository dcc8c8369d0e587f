/** A JSON value in an answer: as it was written, and parsed. */
export interface JsonText {
  readonly text: string
  readonly value: unknown
}

/** The most values that are taken from one answer. */
const MAX_VALUES = 8
/** Deeper values are not taken, because code that walks them would run out of stack. */
const MAX_DEPTH = 500
/** The search for brackets reads each character this often at most, so that its time is linear in the text. */
const MAX_READS = 8
/** The most brackets that are parsed, because prose may have very many that hold no JSON. */
const MAX_PARSED = 500

/**
 * The JSON values in an answer, the likeliest first: the whole answer, else code fences, else brackets in the prose. Of
 * several the last comes first, because examples come before the answer. Takes time linear in the text.
 */
export function extractJsonValues(text: string): readonly JsonText[] {
  const whole = tryParse(text)
  if (whole) return [whole]
  const fenced = findFenced(text)
    .slice(-4 * MAX_VALUES)
    .flatMap((inner) => tryParse(inner) ?? [])
  return [...fenced.reverse(), ...findBracketed(text).reverse()].slice(0, MAX_VALUES)
}

function tryParse(source: string): JsonText | undefined {
  const text = source.trim()
  const isDeep = (text.startsWith('{') || text.startsWith('[')) && scanBracket(text, 0).depth > MAX_DEPTH
  if (isDeep) return undefined
  try {
    return { text, value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

const FENCE = '```'

/** The insides of code fences, whose first line may name a language. */
function findFenced(text: string): readonly string[] {
  const found: string[] = []
  let from = 0
  for (;;) {
    const fence = text.indexOf(FENCE, from)
    const lineEnd = fence < 0 ? -1 : text.indexOf('\n', fence)
    if (lineEnd < 0) return found
    const end = text.indexOf(FENCE, lineEnd)
    if (end < 0) return found
    if (/^[a-z0-9]*\s*$/i.test(text.slice(fence + FENCE.length, Math.min(lineEnd, fence + 40)))) {
      found.push(text.slice(lineEnd + 1, end))
      from = end + FENCE.length
    } else from = fence + FENCE.length
  }
}

/** Objects and arrays in a text, none within another. */
function findBracketed(text: string): JsonText[] {
  const found: JsonText[] = []
  const openBracket = /[{[]/g
  let reads = MAX_READS * text.length
  for (let parsings = 0; parsings < MAX_PARSED && reads > 0; parsings++) {
    const at = openBracket.exec(text)?.index
    if (at === undefined) break
    const { end, depth, stoppedAt } = scanBracket(text, at)
    reads -= stoppedAt - at
    const parsed = end === undefined || depth > MAX_DEPTH ? undefined : tryParse(text.slice(at, end))
    if (!parsed || end === undefined) continue
    found.push(parsed)
    openBracket.lastIndex = end
  }
  return found
}

/**
 * From the bracket at `from` to just after the one that closes it (`end`; undefined where none does), and how deep the
 * brackets go. Brackets in strings do not count.
 */
function scanBracket(
  text: string,
  from: number,
): { readonly end: number | undefined; readonly depth: number; readonly stoppedAt: number } {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let at = from; at < text.length; at++) {
    const char = text[at]
    if (inString) {
      if (char === '\\') at++
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === '{' || char === '[') {
      depth++
      deepest = Math.max(deepest, depth)
    } else if (char === '}' || char === ']') {
      depth--
      if (depth === 0) return { end: at + 1, depth: deepest, stoppedAt: at + 1 }
    }
  }
  return { end: undefined, depth: deepest, stoppedAt: text.length }
}
