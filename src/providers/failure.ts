import { type Failure, type FailureKind, GenerateError } from '../contract/errors.ts'
import type { Account } from './account.ts'
import { retryAfterMs } from './retry-after.ts'
import { sentence } from './sentence.ts'
import { LIMIT_TOKENS, type Said, SIGNS, UNSUPPORTED_PARAMETER } from './wording.ts'

/** Who was asked for what: what a failure's message may speak of. */
export interface Asked {
  readonly account: Pick<Account, 'id' | 'keyNames' | 'wire'>
  readonly model: string
}

export interface Refusal {
  readonly status: number
  readonly headers: Headers
  /** As it came, or parsed: JSON in any vendor's shape, HTML, plain text, nothing. */
  readonly body: unknown
}

/** Told which parameter the upstream does not take; true when it will be left out from now on, which was not so before. */
export type Learn = (parameter: string) => boolean

/**
 * What an answer with an error status means. Never throws. `now` is in ms since the epoch, for `Retry-After` dates.
 * A 400 that refuses a parameter is told to `learn`; what it says becomes `failure.learned`.
 */
export function refused(asked: Asked, refusal: Refusal, now: number, learn?: Learn): GenerateError {
  const body = parsed(refusal.body)
  const said: Said = { status: refusal.status, ...words(body) }
  return sorted(asked, said, body, () => retryAfterMs(refusal.headers, body, now), learn)
}

/** What an error event inside a stream that began with HTTP 200 means; `payload` is its data, parsed. Never throws. */
export function refusedInStream(asked: Asked, payload: unknown, now: number): GenerateError {
  const said: Said = { status: statusIn(payload), ...words(payload) }
  return sorted(asked, said, payload, () => retryAfterMs(new Headers(), payload, now))
}

/**
 * What an error of `fetch`, of an SDK around it or of reading a body means. `signal` is the caller's: once it is aborted,
 * whatever was thrown is its doing. A `GenerateError` anywhere in the chain of causes is passed on as it is.
 */
export function unreached(asked: Asked, error: unknown, signal: AbortSignal): GenerateError {
  const chain = causes(error)
  const ours = chain.find((cause) => cause instanceof GenerateError)
  if (ours instanceof GenerateError) return ours
  if (signal.aborted) return cancelled(asked)
  const codes = chain.map((cause) => (has(cause, 'code') ? String(cause.code) : ''))
  const code = codes.find((each) => UNSENT.has(each) || UNDICI_TIMEOUT[each]) ?? ''
  const phase = UNDICI_TIMEOUT[code]
  if (phase) return failed(asked, { kind: 'timeout', phase, afterMs: 300_000 })
  return failed(asked, { kind: 'unreachable', sent: !UNSENT.has(code) })
}

/** What a connection that broke in the middle of an answer means: the answer is lost, the provider need not be. */
export function brokeOff(asked: Asked, error: unknown, signal: AbortSignal): GenerateError {
  const why = unreached(asked, error, signal)
  return why.failure.kind === 'unreachable' ? badResponse(asked, 'the connection broke off in the middle of it') : why
}

export function cancelled(asked: Asked): GenerateError {
  return failed(asked, { kind: 'cancelled' })
}

/** A key with a space, a line break or a letter beyond ASCII in it was pasted wrongly and cannot even be sent. */
export function keyUnfit(asked: Asked): GenerateError {
  return failed(asked, { kind: 'auth' })
}

/** An answer that cannot be read: `what` is ours, as in "the stream broke off". */
export function badResponse(asked: Asked, what: string): GenerateError {
  return failed(asked, { kind: 'bad_response' }, what)
}

