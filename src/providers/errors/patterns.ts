import type { FailureKind } from '../../contract/errors.ts'

/** The parts of an upstream's error. Its text is for classification only and is never shown. */
export interface ErrorFacts {
  /** Undefined: an error inside a stream that began with HTTP 200, with no number of its own. */
  readonly status: number | undefined
  /** Every `code`, `type`, `status` and `reason` in the body, one a line, in lower case. */
  readonly codes: string
  /** Every sentence in the body. */
  readonly text: string
  /** The body is a web page, so something between here and the vendor sent it. */
  readonly isPage: boolean
}

/** A cause that a failure's kind alone does not tell, which the message names. */
export type ErrorDetail = 'region' | 'gateway'

export interface ErrorPattern {
  readonly kind: FailureKind
  readonly detail?: ErrorDetail
  /** All given conditions must hold. */
  readonly status?: readonly number[]
  readonly codes?: RegExp
  readonly text?: RegExp
  readonly isPage?: true
}

/**
 * How vendors report failures, in order: the first pattern that fits decides. Words come before status codes, because
 * vendors agree on neither: a refused key may be a 400, an empty account a 429, and a passing rate limit a "quota".
 */
export const ERROR_PATTERNS: readonly ErrorPattern[] = [
  // OpenAI 403 "unsupported_country_region_territory"; Google 400 "User location is not supported for the API use.";
  // Anthropic 403 "… not available in your region". The key is fine, and no change of the request helps.
  {
    kind: 'invalid_request',
    detail: 'region',
    codes: /unsupported_country|unsupported_location|region_not_supported/,
  },
  {
    kind: 'invalid_request',
    detail: 'region',
    status: [400, 403, 451],
    text: /(?:user )?location is not supported|not (?:available|supported) in your (?:country|region|location)|country, region, or territory not supported/i,
  },
  // A page with 403 is from a gateway or firewall (a challenge, a blocked address), which says nothing of the key.
  { kind: 'overloaded', detail: 'gateway', status: [403], isPage: true },
  // MiniMax, in answers with HTTP 200: https://platform.minimax.io/docs/api-reference/errorcode
  { kind: 'auth', codes: /^base_resp_(?:1004|2049)$/m },
  { kind: 'quota_exhausted', codes: /^base_resp_(?:1008|2056)$/m },
  { kind: 'rate_limited', codes: /^base_resp_(?:1002|1039|1041)$/m },
  { kind: 'filtered', codes: /^base_resp_(?:1026|1027)$/m },
  { kind: 'invalid_request', codes: /^base_resp_(?:1042|2013)$/m },
  { kind: 'overloaded', codes: /^base_resp_\d+$/m },
  // Zhipu and Z.ai, whose sentences are Chinese: https://docs.z.ai/api-reference/api-code
  { kind: 'quota_exhausted', codes: /^(?:1113|1309)$/m },
  { kind: 'filtered', codes: /^1301$/m },
  { kind: 'context_too_long', codes: /^1261$/m },
  { kind: 'unknown_model', codes: /^1211$/m },
  { kind: 'overloaded', codes: /^1305$/m },
  // Azure 400 {"code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}; DeepSeek "Content Exists
  // Risk"; Alibaba "data_inspection_failed"; OpenAI "invalid_prompt" and "content_policy_violation".
  {
    kind: 'filtered',
    codes:
      /content_filter|responsibleaipolicy|content_policy|data_?inspection|^invalid_prompt$|moderation|safety_violation/m,
  },
  // Anthropic "Output blocked by content filtering policy"; xAI "Content violates usage guidelines"; OpenRouter 403 "Your
  // chosen model requires moderation and your input was flagged for …".
  {
    kind: 'filtered',
    text: /content exists risk|blocked by content filter|violates (?:our )?usage|input was flagged|content management policy/i,
  },
  // OpenAI 429 and Groq 413, "Request too large for gpt-4o … on tokens per min (TPM): Limit 30000, Requested 31538. The
  // input or output tokens must be reduced": the account's allowance, not the model's window, and waiting cannot help.
  { kind: 'invalid_request', status: [413, 429], text: /request too large for .*(?:tpm|tokens per min)/is },
  {
    kind: 'context_too_long',
    codes: /context_length|context_size|context_window|string_above_max_length|prompt_too_long/,
  },
  { kind: 'context_too_long', text: contextTooLongPattern() },
  {
    kind: 'unknown_model',
    codes: /model_not_found|deploymentnotfound|invalid_model|model_decommissioned|model_not_exist/,
  },
  { kind: 'unknown_model', status: [400, 403, 404, 422], text: unknownModelPattern() },
  // Gemini says "You exceeded your current quota, please check your plan and billing details" of a passing limit too:
  // only the RetryInfo beside it tells.
  { kind: 'rate_limited', status: [429], text: /retryinfo|please retry in \d/i },
  // OpenAI "insufficient_quota", "billing_hard_limit_reached"; Kimi "exceeded_current_quota_error"; Alibaba "Arrearage".
  {
    kind: 'quota_exhausted',
    codes:
      /insufficient_(?:quota|balance|credits|user_quota)|billing_|exceeded_current_quota|arrearage|payment_required|credit_limit/,
  },
  { kind: 'quota_exhausted', status: [402] },
  // DeepSeek "Insufficient Balance"; Anthropic 400 "Your credit balance is too low to access the Anthropic API"; xAI "Your
  // team has either used all available credits or reached its monthly spending limit"; OpenAI "You exceeded your current
  // quota, please check your plan and billing details"; OpenRouter "This request requires more credits".
  {
    kind: 'quota_exhausted',
    text: /insufficient (?:account )?(?:balance|credits?|funds|quota)|credit balance is too low|used all available credits|spending limit|plan and billing details|requires more credits|have any credits|account balance|余额不足|欠费/i,
  },
  // Groq: the model's own tool call or JSON did not fit. A retry may succeed.
  { kind: 'bad_response', codes: /tool_use_failed|json_validate_failed/ },
  // Anthropic "overloaded_error"; Kimi "engine_overloaded_error"; OpenAI "server_error" inside a stream.
  {
    kind: 'overloaded',
    codes:
      /overloaded|server_error|service_unavailable|internal_error|api_error$|unavailable$|slow_down|timeout_error/m,
  },
  { kind: 'rate_limited', status: [429] },
  { kind: 'rate_limited', codes: /rate_limit|too_many_requests|resource_exhausted|throttl/ },
  // Google 400 "API_KEY_INVALID"; Anthropic "authentication_error"; xAI 400 "Incorrect API key provided".
  {
    kind: 'auth',
    codes: /invalid_api_key|api_key_invalid|authentication_error|unauthenticated|permission_(?:error|denied)/,
  },
  { kind: 'auth', text: /incorrect api key|api key not valid|invalid api key|no api key|missing api key/i },
  { kind: 'auth', status: [401, 403] },
  { kind: 'unknown_model', status: [404] },
  // Cerebras sends a 413 without a body.
  { kind: 'context_too_long', status: [413] },
  // 408: the upstream gave up waiting. 409: OpenAI's lock timeout. 425: too early. 529: Anthropic's "Overloaded".
  { kind: 'overloaded', status: [408, 409, 425] },
]

