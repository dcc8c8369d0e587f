import { FAILURES, type Failure, type GenerateError } from '../contract/errors.ts'
import type { Candidate } from '../contract/registry.ts'
import { formatCount } from '../lib/text.ts'

/** `provider/model`, as people name it. */
export function candidateName({ provider, facts }: Pick<Candidate, 'provider' | 'facts'>): string {
  return `${provider.id}/${facts.id}`
}

/** A model that did not answer, or a name without a model. */
export interface NamedFailure {
  readonly name: string
  readonly error: GenerateError
}

/** Why a model did not answer, in a few words, for a list of several. */
export function shortReason({ failure }: GenerateError): string {
  return `${FAILURES[failure.kind].reason}${reasonDetail(failure)}`
}

function reasonDetail(failure: Failure): string {
  if (failure.kind === 'timeout' && failure.phase === 'total') return ': out of time'
  if (failure.kind === 'refused_by_limit') return ` ("${failure.limit}"${untilHint(failure.freeAt)})`
  if (failure.kind === 'over_budget') return ` ("${failure.budget}")`
  const waitMs = 'retryAfterMs' in failure ? failure.retryAfterMs : undefined
  return waitMs === undefined ? '' : `, asks to wait ${formatSeconds(waitMs)}`
}

function untilHint(at: number | undefined): string {
  return at === undefined ? '' : ` until ${formatTime(at)}`
}

/** `2026-01-02T00:00:00Z`. */
export function formatTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

function formatSeconds(ms: number): string {
  return `${formatCount(Math.max(1, Math.ceil(ms / 1_000)))} s`
}
