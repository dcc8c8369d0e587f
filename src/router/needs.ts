import { GenerateError } from '../contract/errors.ts'
import type { GenerateRequest } from '../contract/generate.ts'
import type { Ability, ModelFacts } from '../contract/provider.ts'
import type { Candidate } from '../contract/roster.ts'
import { estimateInput } from './estimate.ts'
import { type Failed, nameOf } from './words.ts'

/** What a request asks of a model, besides text. */
export interface Needs {
  /** Without them the answer would miss the question. */
  readonly abilities: readonly Ability[]
  /** A schema can be kept to without native support, less surely. */
  readonly json: boolean
  /** The prompt has at least so many tokens. */
  readonly leastTokens: number
}

export const PLAIN_TEXT: Needs = { abilities: [], json: false, leastTokens: 0 }

export function needsOf(request: GenerateRequest): Needs {
  const images = request.messages.some((message) => message.parts.some((part) => part.type === 'image'))
  const tools = (request.tools?.length ?? 0) > 0
  return {
    abilities: [...(images ? (['images'] as const) : []), ...(tools ? (['tools'] as const) : [])],
    json: request.json !== undefined,
    leastTokens: estimateInput(request, request.model).least,
  }
}

/** Unknown windows are taken to be large enough. */
export function fits(facts: ModelFacts, needs: Needs): boolean {
  return facts.contextTokens === undefined || needs.leastTokens < facts.contextTokens
}

export function isAble(facts: ModelFacts, needs: Needs): boolean {
  return needs.abilities.every((ability) => facts.abilities.includes(ability))
}

/**
 * The candidates that can take the request: those not known to be able last, for a list of abilities may be behind the
 * model; those whose window is surely too small out, each with its error.
 */
export function suitable(
  candidates: readonly Candidate[],
  needs: Needs,
): { readonly candidates: readonly Candidate[]; readonly failed: readonly Failed[] } {
  const fitting = candidates.filter(({ facts }) => fits(facts, needs))
  const able = fitting.filter(({ facts }) => isAble(facts, needs))
  return {
    candidates: [...able, ...fitting.filter((one) => !able.includes(one))],
    failed: candidates
      .filter((one) => !fitting.includes(one))
      .map((one) => ({ name: nameOf(one), error: tooLong(one, needs) })),
  }
}

function tooLong(candidate: Candidate, needs: Needs): GenerateError {
  const { contextTokens } = candidate.facts
  const count = (n: number): string => n.toLocaleString('en-US')
  return new GenerateError(
    { kind: 'context_too_long', ...(contextTokens !== undefined && { limitTokens: contextTokens }) },
    `The prompt is too long for ${nameOf(candidate)}: at least ${count(needs.leastTokens)} tokens, and its window holds ` +
      `${count(contextTokens ?? 0)}. Shorten it, or name a model with a larger window.`,
  )
}