/**
 * `limitTokens` of a context failure, where the sentence has it: "… > 200,000 maximum", "maximum context length is 8192".
 */
export const CONTEXT_LIMIT_TOKENS =
  /> (\d[\d,]*)(?: maximum)?|maximum (?:context|prompt) length (?:is|of) (\d[\d,]*)|with (\d[\d,]*) maximum context|allowed \((\d[\d,]*)\)|exceeds the (?:available context size \(|limit of )(\d[\d,]*)|token limit: (\d[\d,]*)|(?:tpm\): |while )limit (?:is )?(\d[\d,]*)|"n_ctx":\s*(\d[\d,]*)/i

/** The prompt's own tokens in a context failure: "(12 in the messages, …", "your messages resulted in 9216 tokens". */
export const PROMPT_TOKENS =
  /\((\d[\d,]*) (?:tokens )?in (?:the|your) (?:messages|prompt|input)|(?:messages|prompt|input) (?:resulted in|contains?(?: at least)?) (\d[\d,]*)/i

/** The largest bound that a model takes, in a refusal of one: "supports at most 4096 completion tokens". */
export const MAX_OUTPUT_LIMIT =
  /at most (\d[\d,]*) (?:completion|output) tokens|max_(?:completion_|output_)?tokens\D{0,80}(?:<=|less than or equal to|at most|up to|cannot exceed|> ?\d[\d,]*,) ?`?(\d[\d,]*)/i

/**
 * Sentences that refuse a parameter as a whole, in contrast to one of its values. The first group that matched is the
 * parameter in the vendor's own spelling.
 */
export const UNSUPPORTED_PARAMETER_PATTERNS: readonly RegExp[] = [
  // Groq "This model does not support response format `json_schema`."; Ollama "… does not support thinking"
  /does not support (response[_ ]format|thinking)/i,
  // OpenAI "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."
  // DeepSeek "This response_format type is unavailable now"
  /(?:invalid parameter: ['"`]|this )(response_format)['"`]?(?: of)? type/i,
  // OpenAI "Unsupported parameter: 'temperature' is not supported with this model."
  // OpenAI "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported."
  /unsupported (?:parameter|value): ['"`]?(\w[\w.]*\w)/i,
  // OpenAI "Unknown parameter: 'stream_options.x'."; "Unrecognized request argument supplied: stream_options"
  /(?:unknown parameter|unrecognized request arguments? supplied|unexpected keyword argument|unknown field): ?['"`]?(\w[\w.]*\w)/i,
  // Google: Invalid JSON payload received. Unknown name "seed": Cannot find field.
  /unknown name ['"\\`]*(\w[\w.]*\w)/i,
  // Groq and Cerebras "property 'seed' is unsupported"; Groq "`reasoning_effort` is not supported with this model"
  /['"`](\w[\w.]*\w)['"`] is (?:unsupported|not supported|deprecated|not permitted|not allowed|not available)/i,
  // xAI "Argument not supported on this model: stop"; "Model grok-4 does not support parameter presencePenalty."
  /(?:argument not supported on this model: |does not support (?:the )?parameter:? )['"`]?(\w[\w.]*\w)/i,
  // Fireworks "Extra inputs are not permitted, field: 'stream_options'"
  /extra inputs are not permitted, field: ['"`](\w[\w.]*\w)/i,
  // Mistral {"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted"}
  /"extra_forbidden","loc":\["body",(?:"[\w-]+",)*?"(\w[\w.]*\w)"\]/i,
  // Anthropic "This model does not support the effort parameter."
  /does not support the ['"`]?(\w+)['"`]? parameter/i,
  // Anthropic "adaptive thinking is not supported on this model"
  /adaptive (thinking) is not supported/i,
  // Anthropic "output_config: Extra inputs are not permitted"
  /([\w.]+): extra inputs are not permitted/i,
  // Anthropic "'claude-x' does not support output format."; "output_config.format.schema: …"; "Schema is too complex …"
  /does not support (output format)/i,
  // Anthropic "This model does not support assistant message prefill. The conversation must end with a user message."
  /does not support assistant message (prefill)/i,
  /\b(output_config\.format)\b/i,
  /\b(schema|compiled grammar) is too (?:complex|large)/i,
]

function contextTooLongPattern(): RegExp {
  const sentences = [
    'prompt is too long', // Anthropic "prompt is too long: 213462 tokens > 200000 maximum"
    'exceed context limit', // Anthropic "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000"
    'exceeds the context window', // OpenAI Responses "Your input exceeds the context window of this model."
    'maximum context length', // OpenAI, DeepSeek, OpenRouter, vLLM, Mistral
    'maximum prompt length is', // xAI "This model's maximum prompt length is 131072 but the request contains 537812 tokens"
    'input token count.{0,40}exceeds the maximum', // Google "The input token count (1196265) exceeds the maximum number of tokens"
    'reduce the length of the messages', // Groq "Please reduce the length of the messages or completion."
    'exceeds the available context size', // llama.cpp "the request exceeds the available context size"
    'greater than the context length', // LM Studio "tokens to keep from the initial prompt is greater than the context length"
    'prompt token count of \\d+ exceeds', // GitHub "prompt token count of 1000 exceeds the limit of 500"
    'context window exceeds limit', // MiniMax "invalid params, context window exceeds limit"
    'exceeded model token limit', // Kimi "Your request exceeded model token limit: 262144"
    'input is too long for requested model', // Amazon Bedrock
    'longer than the maximum model length', // vLLM "The decoder prompt (length 9) is longer than the maximum model length of 8"
    'tokens.{0,30}max_new_tokens.{0,10}must be <=', // Together "`inputs` tokens + `max_new_tokens` must be <= 4097"
    'too many tokens', // Cohere "too many tokens: total number of tokens in the prompt cannot exceed 4081"
    'range of input length should be', // Alibaba "Range of input length should be [1, 129024]"
  ]
  return new RegExp(sentences.join('|'), 'is')
}

function unknownModelPattern(): RegExp {
  const sentences = [
    'model [`\'"]?[^`\'" ]+[`\'"]? (?:does not exist|not found|is not found)', // OpenAI, Groq, xAI, Cerebras, Ollama
    'requested model.{0,120}does not exist', // OpenAI Responses "The requested model 'x' does not exist."
    'models?/\\S+ is not found', // Google "models/x is not found for API version v1beta"
    '^model: ', // Anthropic 404 "model: claude-x"
    'model not exist', // DeepSeek "Model Not Exist"
    'invalid model', // Mistral "Invalid model: x"
    'not a valid model', // OpenRouter "x is not a valid model ID"
    'no endpoints found', // OpenRouter 404 "No endpoints found for x."
    'unable to access model', // Together
    'model has been decommissioned', // Groq
    'deployment for this resource does not exist', // Azure
  ]
  return new RegExp(sentences.join('|'), 'im')
}
