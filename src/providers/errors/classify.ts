import { type Failure, type FailureKind, GenerateError } from '../../contract/errors.ts'
import type { RequestTarget } from '../account.ts'
import { failureMessage } from './messages.ts'
import { CONTEXT_LIMIT_TOKENS, ERROR_PATTERNS, type ErrorFacts, UNSUPPORTED_PARAMETER_PATTERNS } from './patterns.ts'
import { retryAfterMs } from './retry-after.ts'

export interface HttpErrorResponse {
  readonly status: number
  readonly headers: Headers
  /** As it came, or parsed: JSON in any vendor's shape, HTML, plain text, nothing. */
  readonly body: unknown
}

/** Told which parameter the upstream does not take; true when it will be left out from now on, which was not so before. */
export type OnUnsupported = (parameter: string) => boolean

/**
 * What an answer with an error status means. Never throws. `now` is in ms since the epoch, for `Retry-After` dates.
 * A 400 that refuses a parameter is told to `learn`; what it says becomes `failure.learned`.
 */
export function classifyHttpError(
  target: RequestTarget,
  response: HttpErrorResponse,
  now: number,
  onUnsupported?: OnUnsupported,
): GenerateError {
  const body = parseBody(response.body)
  const facts: ErrorFacts = { status: response.status, ...extractCodesAndText(body) }
  return toGenerateError(target, facts, body, () => retryAfterMs(response.headers, body, now), onUnsupported)
}

/** What an error event inside a stream that began with HTTP 200 means; `payload` is its data, parsed. Never throws. */
export function classifyStreamError(target: RequestTarget, payload: unknown, now: number): GenerateError {
  const facts: ErrorFacts = { status: findStatus(payload), ...extractCodesAndText(payload) }
  return toGenerateError(target, facts, payload, () => retryAfterMs(new Headers(), payload, now))
}

/**
 * What an error of `fetch`, of an SDK around it or of reading a body means. `signal` is the caller's: once it is aborted,
 * whatever was thrown is its doing. A `GenerateError` anywhere in the chain of causes is passed on as it is.
 */
export function classifyNetworkError(target: RequestTarget, error: unknown, signal: AbortSignal): GenerateError {
  const chain = errorChain(error)
  const ours = chain.find((cause) => cause instanceof GenerateError)
  if (ours instanceof GenerateError) return ours
  if (signal.aborted) return cancelledError(target)
  const codes = chain.map((cause) => (hasKey(cause, 'code') ? String(cause.code) : ''))
  const code = codes.find((each) => NOT_SENT_CODES.has(each) || UNDICI_TIMEOUT[each]) ?? ''
  const phase = UNDICI_TIMEOUT[code]
  if (phase) return createError(target, { kind: 'timeout', phase, afterMs: 300_000 })
  return createError(target, { kind: 'unreachable', sent: !NOT_SENT_CODES.has(code) })
}

/** What a connection that broke in the middle of an answer means: the answer is lost, the provider need not be. */
export function classifyBrokenStream(target: RequestTarget, error: unknown, signal: AbortSignal): GenerateError {
  const classified = classifyNetworkError(target, error, signal)
  return classified.failure.kind === 'unreachable'
    ? badResponseError(target, 'the connection broke off in the middle of it')
    : classified
}

export function cancelledError(target: RequestTarget): GenerateError {
  return createError(target, { kind: 'cancelled' })
}

/** A key with a space, a line break or a letter beyond ASCII in it was pasted wrongly and cannot even be sent. */
export function invalidKeyError(target: RequestTarget): GenerateError {
  return createError(target, { kind: 'auth' })
}

/** An answer that cannot be read: `what` is ours, as in "the stream broke off". */
export function badResponseError(target: RequestTarget, detail: string): GenerateError {
  return createError(target, { kind: 'bad_response' }, detail)
}

/** Errors that come before a request has left: nothing was spent. */
const NOT_SENT_CODES: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'UND_ERR_CONNECT_TIMEOUT'],
  ...[
    'ETIMEDOUT',
    'ERR_INVALID_URL',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'CERT_HAS_EXPIRED',
  ],
  ...['SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
])

/** Node's `fetch` gives up by itself after 300 s without headers, or between two pieces of a body. */
const UNDICI_TIMEOUT: Readonly<Record<string, 'first_token' | 'silence'>> = {
  UND_ERR_HEADERS_TIMEOUT: 'first_token',
  UND_ERR_BODY_TIMEOUT: 'silence',
}

