import { type Failure, type FailureKind, GenerateError } from '../../contract/errors.ts'
import type { RequestTarget } from '../account.ts'
import { failureMessage } from './messages.ts'
import {
  CONTEXT_LIMIT_TOKENS,
  ERROR_PATTERNS,
  type ErrorFacts,
  type ErrorPattern,
  MAX_OUTPUT_LIMIT,
  PROMPT_TOKENS,
  UNSUPPORTED_PARAMETER_PATTERNS,
} from './patterns.ts'
import { retryAfterMs } from './retry-after.ts'

export interface HttpErrorResponse {
  readonly status: number
  readonly headers: Headers
  /** As it came, or parsed: JSON in any vendor's shape, HTML, plain text, nothing. */
  readonly body: unknown
}

/** Called with a parameter that the upstream refuses, or `path`; true where the next request will leave it out, as this one did not. */
export type OnUnsupported = (parameter: string) => boolean

/**
 * The failure behind an answer with an error status. Never throws. `now` is in ms since the epoch, for `Retry-After`
 * dates. `onUnsupported` decides about `failure.learned` where the upstream refuses a parameter.
 */
export function classifyHttpError(
  target: RequestTarget,
  response: HttpErrorResponse,
  now: number,
  onUnsupported?: OnUnsupported,
): GenerateError {
  const { status } = response
  if (status >= 300 && status < 400) return redirectError(target, response.headers)
  const body = parseBody(response.body)
  const facts: ErrorFacts = { status, ...extractCodesAndText(body) }
  return toGenerateError(target, facts, body, () => retryAfterMs(response.headers, body, now), onUnsupported)
}

/** The failure behind an error event inside a stream that began with HTTP 200; `payload` is its data, parsed. Never throws. */
export function classifyStreamError(target: RequestTarget, payload: unknown, now: number): GenerateError {
  const facts: ErrorFacts = { status: findStatus(payload), ...extractCodesAndText(payload) }
  return toGenerateError(target, facts, payload, () => retryAfterMs(new Headers(), payload, now))
}

/**
 * The failure behind an error of `fetch`, of an SDK around it or of reading a body. `signal` is the caller's: once it is
 * aborted, the failure is `cancelled`. A `GenerateError` anywhere in the chain of causes is returned as it is.
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

/** The failure behind a connection that broke within an answer: the answer is lost, but the provider may be fine. */
export function classifyBrokenStream(target: RequestTarget, error: unknown, signal: AbortSignal): GenerateError {
  const classified = classifyNetworkError(target, error, signal)
  return classified.failure.kind === 'unreachable'
    ? badResponseError(target, 'the connection broke off in the middle of it')
    : classified
}

export function cancelledError(target: RequestTarget): GenerateError {
  return createError(target, { kind: 'cancelled' })
}

/** A key with a space, a line break or a letter beyond ASCII in it was pasted wrongly and cannot be sent. */
export function invalidKeyError(target: RequestTarget): GenerateError {
  return createError(target, { kind: 'auth' }, 'form')
}

/** The address answers with another one. It is not followed, because that would send the key to another host. */
function redirectError(target: RequestTarget, headers: Headers): GenerateError {
  const location = headers.get('location') ?? ''
  const origin = URL.canParse(location) ? new URL(location).origin : ''
  return createError(
    target,
    { kind: 'invalid_request' },
    `redirect ${/^https?:\/\/[\w.:-]{1,100}$/.test(origin) ? origin : ''}`,
  )
}

/** An answer that cannot be read. `detail` is a clause of our own, as in "the stream broke off". */
export function badResponseError(target: RequestTarget, detail: string): GenerateError {
  return createError(target, { kind: 'bad_response' }, detail)
}

/** Errors that come before a request is sent, so that nothing was billed. */
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

