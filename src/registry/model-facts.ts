import type { LiveModel, ModelFacts } from '../contract/provider.ts'

/** The facts of a model that only its provider lists. `source`: who says so. */
export function toModelFacts({ id, contextTokens }: LiveModel, source: string): ModelFacts {
  return { ...minimalFacts(id, source), ...(contextTokens !== undefined && { contextTokens }) }
}

/** The facts of a model of which only the name is known. */
export function minimalFacts(id: string, source: string): ModelFacts {
  return { id, name: id, abilities: ['text'], source }
}
