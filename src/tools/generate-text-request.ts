import { z } from 'zod'
import { WAIT_SECONDS } from '../agents/shared/wait.ts'
import type { GenerateRequest, Message, Part, Setting } from '../contract/generate.ts'
import { toImageType } from './image-type.ts'
import { UserError } from './tool.ts'

const part = z.union([
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('image'), mime_type: z.string().regex(/^image\//), data: z.base64() }),
])

/** The input of `generate_text`. */
export const input = z.object({
  prompt: z.string().min(1).optional().describe('Or give `messages`.'),
  messages: z
    .array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.union([z.string(), z.array(part)]) }))
    .min(1)
    .optional()
    .describe('Images: PNG, JPEG, GIF or WebP as base64; most vendors take 5 MB each, a call 11 MB in all.'),
  system: z.string().optional(),
  model: z.string().default('auto').describe('`provider/model`, an alias, or `auto`. See list_models.'),
  fallbacks: z.array(z.string()).optional().describe('Models to try next, in order.'),
  max_output_tokens: z.int().min(1).max(1_000_000).optional(),
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
  stop: z.array(z.string().min(1)).max(4).optional(),
  seed: z.int().optional(),
  reasoning_effort: z.enum(['none', 'low', 'medium', 'high']).optional(),
  json_schema: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('The answer will be JSON that fits this JSON Schema.'),
  max_cost_usd: z.number().min(0).optional().describe('Refused if the call could cost more.'),
  timeout_ms: z.int().min(1).max(3_600_000).optional().describe('Deadline of the whole call.'),
  conversation_id: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .optional()
    .describe('Any name: starts or continues a conversation saved here.'),
  wait_seconds: z
    .number()
    .min(0)
    .max(3600)
    .default(WAIT_SECONDS)
    .describe('Then it answers `running` with the text so far, and the call goes on.'),
  call_id: z.string().max(64).optional().describe('Wait for, or read, an earlier call. Nothing else is needed.'),
  offset: z.int().min(0).optional().describe('With call_id: read from this character on.'),
})

export type GenerateTextInput = z.output<typeof input>
type Content = NonNullable<GenerateTextInput['messages']>[number]['content']

/** The input as a request about `messages`. All system texts become one, whatever their place. */
export function toGenerateRequest(input: GenerateTextInput, messages: readonly Message[]): GenerateRequest {
  const system = [
    input.system,
    ...(input.messages ?? [])
      .filter((message) => message.role === 'system')
      .map((message) => contentText(message.content)),
  ]
  const text = system.filter((each) => each).join('\n\n')
  return {
    model: input.model,
    messages: messages.filter((message) => !isEmptyAnswer(message)),
    ...(input.fallbacks && { fallbacks: input.fallbacks }),
    ...(text && { system: text }),
    ...(input.max_output_tokens !== undefined && { maxOutputTokens: input.max_output_tokens }),
    ...(input.temperature !== undefined && { temperature: input.temperature }),
    ...(input.top_p !== undefined && { topP: input.top_p }),
    ...(input.stop && { stop: input.stop }),
    ...(input.seed !== undefined && { seed: input.seed }),
    ...(input.reasoning_effort && { reasoningEffort: input.reasoning_effort }),
    ...(input.json_schema && { json: { schema: input.json_schema } }),
  }
}

/** Vendors refuse a request that holds an empty message of the assistant, so it is not sent. */
function isEmptyAnswer(message: Message): boolean {
  if (message.role !== 'assistant' || message.calls?.length) return false
  return message.parts.every((each) => each.type === 'text' && each.text.trim() === '')
}

function contentText(content: Content): string {
  return toParts(content)
    .map((each) => (each.type === 'text' ? each.text : ''))
    .join('')
}

/**
 * The messages that the input adds to the conversation: `messages`, then `prompt`. Throws `UserError` where there is
 * neither.
 */
export function toMessages({ prompt, messages = [] }: GenerateTextInput): readonly Message[] {
  if (prompt === undefined && messages.length === 0) {
    throw new UserError('Say what to write: give `prompt`, or `messages` with at least one message.')
  }
  const given = messages.flatMap((message): Message[] =>
    message.role === 'system' ? [] : [{ role: message.role, parts: toParts(message.content) }],
  )
  return prompt === undefined ? given : [...given, { role: 'user', parts: [{ type: 'text', text: prompt }] }]
}

function toParts(content: Content): readonly Part[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return content.map((each) =>
    each.type === 'text'
      ? each
      : { type: 'image', mimeType: toImageType(each.data, each.mime_type), base64: each.data },
  )
}

/** Each setting's name in the input. */
export const INPUT_NAMES: Readonly<Record<Setting, string>> = {
  temperature: 'temperature',
  topP: 'top_p',
  stop: 'stop',
  seed: 'seed',
  reasoningEffort: 'reasoning_effort',
  json: 'json_schema',
  tools: 'tools',
  toolChoice: 'tool_choice',
  images: 'images',
  maxOutputTokens: 'max_output_tokens',
}
