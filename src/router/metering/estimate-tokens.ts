import type { GenerateRequest, Part } from '../../contract/generate.ts'

/** How many tokens a request's input may be, before the provider has counted them. */
export interface InputEstimate {
  /** Surely no fewer: what a window must at least hold. */
  readonly min: number
  /** What is booked when the provider never told. */
  readonly expected: number
  /** Surely no more: what a hold is made for. */
  readonly max: number
}

/**
 * Estimates from bytes of UTF-8, without a tokenizer. A byte-level vocabulary never makes more tokens than bytes, so
 * the bytes are the upper bound; three bytes a token is on the dear side of the four or so of English prose, and right
 * for scripts of three bytes a character; six is above what common vocabularies reach over whole texts.
 */
export function estimateInputTokens(request: GenerateRequest, model: string): InputEstimate {
  const { bytes, images } = measureRequest(request)
  const tools = request.tools?.length ?? 0
  const overheadTokens =
    REQUEST_TOKENS +
    MESSAGE_TOKENS * request.messages.length +
    TOOL_TOKENS * tools +
    (tools > 0 ? TOOL_PROMPT_TOKENS : 0)
  const maxImageTokens = /gpt-4o-mini/.test(model) ? IMAGE_TOKENS.gpt4oMini : IMAGE_TOKENS.max
  return {
    min: Math.floor(bytes / 6) + IMAGE_TOKENS.min * images,
    expected: tokensFromBytes(bytes) + IMAGE_TOKENS.expected * images,
    max: bytes + overheadTokens + (request.json ? SCHEMA_TOKENS : 0) + maxImageTokens * images,
  }
}

/** Bytes of output as tokens, where the provider did not count them. */
export function tokensFromBytes(bytes: number): number {
  return Math.ceil(bytes / 3)
}

/** What a vendor wraps around a request, around each message, and around tools and schemas, generously. */
const REQUEST_TOKENS = 64
const MESSAGE_TOKENS = 16
const TOOL_TOKENS = 64
/** Anthropic adds a system prompt of 264 to 804 tokens when there are tools. */
const TOOL_PROMPT_TOKENS = 1_024
const SCHEMA_TOKENS = 512

/**
 * OpenAI's tiles and patches stay under 3,800 for an image and Anthropic's under 4,800, but gpt-4o-mini counts 2,833
 * and 5,667 for each of up to eight tiles.
 */
const IMAGE_TOKENS = { min: 60, expected: 1_000, max: 6_000, gpt4oMini: 50_000 } as const

function measureRequest(request: GenerateRequest): { readonly bytes: number; readonly images: number } {
  let bytes = utf8Length(request.system ?? '')
  let images = 0
  const add = (part: Part): void => {
    if (part.type === 'text') bytes += utf8Length(part.text)
    else images++
  }
  for (const message of request.messages) {
    for (const part of message.parts) add(part)
    if (message.role === 'assistant' && message.calls) bytes += utf8Length(JSON.stringify(message.calls))
    if (message.role === 'tool') bytes += utf8Length(message.callId)
  }
  if (request.tools) bytes += utf8Length(JSON.stringify(request.tools))
  if (request.json) bytes += utf8Length(JSON.stringify(request.json))
  return { bytes, images }
}

export function utf8Length(text: string): number {
  return Buffer.byteLength(text, 'utf8')
}