/** Errors that come before a request has left: nothing was spent. */
const UNSENT: ReadonlySet<string> = new Set([
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

function sorted(
  asked: Asked,
  said: Said,
  body: unknown,
  retryAfter: () => number | undefined,
  learn?: Learn,
): GenerateError {
  const kind = SIGNS.find((sign) => fits(sign, said))?.kind ?? byStatus(said.status)
  const waitMs = kind === 'rate_limited' || kind === 'overloaded' ? retryAfter() : undefined
  const later = waitMs === undefined ? {} : { retryAfterMs: waitMs }
  switch (kind) {
    case 'rate_limited':
      return failed(asked, { kind, ...later })
    case 'overloaded':
      return failed(asked, { kind, ...(said.status === undefined ? {} : { status: said.status }), ...later })
    case 'unknown_model':
      return failed(asked, { kind, model: asked.model })
    case 'context_too_long': {
      const limit = LIMIT_TOKENS.exec(said.text)?.slice(1).find(Boolean)
      return failed(asked, { kind, ...(limit ? { limitTokens: Number(limit) } : {}) })
    }
    case 'invalid_request':
      return failed(asked, { kind, ...blamed(said, body, learn) })
    case 'filtered':
    case 'auth':
    case 'quota_exhausted':
      return failed(asked, { kind })
    default:
      return failed(asked, { kind: 'bad_response' })
  }
}

function fits(sign: (typeof SIGNS)[number], said: Said): boolean {
  if (sign.status && !(said.status !== undefined && sign.status.includes(said.status))) return false
  return (sign.codes?.test(said.codes) ?? true) && (sign.text?.test(said.text) ?? true)
}

/** Where no word decides. Without even a status the stream said something that nobody understands. */
function byStatus(status: number | undefined): FailureKind {
  if (status === undefined || status < 400) return 'bad_response'
  return status >= 500 ? 'overloaded' : 'invalid_request'
}

function blamed(said: Said, body: unknown, learn?: Learn): { field?: string; learned?: boolean } {
  const parameter = UNSUPPORTED_PARAMETER.map((sentence) => sentence.exec(said.text)?.[1]?.replace(' ', '_')).find(
    Boolean,
  )
  const field = parameter ?? parameterIn(body)
  if (field === undefined) return {}
  return parameter !== undefined && learn?.(parameter) ? { field, learned: true } : { field }
}

/** `error.param`, when it is a name and nothing more: the only word of an upstream that may appear in a message. */
function parameterIn(body: unknown): string | undefined {
  const param = has(body, 'error') && has(body.error, 'param') ? body.error.param : undefined
  return typeof param === 'string' && /^[\w.[\]-]{1,60}$/.test(param) ? param : undefined
}

function failed(asked: Asked, failure: Failure, what?: string): GenerateError {
  return new GenerateError(failure, sentence(asked, failure, what))
}

function parsed(body: unknown): unknown {
  if (typeof body !== 'string') return body
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

const CODE_FIELDS: ReadonlySet<string> = new Set(['code', 'type', 'status', 'reason'])
/** More than any vendor says; less than it takes to make a regular expression slow. */
const TEXT_LIMIT = 8000

/** Sentences and codes from any shape: `{error:{message,code}}`, `{error:"…"}`, `{detail}`, `[{error}]`, plain text. */
function words(body: unknown): { readonly codes: string; readonly text: string } {
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
  return { codes: codes.join('\n').toLowerCase().slice(0, TEXT_LIMIT), text: texts.join('\n').slice(0, TEXT_LIMIT) }
}

/** Groq: `error.status_code`; OpenRouter and llama.cpp: a number as `error.code`. */
function statusIn(payload: unknown): number | undefined {
  const error = has(payload, 'error') ? payload.error : payload
  const candidates = [has(error, 'status_code') && error.status_code, has(error, 'code') && error.code]
  return candidates.find((each): each is number => typeof each === 'number' && each >= 400 && each < 600)
}

function causes(error: unknown): unknown[] {
  const chain: unknown[] = []
  for (let at = error; at !== undefined && at !== null && chain.length < 8; ) {
    chain.push(at, ...(at instanceof AggregateError ? at.errors : []))
    at = has(at, 'cause') ? at.cause : undefined
  }
  return chain
}

function has<Key extends string>(value: unknown, key: Key): value is Record<Key, unknown> {
  return typeof value === 'object' && value !== null && key in value
}
