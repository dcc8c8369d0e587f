import { z } from 'zod'
import { collect } from '../contract/collect.ts'
import type { Attempt, GenerateEvent, GenerateRequest, Message, Part, Setting, Usage } from '../contract/generate.ts'
import { usd } from '../report.ts'
import { recall, remember } from './conversation.ts'
import { type On, tool, UserError } from './tool.ts'

/** What a result may hold of an answer; the rest of a longer one is in its resource. */
const TEXT_CHARS = 36_000
/** The same for JSON, which a result holds twice: as text and as a value. */
const JSON_CHARS = 18_000

const part = z.union([
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('image'), mime_type: z.string().regex(/^image\//), data: z.base64() }),
])

const input = z.object({
  prompt: z.string().min(1).optional().describe('Or give `messages`.'),
  messages: z
    .array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.union([z.string(), z.array(part)]) }))
    .min(1)
    .optional(),
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
  timeout_ms: z.int().min(1).max(3_600_000).optional(),
  conversation_id: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .optional()
    .describe('Any name: begins or continues a conversation saved here.'),
})

const count = z.int().nullable()
const usage = z.object({
  input_tokens: count,
  cached_input_tokens: count,
  output_tokens: count,
  reasoning_tokens: count,
})
const money = z.number().nullable()

const output = z.object({
  text: z.string(),
  json: z.unknown().optional(),
  model: z.string(),
  finish_reason: z.enum(['stop', 'length', 'content_filter', 'tool_calls']),
  usage,
  cost_usd: money,
  latency_ms: z.number(),
  first_token_ms: z.number().nullable(),
  attempts: z.array(z.object({ model: z.string(), outcome: z.string(), latency_ms: z.number(), cost_usd: money })),
  ignored_settings: z.array(z.string()),
  conversation_id: z.string().nullable(),
  resource: z.string().optional(),
  warnings: z.array(z.string()).optional(),
})

type Input = z.output<typeof input>

export default tool({
  name: 'generate_text',
  title: 'Generate text',
  description:
    'Ask any language model to write, answer or judge: another opinion, another style, JSON by schema, a look at an image. Falls back to other models on failure, keeps to budgets, says who answered and what it cost.',
  input,
  output,
  hints: { readOnly: false, destructive: false, idempotent: false, openWorld: true },
  prose: ['text'],
  async run(asked, on) {
    const { app } = on
    const { world } = app
    const at = world.now()
    const earlier = asked.conversation_id ? await recall(app, asked.conversation_id) : []
    const added = messagesOf(asked)
    const attempts: Attempt[] = []
    const id = world.id()
    const stream = app.generate(requestOf(asked, [...earlier, ...added]), {
      id,
      tool: 'generate_text',
      signal: on.signal,
      onAttempt: (attempt) => attempts.push(attempt),
      ...(asked.timeout_ms !== undefined && { deadline: at + asked.timeout_ms }),
      ...(asked.max_cost_usd !== undefined && { maxMicroUsd: Math.floor(asked.max_cost_usd * 1_000_000) }),
    })
    const answer = await collect(told(stream, on))
    const saved =
      asked.conversation_id !== undefined && (await remember(app, asked.conversation_id, added, answer.text))
    const warnings = attempts.flatMap((attempt) => attempt.warnings ?? [])
    const room = asked.json_schema ? JSON_CHARS : TEXT_CHARS
    const resource = answer.text.length > room ? app.answers.keep(id, answer.text) : undefined
    return {
      text: resource ? beginningOf(answer.text, room, resource) : answer.text,
      ...(asked.json_schema && !resource && { json: JSON.parse(answer.text) as unknown }),
      model: `${answer.provider}/${answer.model}`,
      finish_reason: answer.finish,
      usage: usageOf(answer.usage),
      cost_usd: costOf(attempts),
      latency_ms: Math.round(world.now() - at),
      first_token_ms: firstTokenMs(attempts, at),
      attempts: attempts.map((attempt) => ({
        model: attempt.model,
        outcome: attempt.outcome,
        latency_ms: Math.round(attempt.latencyMs),
        cost_usd: usd(attempt.microUsd),
      })),
      ignored_settings: [
        ...answer.ignored.map((setting) => NAME_OF[setting]),
        ...(asked.conversation_id !== undefined && !saved ? ['conversation_id'] : []),
      ],
      conversation_id: saved ? (asked.conversation_id ?? null) : null,
      ...(resource && { resource }),
      ...(warnings.length > 0 && { warnings }),
    }
  },
})

