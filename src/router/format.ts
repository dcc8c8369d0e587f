import type { Failure, FailureKind, GenerateError } from '../contract/errors.ts'
import type { Candidate } from '../contract/registry.ts'

/** `provider/model`, as people name it. */
export function candidateName({ provider, facts }: Pick<Candidate, 'provider' | 'facts'>): string {
  return `${provider.id}/${facts.id}`
}

/** A model that did not answer, or a name that led to nobody. */
export interface NamedFailure {
  readonly name: string
  readonly error: GenerateError
}

/** Why a model did not answer, in a few words, for a list of several. */
export function shortReason({ failure }: GenerateError): string {
  return SHORT_REASONS[failure.kind](failure)
}

const SHORT_REASONS: Record<FailureKind, (failure: Failure) => string> = {
  cancelled: () => 'cancelled',
  invalid_request: () => 'the request does not suit it',
  unknown_model: () => 'no such model',
  context_too_long: () => 'the prompt is too long for it',
  filtered: () => 'its content filter stepped in',
  auth: () => 'no key, or its key was refused',
  quota_exhausted: () => 'its quota or credit is used up',
  rate_limited: (failure) => `too many requests${retryHint(failure)}`,
  overloaded: (failure) => `overloaded${retryHint(failure)}`,
  unreachable: () => 'could not be reached',
  timeout: (failure) =>
    failure.kind === 'timeout' && failure.phase === 'total' ? 'out of time' : 'too slow to answer',
  bad_response: () => 'its answer was broken',
  refused_by_limit: (failure) =>
    failure.kind === 'refused_by_limit' ? `held back by the limit "${failure.limit}"${untilHint(failure.freeAt)}` : '',
  over_budget: (failure) => (failure.kind === 'over_budget' ? `over the budget "${failure.budget}"` : ''),
  exhausted: () => 'nobody could answer',
}

function retryHint(failure: Failure): string {
  const ms = 'retryAfterMs' in failure ? failure.retryAfterMs : undefined
  return ms === undefined ? '' : `, asks to wait ${formatSeconds(ms)}`
}

function untilHint(at: number | undefined): string {
  return at === undefined ? '' : ` until ${formatTime(at)}`
}

/** `2026-01-02T00:00:00Z`. */
export function formatTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

function formatSeconds(ms: number): string {
  return `${Math.max(1, Math.ceil(ms / 1_000)).toLocaleString('en-US')} s`
}

/** Micro-dollars as people read them: `$4.50`, and small amounts as exactly as they are: `$0.000125`. */
export function formatUsd(microUsd: number): string {
  const digits = microUsd >= 1_000_000 ? 2 : microUsd >= 10_000 ? 4 : 6
  return `$${(microUsd / 1_000_000).toFixed(digits)}`
}
