/** The parameters that a provider's models have refused, by model. */
export interface UnsupportedParameters {
  forModel(model: string): ReadonlySet<string>
  /** False where it was known, or where the model has `MAX_PARAMETERS`. */
  add(model: string, parameter: string): boolean
}

const NONE: ReadonlySet<string> = new Set()
const MAX_MODELS = 500
const MAX_PARAMETERS = 16

/** In memory, for as long as the process lives. The oldest model is forgotten first. */
export function createUnsupportedParameters(): UnsupportedParameters {
  const byModel = new Map<string, Set<string>>()
  return {
    forModel: (model) => byModel.get(model) ?? NONE,
    add(model, parameter) {
      const known = byModel.get(model) ?? new Set<string>()
      if (known.has(parameter) || known.size >= MAX_PARAMETERS) return false
      if (!byModel.has(model) && byModel.size >= MAX_MODELS) {
        const [oldest] = byModel.keys()
        if (oldest !== undefined) byModel.delete(oldest)
      }
      byModel.set(model, known.add(parameter))
      return true
    },
  }
}
