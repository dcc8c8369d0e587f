import { describe, expect, test } from 'vitest'
import type { Failure, FailureKind } from '../../../src/contract/errors.ts'
import {
  badResponseError,
  classifyHttpError,
  classifyNetworkError,
  classifyStreamError,
} from '../../../src/providers/errors/classify.ts'

const TARGET = { account: { id: 'groq', wire: 'openai-chat' }, model: 'llama' } as const
const NOW = Date.UTC(2026, 0, 1)
const openai = (message: string, code?: string, param?: string) => ({ error: { message, type: 'x', param, code } })
const sort = (status: number, body: unknown, headers: Record<string, string> = {}): Failure =>
  classifyHttpError(TARGET, { status, body, headers: new Headers(headers) }, NOW).failure

/** Errors as vendors send them. */
test.each<[says: string, status: number, body: unknown, kind: FailureKind]>([
  [
    'OpenAI',
    429,
    openai('You exceeded your current quota, please check your plan and billing details.', 'insufficient_quota'),
    'quota_exhausted',
  ],
  [
    'OpenAI',
    429,
    openai(
      'Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, Used 29937, Requested 385. Please try again in 644ms.',
      'rate_limit_exceeded',
    ),
    'rate_limited',
  ],
  [
    'OpenAI',
    429,
    openai(
      'Request too large for gpt-4o in organization org-X on tokens per min (TPM): Limit 30000, Requested 31538. The input or output tokens must be reduced',
      'rate_limit_exceeded',
    ),
    'invalid_request',
  ],
  ['OpenAI', 403, openai('Project `proj_x` does not have access to model `gpt-5`', 'model_not_found'), 'unknown_model'],
  [
    'OpenAI',
    400,
    openai('Invalid prompt: your prompt was flagged as potentially violating our usage policy.', 'invalid_prompt'),
    'filtered',
  ],
  [
    'OpenAI',
    404,
    openai('The model `x` does not exist or you do not have access to it.', 'model_not_found'),
    'unknown_model',
  ],
  [
    'OpenAI',
    400,
    openai(
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
      'context_length_exceeded',
    ),
    'context_too_long',
  ],
  [
    'Groq',
    413,
    openai(
      'Request too large for model `x` in organization `o` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested 7000, please reduce your message size',
      'rate_limit_exceeded',
    ),
    'invalid_request',
  ],
  [
    'Groq',
    400,
    openai('Please reduce the length of the messages or completion.', 'context_length_exceeded'),
    'context_too_long',
  ],
  [
    'Groq',
    400,
    openai('The model `x` has been decommissioned and is no longer supported.', 'model_decommissioned'),
    'unknown_model',
  ],
  ['DeepSeek', 402, openai('Insufficient Balance', 'invalid_request_error'), 'quota_exhausted'],
  ['DeepSeek', 400, openai('Content Exists Risk', 'invalid_request_error'), 'filtered'],
  ['DeepSeek', 400, openai('Model Not Exist', 'invalid_request_error'), 'unknown_model'],
  [
    'xAI',
    400,
    {
      code: 'invalid-argument',
      error: 'Incorrect API key provided. You can obtain an API key from https://console.x.ai.',
    },
    'auth',
  ],
  [
    'xAI',
    403,
    {
      code: 'permission-denied',
      error: 'Your team has either used all available credits or reached its monthly spending limit.',
    },
    'quota_exhausted',
  ],
  [
    'xAI',
    400,
    {
      code: 'invalid-argument',
      error: "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
    },
    'context_too_long',
  ],
  [
    'OpenRouter',
    402,
    { error: { code: 402, message: 'This request requires more credits, or fewer max_tokens.' } },
    'quota_exhausted',
  ],
  [
    'OpenRouter',
    403,
    {
      error: {
        code: 403,
        message: 'Your chosen model requires moderation and your input was flagged for "violence"',
        metadata: { reasons: ['violence'] },
      },
    },
    'filtered',
  ],
  ['OpenRouter', 400, { error: { code: 400, message: 'x/y is not a valid model ID' } }, 'unknown_model'],
  ['OpenRouter', 502, { error: { code: 502, message: 'Provider returned error' } }, 'overloaded'],
  ['Mistral', 401, { detail: 'Invalid API Key' }, 'auth'],
  [
    'Mistral',
    400,
    { object: 'error', message: 'Invalid model: x', type: 'invalid_model', code: '1500' },
    'unknown_model',
  ],
  [
    'Mistral',
    429,
    { object: 'error', message: 'Service tier capacity exceeded for this model.', code: '3505' },
    'rate_limited',
  ],
  [
    'Google',
    400,
    [{ error: { code: 400, message: 'API key not valid. Please pass a valid API key.', status: 'INVALID_ARGUMENT' } }],
    'auth',
  ],
  [
    'Google',
    400,
    [
      {
        error: {
          code: 400,
          message: 'The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).',
        },
      },
    ],
    'context_too_long',
  ],
  ['Google', 503, [{ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }], 'overloaded'],
  [
    'Google',
    404,
    [{ error: { code: 404, message: 'models/x is not found for API version v1main', status: 'NOT_FOUND' } }],
    'unknown_model',
  ],
  [
    'Anthropic',
    400,
    {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'Your credit balance is too low to access the Anthropic API.' },
    },
    'quota_exhausted',
  ],
  [
    'Anthropic',
    400,
    { type: 'error', error: { type: 'invalid_request_error', message: 'Output blocked by content filtering policy' } },
    'filtered',
  ],
  [
    'Anthropic',
    400,
    {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: 'input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length',
      },
    },
    'context_too_long',
  ],
  [
    'Anthropic',
    429,
    {
      type: 'error',
      error: {
        type: 'rate_limit_error',
        message:
          'This request would exceed the rate limit for your organization of 20,000 input tokens per minute. Please reduce the prompt length or the maximum tokens requested, or try again later.',
      },
    },
    'rate_limited',
  ],
  ['Anthropic', 529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'overloaded'],
  [
    'Azure',
    400,
    {
      error: {
        message: 'The response was filtered',
        param: 'prompt',
        code: 'content_filter',
        status: 400,
        innererror: { code: 'ResponsibleAIPolicyViolation' },
      },
    },
    'filtered',
  ],
  [
    'Azure',
    404,
    { error: { code: 'DeploymentNotFound', message: 'The API deployment for this resource does not exist.' } },
    'unknown_model',
  ],
  [
    'llama.cpp',
    400,
    {
      error: {
        code: 400,
        message: 'the request exceeds the available context size, try increasing it',
        type: 'exceed_context_size_error',
        n_prompt_tokens: 9000,
        n_ctx: 8192,
      },
    },
    'context_too_long',
  ],
  ['Ollama', 404, { error: "model 'x' not found" }, 'unknown_model'],
  [
    'Kimi',
    429,
    openai('Your account is suspended, please check your plan', 'exceeded_current_quota_error'),
    'quota_exhausted',
  ],
  ['a proxy', 502, '<html><h1>Bad Gateway</h1></html>', 'overloaded'],
  ['a firewall', 403, '<html>forbidden</html>', 'overloaded'],
  ['an unknown status', 418, '', 'invalid_request'],
  ['a redirect', 307, '', 'invalid_request'],
  [
    'OpenAI abroad',
    403,
    openai('Country, region, or territory not supported', 'unsupported_country_region_territory'),
    'invalid_request',
  ],
  ['Google abroad', 400, openai('User location is not supported for the API use.'), 'invalid_request'],
  ['Zhipu', 429, { error: { code: '1113', message: '您的账户已欠费，请充值后重试' } }, 'quota_exhausted'],
  ['a wrong address', 404, '<html>Not Found</html>', 'unknown_model'],
])('%s %i %o is %s', (_says, status, body, kind) => {
  expect(sort(status, body).kind).toBe(kind)
  expect(sort(status, JSON.stringify(body)).kind).toBe(kind)
})

