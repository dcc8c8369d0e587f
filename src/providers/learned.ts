/** What a provider has found out about its models from their refusals: parameters to leave out, by model. */
export interface Learned {
  of(model: string): ReadonlySet<string>
  /** False: it was known, or there is no room for more. */
  add(model: string, parameter: string): boolean
}

const NOTHING: ReadonlySet<string> = new Set()
const MODELS = 500
const PARAMETERS = 16

/** For as long as the process lives; the model that was learned about first is forgotten first. */
export function createLearned(): Learned {
  const refused = new Map<string, Set<string>>()
  return {
    of: (model) => refused.get(model) ?? NOTHING,
    add(model, parameter) {
      const known = refused.get(model) ?? new Set<string>()
      if (known.has(parameter) || known.size >= PARAMETERS) return false
      if (!refused.has(model) && refused.size >= MODELS) {
        const [oldest] = refused.keys()
        if (oldest !== undefined) refused.delete(oldest)
      }
      refused.set(model, known.add(parameter))
      return true
    },
  }
}
