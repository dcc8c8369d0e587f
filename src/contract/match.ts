/**
 * True if a pattern covers a model. A pattern is `*` (everything), a provider (`openai`), or `provider/model` in which `*`
 * matches any run of characters (`openai/gpt-5*`, `*` + `/claude-*`). Letter case is ignored.
 */
export function matchesModel(pattern: string, provider: string, model: string): boolean {
  const [providerPattern = '', ...rest] = pattern.toLowerCase().split('/')
  const modelPattern = rest.length === 0 ? '*' : rest.join('/')
  return matchesGlob(providerPattern, provider.toLowerCase()) && matchesGlob(modelPattern, model.toLowerCase())
}

/** `*` matches any run of characters. The time grows with pattern times text, because a pattern may be untrusted. */
function matchesGlob(pattern: string, text: string): boolean {
  let at = 0
  let place = 0
  let lastStar = -1
  let retryAt = 0
  while (at < text.length) {
    if (pattern[place] === '*') {
      lastStar = place++
      retryAt = at
    } else if (place < pattern.length && pattern[place] === text[at]) {
      place++
      at++
    } else if (lastStar >= 0) {
      place = lastStar + 1
      at = ++retryAt
    } else return false
  }
  while (pattern[place] === '*') place++
  return place === pattern.length
}