function toGenerateError(
  target: RequestTarget,
  facts: ErrorFacts,
  body: unknown,
  retryAfter: () => number | undefined,
  onUnsupported?: OnUnsupported,
): GenerateError {
  const kind = ERROR_PATTERNS.find((sign) => matchesPattern(sign, facts))?.kind ?? kindFromStatus(facts.status)
  const waitMs = kind === 'rate_limited' || kind === 'overloaded' ? retryAfter() : undefined
  const later = waitMs === undefined ? {} : { retryAfterMs: waitMs }
  switch (kind) {
    case 'rate_limited':
      return createError(target, { kind, ...later })
    case 'overloaded':
      return createError(target, { kind, ...(facts.status === undefined ? {} : { status: facts.status }), ...later })
    case 'unknown_model':
      return createError(target, { kind, model: target.model })
    case 'context_too_long': {
      const limit = CONTEXT_LIMIT_TOKENS.exec(facts.text)?.slice(1).find(Boolean)
      return createError(target, { kind, ...(limit ? { limitTokens: Number(limit) } : {}) })
    }
    case 'invalid_request':
      return createError(target, { kind, ...findBlamedField(facts, body, onUnsupported) })
    case 'filtered':
    case 'auth':
    case 'quota_exhausted':
      return createError(target, { kind })
    default:
      return createError(target, { kind: 'bad_response' })
  }
}

function matchesPattern(pattern: (typeof ERROR_PATTERNS)[number], facts: ErrorFacts): boolean {
  if (pattern.status && !(facts.status !== undefined && pattern.status.includes(facts.status))) return false
  return (pattern.codes?.test(facts.codes) ?? true) && (pattern.text?.test(facts.text) ?? true)
}

/** Where no word decides. Without even a status the stream said something that nobody understands. */
function kindFromStatus(status: number | undefined): FailureKind {
  if (status === undefined || status < 400) return 'bad_response'
  return status >= 500 ? 'overloaded' : 'invalid_request'
}

function findBlamedField(
  facts: ErrorFacts,
  body: unknown,
  onUnsupported?: OnUnsupported,
): { field?: string; learned?: boolean } {
  const parameter = UNSUPPORTED_PARAMETER_PATTERNS.map((sentence) =>
    sentence.exec(facts.text)?.[1]?.replace(' ', '_'),
  ).find(Boolean)
  const field = parameter ?? findParameter(body)
  if (field === undefined) return {}
  return parameter !== undefined && onUnsupported?.(parameter) ? { field, learned: true } : { field }
}

/** `error.param`, when it is a name and nothing more: the only word of an upstream that may appear in a message. */
function findParameter(body: unknown): string | undefined {
  const param = hasKey(body, 'error') && hasKey(body.error, 'param') ? body.error.param : undefined
  return typeof param === 'string' && /^[\w.[\]-]{1,60}$/.test(param) ? param : undefined
}

function createError(target: RequestTarget, failure: Failure, detail?: string): GenerateError {
  return new GenerateError(failure, failureMessage(target, failure, detail))
}

function parseBody(body: unknown): unknown {
  if (typeof body !== 'string') return body
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

const CODE_FIELDS: ReadonlySet<string> = new Set(['code', 'type', 'status', 'reason'])
/** More than any vendor says; less than it takes to make a regular expression slow. */
const MAX_TEXT_CHARS = 8000

/** Sentences and codes from any shape: `{error:{message,code}}`, `{error:"…"}`, `{detail}`, `[{error}]`, plain text. */
function extractCodesAndText(body: unknown): { readonly codes: string; readonly text: string } {
  const codes: string[] = []
  const texts: string[] = []
  const walk = (value: unknown, key: string, depth: number): void => {
    if (depth > 6) return
    if (typeof value === 'string') (CODE_FIELDS.has(key) ? codes : texts).push(value)
    else if (Array.isArray(value)) for (const item of value.slice(0, 20)) walk(item, key, depth + 1)
    else if (typeof value === 'object' && value !== null) {
      for (const [name, item] of Object.entries(value).slice(0, 40)) walk(item, name, depth + 1)
    }
  }
  walk(body, '', 0)
  // The raw JSON comes last, for signs that need its shape (`extra_forbidden` with its `loc`, `n_ctx`, RetryInfo).
  if (typeof body === 'object') texts.push(JSON.stringify(body) ?? '')
  return {
    codes: codes.join('\n').toLowerCase().slice(0, MAX_TEXT_CHARS),
    text: texts.join('\n').slice(0, MAX_TEXT_CHARS),
  }
}

/** Groq: `error.status_code`; OpenRouter and llama.cpp: a number as `error.code`. */
function findStatus(payload: unknown): number | undefined {
  const error = hasKey(payload, 'error') ? payload.error : payload
  const candidates = [hasKey(error, 'status_code') && error.status_code, hasKey(error, 'code') && error.code]
  return candidates.find((each): each is number => typeof each === 'number' && each >= 400 && each < 600)
}

function errorChain(error: unknown): unknown[] {
  const chain: unknown[] = []
  for (let at = error; at !== undefined && at !== null && chain.length < 8; ) {
    chain.push(at, ...(at instanceof AggregateError ? at.errors : []))
    at = hasKey(at, 'cause') ? at.cause : undefined
  }
  return chain
}

function hasKey<Key extends string>(value: unknown, key: Key): value is Record<Key, unknown> {
  return typeof value === 'object' && value !== null && key in value
}
