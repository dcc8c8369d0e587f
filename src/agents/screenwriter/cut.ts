/**
 * The whole objects of the first list in a JSON text that breaks off: what a model had finished when its length was used
 * up. `{"elements":[{"a":1},{"b":` gives `[{"a":1}]`.
 */
export function wholeItems(text: string): readonly unknown[] {
  const start = text.indexOf('[')
  if (start < 0) return []
  const items: unknown[] = []
  let depth = 0
  let from = 0
  let inString = false
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at]
    if (character === '\\') at += 1
    else if (character === '"') inString = !inString
    else if (inString) continue
    else if (character === '{' || character === '[') {
      if (depth === 0) from = at
      depth += 1
    } else if (character === '}' || character === ']') {
      depth -= 1
      if (depth < 0) break
      if (depth === 0) items.push(...parsed(text.slice(from, at + 1)))
    }
  }
  return items
}

function parsed(text: string): readonly unknown[] {
  try {
    return [JSON.parse(text)]
  } catch {
    return []
  }
}