const NAME_OF: Readonly<Record<Setting, string>> = {
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

function messagesOf({ prompt, messages = [] }: Input): readonly Message[] {
  if (prompt === undefined && messages.length === 0) {
    throw new UserError('Say what to write: give `prompt`, or `messages` with at least one message.')
  }
  const given = messages.flatMap((message): Message[] =>
    message.role === 'system' ? [] : [{ role: message.role, parts: partsOf(message.content) }],
  )
  return prompt === undefined ? given : [...given, { role: 'user', parts: [{ type: 'text', text: prompt }] }]
}

function partsOf(content: NonNullable<Input['messages']>[number]['content']): readonly Part[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return content.map((each) =>
    each.type === 'text' ? each : { type: 'image', mimeType: each.mime_type, base64: each.data },
  )
}

function requestOf(asked: Input, messages: readonly Message[]): GenerateRequest {
  const system = [
    asked.system,
    ...(asked.messages ?? []).filter((message) => message.role === 'system').map((message) => textIn(message.content)),
  ]
  const text = system.filter((each) => each).join('\n\n')
  return {
    model: asked.model,
    messages,
    ...(asked.fallbacks && { fallbacks: asked.fallbacks }),
    ...(text && { system: text }),
    ...(asked.max_output_tokens !== undefined && { maxOutputTokens: asked.max_output_tokens }),
    ...(asked.temperature !== undefined && { temperature: asked.temperature }),
    ...(asked.top_p !== undefined && { topP: asked.top_p }),
    ...(asked.stop && { stop: asked.stop }),
    ...(asked.seed !== undefined && { seed: asked.seed }),
    ...(asked.reasoning_effort && { reasoningEffort: asked.reasoning_effort }),
    ...(asked.json_schema && { json: { schema: asked.json_schema } }),
  }
}

function textIn(content: NonNullable<Input['messages']>[number]['content']): string {
  return partsOf(content)
    .map((each) => (each.type === 'text' ? each.text : ''))
    .join('')
}

/** Passes a stream through, telling the person the text as it comes, in pieces that a client can keep up with. */
async function* told(stream: AsyncIterable<GenerateEvent>, { app, progress }: On): AsyncGenerator<GenerateEvent> {
  const PIECE_MS = 100
  let piece = ''
  let at = app.world.now()
  for await (const event of stream) {
    if (event.type === 'start') {
      const does = event.continues ? 'goes on from there' : 'is answering'
      progress({ message: `${event.provider}/${event.model} ${does}`, done: 0 })
    }
    if (event.type === 'text') piece += event.text
    if (piece && (app.world.now() - at >= PIECE_MS || event.type === 'end')) {
      progress({ message: piece })
      piece = ''
      at = app.world.now()
    }
    yield event
  }
}

function beginningOf(text: string, chars: number, resource: string): string {
  return `${text.slice(0, chars)}\n\n[The beginning of ${text.length} characters. The whole text is the resource ${resource}.]`
}

function usageOf(usage: Usage): z.output<typeof output>['usage'] {
  return {
    input_tokens: usage.inputTokens ?? null,
    cached_input_tokens: usage.cachedInputTokens ?? null,
    output_tokens: usage.outputTokens ?? null,
    reasoning_tokens: usage.reasoningTokens ?? null,
  }
}

/** From the call to the first word of the answer, whoever began it. */
function firstTokenMs(attempts: readonly Attempt[], at: number): number | null {
  const first = attempts.find((attempt) => attempt.firstTokenMs !== undefined)
  return first?.firstTokenMs === undefined ? null : Math.round(first.at + first.firstTokenMs - at)
}

/** The cost of all attempts together; unknown as soon as one of them is. */
function costOf(attempts: readonly Attempt[]): number | null {
  return attempts.every((attempt) => attempt.microUsd !== undefined)
    ? usd(attempts.reduce((sum, attempt) => sum + (attempt.microUsd ?? 0), 0))
    : null
}