/** Node's `fetch` has limits of its own (300 s by default) to the headers and between two pieces of a body. */
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
  const pattern = ERROR_PATTERNS.find((one) => matchesPattern(one, facts))
  const kind = pattern?.kind ?? kindFromStatus(facts.status)
  if (isPathUnknown(pattern, facts)) {
    if (onUnsupported?.('path')) return createError(target, { kind: 'invalid_request', field: 'path', learned: true })
    const failure: Failure =
      facts.status === 404 ? { kind: 'unknown_model', model: target.model } : { kind: 'invalid_request' }
    return createError(target, failure, 'path')
  }
  const waitMs = kind === 'rate_limited' || kind === 'overloaded' ? retryAfter() : undefined
  const later = waitMs === undefined ? {} : { retryAfterMs: waitMs }
  switch (kind) {
    case 'rate_limited':
      return createError(target, { kind, ...later })
    case 'overloaded':
      return createError(
        target,
        { kind, ...(facts.status === undefined ? {} : { status: facts.status }), ...later },
        pattern?.detail,
      )
    case 'unknown_model':
      return createError(target, { kind, model: target.model })
    case 'context_too_long': {
      const limitTokens = findCount(CONTEXT_LIMIT_TOKENS, facts.text)
      const promptTokens = findCount(PROMPT_TOKENS, facts.text)
      return createError(target, {
        kind,
        ...(limitTokens !== undefined && { limitTokens }),
        ...(promptTokens !== undefined && { promptTokens }),
      })
    }
    case 'invalid_request':
      return pattern?.detail
        ? createError(target, { kind }, pattern.detail)
        : createError(target, { kind, ...findBlamedField(facts, body, onUnsupported) })
    case 'filtered':
    case 'auth':
    case 'quota_exhausted':
      return createError(target, { kind })
    default:
      return createError(target, { kind: 'bad_response' })
  }
}

function matchesPattern(pattern: ErrorPattern, facts: ErrorFacts): boolean {
  if (pattern.status && !(facts.status !== undefined && pattern.status.includes(facts.status))) return false
  if (pattern.isPage && !facts.isPage) return false
  return (pattern.codes?.test(facts.codes) ?? true) && (pattern.text?.test(facts.text) ?? true)
}

/** A 404 or 405 that does not speak of a model is about the address, unless a pattern's words decided. */
function isPathUnknown(pattern: ErrorPattern | undefined, { status, text, isPage }: ErrorFacts): boolean {
  if (pattern?.codes || pattern?.text || (status !== 404 && status !== 405)) return false
  return isPage || !/model|deployment|engine/i.test(text)
}

/** The kind where no words decide. */
function kindFromStatus(status: number | undefined): FailureKind {
  if (status === undefined || status < 400) return 'bad_response'
  return status >= 500 ? 'overloaded' : 'invalid_request'
}

function findBlamedField(
  facts: ErrorFacts,
  body: unknown,
  onUnsupported?: OnUnsupported,
): { field?: string; learned?: boolean; maxOutputTokens?: number } {
  const parameter = UNSUPPORTED_PARAMETER_PATTERNS.map((sentence) =>
    sentence.exec(facts.text)?.[1]?.replace(' ', '_'),
  ).find(Boolean)
  const blamed = findParameter(body)
  const field = parameter ?? blamed
  const maxOutputTokens = findCount(MAX_OUTPUT_LIMIT, facts.text)
  if (maxOutputTokens !== undefined) return { field: field ?? 'max_tokens', maxOutputTokens }
  if (field === undefined) return {}
  const unsupported =
    parameter ?? (/^unsupported_(?:value|parameter)$|^unknown_parameter$/m.test(facts.codes) && blamed)
  return unsupported && onUnsupported?.(unsupported) ? { field, learned: true } : { field }
}

/** The first number that the pattern finds, without its thousands separators. */
function findCount(pattern: RegExp, text: string): number | undefined {
  const digits = pattern.exec(text)?.slice(1).find(Boolean)?.replaceAll(',', '')
  return digits === undefined ? undefined : Number(digits)
}

/** `error.param` where it is only a name: the one word of an upstream that may appear in a message. */
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
/** Longer than any vendor's error, and short enough for the patterns to be fast. */
const MAX_TEXT_CHARS = 8000

/** Sentences and codes from any shape: `{error:{message,code}}`, `{error:"…"}`, `{detail}`, `[{error}]`, plain text. */
function extractCodesAndText(body: unknown): Omit<ErrorFacts, 'status'> {
  const codes: string[] = []
  const texts: string[] = []
  const walk = (value: unknown, key: string, depth: number): void => {
    if (depth > 6) return
    if (typeof value === 'string') (CODE_FIELDS.has(key) ? codes : texts).push(value)
    else if (typeof value === 'number' && CODE_FIELDS.has(key)) codes.push(String(value))
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
    isPage: typeof body === 'string' && /^\s*<(?:!doctype|html|head|\?xml)/i.test(body.slice(0, 200)),
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
