import { GenerateError } from '../../contract/errors.ts'
import type { GenerateRequest } from '../../contract/generate.ts'
import type { Ability, ModelFacts } from '../../contract/provider.ts'
import type { Candidate } from '../../contract/registry.ts'
import { formatCount } from '../../lib/text.ts'
import { candidateName, type NamedFailure } from '../format.ts'
import { estimateInputTokens, type PromptSize } from '../metering/estimate-tokens.ts'

/** A request's needs besides text. */
export interface Requirements {
  /** Without one of these the model cannot answer the request. */
  readonly abilities: readonly Ability[]
  /** True where the answer must fit a schema, which models without native support do less reliably. */
  readonly json: boolean
  /** The least number of tokens that the prompt can be. */
  readonly minInputTokens: number
}

export const PLAIN_TEXT: Requirements = { abilities: [], json: false, minInputTokens: 0 }

export function requirementsOf(request: GenerateRequest, promptSize: PromptSize): Requirements {
  const tools = (request.tools?.length ?? 0) > 0
  return {
    abilities: [...(promptSize.images > 0 ? (['images'] as const) : []), ...(tools ? (['tools'] as const) : [])],
    json: request.json !== undefined,
    minInputTokens: estimateInputTokens(promptSize, request.model).min,
  }
}

/** Unknown windows count as large enough. */
export function fitsContextWindow(facts: ModelFacts, requirements: Requirements): boolean {
  return facts.contextTokens === undefined || requirements.minInputTokens < facts.contextTokens
}

export function hasAbilities(facts: ModelFacts, requirements: Requirements): boolean {
  return requirements.abilities.every((ability) => facts.abilities.includes(ability))
}

/**
 * The candidates that can take the request. Candidates that lack an ability come last, because the list may be out of date;
 * those whose window is too small are left out, each with its error.
 */
export function filterCapable(
  candidates: readonly Candidate[],
  requirements: Requirements,
): { readonly candidates: readonly Candidate[]; readonly failures: readonly NamedFailure[] } {
  const fitting = candidates.filter(({ facts }) => fitsContextWindow(facts, requirements))
  const able = fitting.filter(({ facts }) => hasAbilities(facts, requirements))
  return {
    candidates: [...able, ...fitting.filter((one) => !able.includes(one))],
    failures: candidates
      .filter((one) => !fitting.includes(one))
      .map((one) => ({ name: candidateName(one), error: contextTooLongError(one, requirements) })),
  }
}

function contextTooLongError(candidate: Candidate, requirements: Requirements): GenerateError {
  const { contextTokens } = candidate.facts
  return new GenerateError(
    { kind: 'context_too_long', ...(contextTokens !== undefined && { limitTokens: contextTokens }) },
    `The prompt is too long for ${candidateName(candidate)}: at least ${formatCount(requirements.minInputTokens)} tokens, and its window holds ` +
      `${formatCount(contextTokens ?? 0)}. Shorten it, or name a model with a larger window.`,
  )
}
