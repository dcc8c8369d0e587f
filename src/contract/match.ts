/**
 * Does a pattern cover a model? A pattern is `*` (everything), a provider (`openai`), or `provider/model` in which `*`
 * stands for any run of characters (`openai/gpt-5*`, `*` + `/claude-*`). Letter case does not count.
 */
export function matches(pattern: string, provider: string, model: string): boolean {
  const [ofProvider = '', ...rest] = pattern.toLowerCase().split('/')
  const ofModel = rest.length === 0 ? '*' : rest.join('/')
  return glob(ofProvider, provider.toLowerCase()) && glob(ofModel, model.toLowerCase())
}

function glob(pattern: string, text: string): boolean {
  const pieces = pattern.split('*').map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${pieces.join('.*')}$`).test(text)
}