test.each<[text: string, limit: number | undefined]>([
  ['prompt is too long: 213462 tokens > 200000 maximum', 200_000],
  ['prompt is too long: 213,462 tokens > 200,000 maximum', 200_000],
  ["This model's maximum context length is 8192 tokens.", 8192],
  ['The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).', 1_048_575],
  ["This model's maximum prompt length is 131072 but the request contains 537812 tokens.", 131_072],
  ['exceed context limit: 188240 + 21333 > 200000, decrease', 200_000],
  ['Your request exceeded model token limit: 262144 (requested: 300000)', 262_144],
  ['Your input exceeds the context window of this model.', undefined],
])('how long a request may be: %s', (text, limitTokens) => {
  expect(sort(400, openai(text))).toEqual({ kind: 'context_too_long', ...(limitTokens && { limitTokens }) })
})

describe('the time of the next attempt', () => {
  const limited = (headers: Record<string, string>, body: unknown = '') => {
    const failure = sort(429, body, headers)
    return failure.kind === 'rate_limited' ? failure.retryAfterMs : failure.kind
  }
  test.each<[what: string, headers: Record<string, string>, body: unknown, ms: number | undefined]>([
    ['nothing', {}, '', undefined],
    ['seconds', { 'retry-after': '1.5' }, '', 1500],
    ['a moment in seconds', { 'retry-after': String(NOW / 1000 + 2) }, '', 2000],
    ['a moment in ms', { 'retry-after': String(NOW + 2000) }, '', 2000],
    ['longer than can be meant', { 'retry-after': '9999999' }, '', undefined],
    ['a date', { 'retry-after': 'Thu, 01 Jan 2026 00:02:00 GMT' }, '', 120_000],
    ['a date gone by', { 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, '', 0],
    ['milliseconds, first of all', { 'retry-after-ms': '250', 'retry-after': '9' }, '', 250],
    ['no number', { 'retry-after': 'soon' }, '', undefined],
    [
      'Google’s RetryInfo',
      {},
      { error: { details: [{ '@type': 'x/google.rpc.RetryInfo', retryDelay: '48s' }] } },
      48_000,
    ],
    ['OpenAI’s sentence', {}, openai('Please try again in 644ms. Visit'), 644],
    ['Groq’s sentence', {}, openai('Please try again in 6m11.52s.'), 371_520],
    ['a sentence in seconds', {}, openai('Please try again in 20s.'), 20_000],
    ['a sentence in words', {}, openai('Try again in 2 minutes'), 120_000],
    ['resets', { 'x-ratelimit-reset-requests': '120ms', 'x-ratelimit-reset-tokens': '6m0s' }, '', 360_000],
    [
      'only what ran out',
      {
        'x-ratelimit-reset-requests': '1s',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-tokens': '6m0s',
        'x-ratelimit-remaining-tokens': '10',
      },
      '',
      1000,
    ],
    ['OpenRouter’s moment', { 'x-ratelimit-reset': String(NOW + 5000) }, '', 5000],
    ['Anthropic’s moment', { 'anthropic-ratelimit-tokens-reset': '2026-01-01T00:00:30Z' }, '', 30_000],
    ['retry-after before resets', { 'retry-after': '2', 'x-ratelimit-reset-tokens': '6m0s' }, '', 2000],
  ])('%s', (_what, headers, body, ms) => {
    expect(limited(headers, body)).toBe(ms)
  })
  test('an overload may name a time too', () => {
    expect(sort(503, '', { 'retry-after': '3' })).toEqual({ kind: 'overloaded', status: 503, retryAfterMs: 3000 })
  })
})

describe('an unsupported parameter', () => {
  test.each<[says: string, status: number, body: unknown, field: string]>([
    [
      'OpenAI',
      400,
      openai("Unsupported parameter: 'temperature' is not supported with this model.", undefined, 'temperature'),
      'temperature',
    ],
    [
      'OpenAI',
      400,
      openai(
        "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
        'unsupported_value',
        'temperature',
      ),
      'temperature',
    ],
    [
      'OpenAI',
      400,
      openai("Unsupported value: 'reasoning.effort' does not support 'none' with this model.", 'unsupported_value'),
      'reasoning.effort',
    ],
    ['OpenAI', 400, openai('Unrecognized request argument supplied: stream_options'), 'stream_options'],
    [
      'OpenAI',
      400,
      openai("Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."),
      'response_format',
    ],
    ['Groq', 400, openai("property 'seed' is unsupported"), 'seed'],
    ['Groq', 400, openai('`reasoning_effort` is not supported with this model'), 'reasoning_effort'],
    ['Groq', 400, openai('This model does not support response format `json_schema`.'), 'response_format'],
    ['DeepSeek', 400, openai('This response_format type is unavailable now'), 'response_format'],
    ['xAI', 400, { code: 'c', error: 'Argument not supported on this model: stop' }, 'stop'],
    ['xAI', 400, { code: 'c', error: 'Model grok-4 does not support parameter presencePenalty.' }, 'presencePenalty'],
    [
      'Google',
      400,
      [{ error: { message: 'Invalid JSON payload received. Unknown name "seed": Cannot find field.' } }],
      'seed',
    ],
    [
      'Mistral',
      422,
      { detail: [{ type: 'extra_forbidden', loc: ['body', 'stream_options'], msg: 'Extra inputs are not permitted' }] },
      'stream_options',
    ],
    ['Fireworks', 400, openai("Extra inputs are not permitted, field: 'stream_options', value: x"), 'stream_options'],
    [
      'Anthropic',
      400,
      { error: { type: 'invalid_request_error', message: '`temperature` is deprecated for this model.' } },
      'temperature',
    ],
    ['Ollama', 400, openai('"llama3" does not support thinking'), 'thinking'],
    [
      'OpenAI',
      400,
      openai('Your organization must be verified to stream this model.', 'unsupported_value', 'stream'),
      'stream',
    ],
  ])('%s: %i %o', (_says, status, body, field) => {
    const refused: string[] = []
    const learn = (parameter: string): boolean => refused.push(parameter) > 0
    const { failure } = classifyHttpError(TARGET, { status, body, headers: new Headers() }, NOW, learn)
    expect(failure).toEqual({ kind: 'invalid_request', field, learned: true })
    expect(refused).toEqual([field])
  })
  test('a parameter with a bad value is not left out', () => {
    const body = openai("Invalid 'temperature': decimal below minimum value.", 'decimal_below_min_value', 'temperature')
    const { failure } = classifyHttpError(TARGET, { status: 400, body, headers: new Headers() }, NOW, () => true)
    expect(failure).toEqual({ kind: 'invalid_request', field: 'temperature' })
  })
  test('a known refusal is not learned again', () => {
    const body = openai("property 'seed' is unsupported")
    const { failure } = classifyHttpError(TARGET, { status: 400, body, headers: new Headers() }, NOW, () => false)
    expect(failure).toEqual({ kind: 'invalid_request', field: 'seed' })
  })
})

test.each<[what: string, payload: unknown, kind: FailureKind]>([
  ['Anthropic’s overload', { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'overloaded'],
  ['Groq’s status', { error: { message: 'x', type: 'invalid_request_error', status_code: 400 } }, 'invalid_request'],
  ['OpenRouter’s code', { error: { code: 502, message: 'Provider disconnected' } }, 'overloaded'],
  ['OpenAI’s quota', { type: 'error', error: { code: 'insufficient_quota', message: 'x' } }, 'quota_exhausted'],
  ['OpenAI’s server error', { error: { code: 'server_error', message: 'x' } }, 'overloaded'],
  [
    'OpenAI’s rate limit',
    { error: { code: 'rate_limit_exceeded', message: 'Please try again in 1s' } },
    'rate_limited',
  ],
  ['an unknown error', { error: { message: 'oops' } }, 'bad_response'],
  ['words', 'oops', 'bad_response'],
])('inside a stream: %s is %s', (_what, payload, kind) => {
  expect(classifyStreamError(TARGET, payload, NOW).failure.kind).toBe(kind)
})

describe('a request that does not arrive', () => {
  const live = new AbortController().signal
  const caused = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })
  test.each<[code: string, failure: Failure]>([
    ['ECONNREFUSED', { kind: 'unreachable', sent: false }],
    ['ENOTFOUND', { kind: 'unreachable', sent: false }],
    ['UND_ERR_CONNECT_TIMEOUT', { kind: 'unreachable', sent: false }],
    ['CERT_HAS_EXPIRED', { kind: 'unreachable', sent: false }],
    ['ECONNRESET', { kind: 'unreachable', sent: true }],
    ['UND_ERR_SOCKET', { kind: 'unreachable', sent: true }],
    ['UND_ERR_HEADERS_TIMEOUT', { kind: 'timeout', phase: 'first_token', afterMs: 300_000 }],
    ['UND_ERR_BODY_TIMEOUT', { kind: 'timeout', phase: 'silence', afterMs: 300_000 }],
  ])('%s', (code, failure) => {
    expect(classifyNetworkError(TARGET, caused(code), live).failure).toEqual(failure)
  })
  test('the first known error code of several addresses decides', () => {
    const all = new AggregateError([Object.assign(new Error(), { code: 'ECONNREFUSED' })])
    expect(classifyNetworkError(TARGET, new TypeError('x', { cause: all }), live).failure).toEqual({
      kind: 'unreachable',
      sent: false,
    })
  })
  test('is cancelled when the caller has left', () => {
    expect(classifyNetworkError(TARGET, caused('ECONNRESET'), AbortSignal.abort()).failure).toEqual({
      kind: 'cancelled',
    })
  })
  test('a GenerateError in the chain is returned as it is', () => {
    const ours = badResponseError(TARGET, 'x')
    expect(classifyNetworkError(TARGET, new Error('y', { cause: ours }), live)).toBe(ours)
  })
})

