import { GenerateError } from '../../contract/errors.ts'
import type { GenerateRequest } from '../../contract/generate.ts'
import type { Ability, ModelFacts } from '../../contract/provider.ts'
import type { Candidate } from '../../contract/registry.ts'
import { candidateName, type NamedFailure } from '../format.ts'
import { estimateInputTokens } from '../metering/estimate-tokens.ts'

/** What a request asks of a model, besides text. */
export interface Requirements {
  /** Without them the answer would miss the question. */
  readonly abilities: readonly Ability[]
  /** A schema can be kept to without native support, less surely. */
  readonly json: boolean
  /** The prompt has at least so many tokens. */
  readonly minInputTokens: number
}

export const PLAIN_TEXT: Requirements = { abilities: [], json: false, minInputTokens: 0 }

export function requirementsOf(request: GenerateRequest): Requirements {
  const images = request.messages.some((message) => message.parts.some((part) => part.type === 'image'))
  const tools = (request.tools?.length ?? 0) > 0
  return {
    abilities: [...(images ? (['images'] as const) : []), ...(tools ? (['tools'] as const) : [])],
    json: request.json !== undefined,
    minInputTokens: estimateInputTokens(request, request.model).min,
  }
}

/** Unknown windows are taken to be large enough. */
export function fitsContextWindow(facts: ModelFacts, requirements: Requirements): boolean {
  return facts.contextTokens === undefined || requirements.minInputTokens < facts.contextTokens
}

export function hasAbilities(facts: ModelFacts, requirements: Requirements): boolean {
  return requirements.abilities.every((ability) => facts.abilities.includes(ability))
}

/**
 * The candidates that can take the request: those not known to be able last, for a list of abilities may be behind the
 * model; those whose window is surely too small out, each with its error.
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
  const count = (n: number): string => n.toLocaleString('en-US')
  return new GenerateError(
    { kind: 'context_too_long', ...(contextTokens !== undefined && { limitTokens: contextTokens }) },
    `The prompt is too long for ${candidateName(candidate)}: at least ${count(requirements.minInputTokens)} tokens, and its window holds ` +
      `${count(contextTokens ?? 0)}. Shorten it, or name a model with a larger window.`,
  )
}
