import type { GenerateRequest, Part } from '../../contract/generate.ts'
import { utf8Length } from '../../lib/text.ts'

/** How many tokens a request's input may be, before the provider has counted them. */
export interface InputEstimate {
  /** Never more than the real count: a window must hold at least this much. */
  readonly min: number
  /** Booked where the provider did not report a count. */
  readonly expected: number
  /** Never less than the real count: holds are made for it. */
  readonly max: number
}

/** The size of a prompt as it is sent. */
export interface PromptSize {
  /** UTF-8 bytes of all texts, tools and schemas. */
  readonly bytes: number
  readonly images: number
  readonly messages: number
  readonly tools: number
  readonly hasSchema: boolean
}

/** Reads the whole request once; the layers of a call share the result. */
export function measurePrompt(request: GenerateRequest): PromptSize {
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
  const tools = request.tools?.length ?? 0
  return { bytes, images, messages: request.messages.length, tools, hasSchema: request.json !== undefined }
}

/**
 * Estimates tokens from UTF-8 bytes, without a tokenizer. A byte-level vocabulary never makes more tokens than bytes, so
 * the bytes are the upper bound. Three bytes a token is slightly above the four of English prose and right for scripts
 * of three bytes a character; six is above what common vocabularies reach over whole texts.
 */
export function estimateInputTokens(size: PromptSize, model: string): InputEstimate {
  const overheadTokens =
    REQUEST_TOKENS +
    MESSAGE_TOKENS * size.messages +
    TOOL_TOKENS * size.tools +
    (size.tools > 0 ? TOOL_PROMPT_TOKENS : 0) +
    (size.hasSchema ? SCHEMA_TOKENS : 0)
  const maxImageTokens = /gpt-4o-mini/.test(model) ? IMAGE_TOKENS.gpt4oMini : IMAGE_TOKENS.max
  return {
    min: Math.floor(size.bytes / MAX_BYTES_PER_TOKEN) + IMAGE_TOKENS.min * size.images,
    expected: tokensFromBytes(size.bytes) + IMAGE_TOKENS.expected * size.images,
    max: size.bytes + overheadTokens + maxImageTokens * size.images,
  }
}

/** Tokens of so many bytes of output, where the provider did not count them. */
export function tokensFromBytes(bytes: number): number {
  return Math.ceil(bytes / 3)
}

const MAX_BYTES_PER_TOKEN = 6

/** Upper bounds of what a vendor adds around a request, around each message, and around tools and schemas. */
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