test('messages name the provider, the model and the fix, and quote nothing of the upstream', () => {
  const message = (status: number, body: unknown = '', account: object = TARGET.account) =>
    classifyHttpError(
      { account: { ...TARGET.account, ...account }, model: 'llama' },
      { status, body, headers: new Headers() },
      NOW,
    ).message
  expect(message(401)).toMatchInlineSnapshot(
    `"groq refused the key for llama: check GROQ_API_KEY, and that the key may use this model."`,
  )
  expect(message(401, '', { keyNames: ['A_KEY', 'B_KEY'] })).toMatchInlineSnapshot(
    `"groq refused the key for llama: check A_KEY or B_KEY, and that the key may use this model."`,
  )
  expect(message(402)).toMatchInlineSnapshot(
    `"The groq account has no credit or quota left: add some there, or use a model of another provider."`,
  )
  expect(message(404)).toMatchInlineSnapshot(
    `"groq does not know llama, or the key in GROQ_API_KEY may not use it: list_models with \`verify\` shows what it may use."`,
  )
  expect(message(404, '', { id: 'azure', wire: 'azure' })).toMatchInlineSnapshot(
    `"azure has no deployment for llama: name one in AZURE_OPENAI_DEPLOYMENTS as \`llama=your-deployment\`."`,
  )
  expect(message(429, openai('try again in 20s'))).toMatchInlineSnapshot(
    `"groq is limiting requests to llama for another 20 s: wait, or use another model."`,
  )
  expect(message(503)).toMatchInlineSnapshot(
    `"groq cannot answer for llama at the moment (HTTP 503): ask again later, or use another model."`,
  )
  expect(message(400, openai('IGNORE', 'IGNORE', 'rm -rf /; say "yes"'))).toMatchInlineSnapshot(
    `"groq refused the request to llama: change it, or use another model."`,
  )
  expect(message(400, openai('x', 'x', 'tools[0].parameters'))).toMatchInlineSnapshot(
    `"groq refused the request to llama because of \`tools[0].parameters\`: change it, or use another model."`,
  )
  expect(message(413)).toMatchInlineSnapshot(
    `"The request is longer than groq/llama can take: shorten it, or use a model with a larger window."`,
  )
})
