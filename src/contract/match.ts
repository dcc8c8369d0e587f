/**
 * True where a pattern covers a model. A pattern is `*` (everything), a provider (`openai`), or `provider/model` in which `*`
 * stands for any run of characters (`openai/gpt-5*`, `*` + `/claude-*`). Letter case does not count.
 */
export function matchesModel(pattern: string, provider: string, model: string): boolean {
  const [providerPattern = '', ...rest] = pattern.toLowerCase().split('/')
  const modelPattern = rest.length === 0 ? '*' : rest.join('/')
  return matchesGlob(providerPattern, provider.toLowerCase()) && matchesGlob(modelPattern, model.toLowerCase())
}

function matchesGlob(pattern: string, text: string): boolean {
  const pieces = pattern.split('*').map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${pieces.join('.*')}$`).test(text)
}
