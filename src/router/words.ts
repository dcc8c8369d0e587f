import type { Failure, FailureKind, GenerateError } from '../contract/errors.ts'
import type { Candidate } from '../contract/roster.ts'

/** `provider/model`, as people name it. */
export function nameOf({ provider, facts }: Pick<Candidate, 'provider' | 'facts'>): string {
  return `${provider.id}/${facts.id}`
}

/** A model that did not answer, or a name that led to nobody. */
export interface Failed {
  readonly name: string
  readonly error: GenerateError
}

/** Why a model did not answer, in a few words, for a list of several. */
export function reasonOf({ failure }: GenerateError): string {
  return REASONS[failure.kind](failure)
}

const REASONS: Record<FailureKind, (failure: Failure) => string> = {
  cancelled: () => 'cancelled',
  invalid_request: () => 'the request does not suit it',
  unknown_model: () => 'no such model',
  context_too_long: () => 'the prompt is too long for it',
  filtered: () => 'its content filter stepped in',
  auth: () => 'no key, or its key was refused',
  quota_exhausted: () => 'its quota or credit is used up',
  rate_limited: (failure) => `too many requests${retryIn(failure)}`,
  overloaded: (failure) => `overloaded${retryIn(failure)}`,
  unreachable: () => 'could not be reached',
  timeout: (failure) =>
    failure.kind === 'timeout' && failure.phase === 'total' ? 'out of time' : 'too slow to answer',
  bad_response: () => 'its answer was broken',
  refused_by_limit: (failure) =>
    failure.kind === 'refused_by_limit' ? `held back by the limit "${failure.limit}"${freeAt(failure.freeAt)}` : '',
  over_budget: (failure) => (failure.kind === 'over_budget' ? `over the budget "${failure.budget}"` : ''),
  exhausted: () => 'nobody could answer',
}

function retryIn(failure: Failure): string {
  const ms = 'retryAfterMs' in failure ? failure.retryAfterMs : undefined
  return ms === undefined ? '' : `, asks to wait ${seconds(ms)}`
}

function freeAt(at: number | undefined): string {
  return at === undefined ? '' : ` until ${moment(at)}`
}

/** `2026-01-02T00:00:00Z`. */
export function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

function seconds(ms: number): string {
  return `${Math.max(1, Math.ceil(ms / 1_000)).toLocaleString('en-US')} s`
}

/** Micro-dollars as people read them: `$4.50`, and small amounts as exactly as they are: `$0.000125`. */
export function usd(microUsd: number): string {
  const digits = microUsd >= 1_000_000 ? 2 : microUsd >= 10_000 ? 4 : 6
  return `$${(microUsd / 1_000_000).toFixed(digits)}`
}
