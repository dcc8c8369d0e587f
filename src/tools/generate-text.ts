import { z } from 'zod'
import { collectAnswer } from '../contract/collect.ts'
import type { Attempt } from '../contract/generate.ts'
import { toReportUsage, toUsd } from '../report.ts'
import { appendWarnings } from './budget-warnings.ts'
import { appendToConversation, loadConversation } from './conversation.ts'
import { INPUT_NAMES, input, toGenerateRequest, toMessages } from './generate-text-request.ts'
import { withTextProgress } from './stream-progress.ts'
import { defineTool } from './tool.ts'

/** What a result may hold of an answer; the rest of a longer one is in its resource. */
const MAX_TEXT_CHARS = 36_000
/** The same for JSON, which a result holds twice: as text and as a value. */
const MAX_JSON_CHARS = 18_000

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

export default defineTool({
  name: 'generate_text',
  title: 'Generate text',
  description:
    'Ask any language model to write, answer or judge: another opinion, another style, JSON by schema, a look at an image. Falls back to other models on failure, keeps to budgets, says who answered and what it cost.',
  input,
  output,
  hints: { readOnly: false, destructive: false, idempotent: false, openWorld: true },
  prose: ['text'],
  async run(input, context) {
    const { app } = context
    const { world } = app
    const startedAt = world.now()
    const history = input.conversation_id ? await loadConversation(app, input.conversation_id) : []
    const newMessages = toMessages(input)
    const attempts: Attempt[] = []
    const id = world.id()
    const stream = app.generate(toGenerateRequest(input, [...history, ...newMessages]), {
      id,
      tool: 'generate_text',
      signal: context.signal,
      onAttempt: (attempt) => attempts.push(attempt),
      ...(input.timeout_ms !== undefined && { deadline: startedAt + input.timeout_ms }),
      ...(input.max_cost_usd !== undefined && { maxMicroUsd: Math.floor(input.max_cost_usd * 1_000_000) }),
    })
    const answer = await collectAnswer(withTextProgress(stream, world, context.progress)).catch((error: unknown) => {
      throw appendWarnings(error, collectWarnings(attempts))
    })
    const saved =
      input.conversation_id !== undefined &&
      (await appendToConversation(app, input.conversation_id, newMessages, answer.text))
    const warnings = collectWarnings(attempts)
    const maxChars = input.json_schema ? MAX_JSON_CHARS : MAX_TEXT_CHARS
    const resource = answer.text.length > maxChars ? app.answers.add(id, answer.text) : undefined
    return {
      text: resource ? truncateText(answer.text, maxChars, resource) : answer.text,
      ...(input.json_schema && !resource && { json: JSON.parse(answer.text) as unknown }),
      model: `${answer.provider}/${answer.model}`,
      finish_reason: answer.finish,
      usage: toReportUsage(answer.usage),
      cost_usd: totalCostUsd(attempts),
      latency_ms: Math.round(world.now() - startedAt),
      first_token_ms: timeToFirstTokenMs(attempts, startedAt),
      attempts: attempts.map((attempt) => ({
        model: attempt.model,
        outcome: attempt.outcome,
        latency_ms: Math.round(attempt.latencyMs),
        cost_usd: toUsd(attempt.microUsd),
      })),
      ignored_settings: [
        ...answer.ignored.map((setting) => INPUT_NAMES[setting]),
        ...(input.conversation_id !== undefined && !saved ? ['conversation_id'] : []),
      ],
      conversation_id: saved ? (input.conversation_id ?? null) : null,
      ...(resource && { resource }),
      ...(warnings.length > 0 && { warnings }),
    }
  },
})

function collectWarnings(attempts: readonly Attempt[]): string[] {
  return attempts.flatMap((attempt) => attempt.warnings ?? [])
}

function truncateText(text: string, maxChars: number, resource: string): string {
  return `${text.slice(0, maxChars)}\n\n[The beginning of ${text.length} characters. The whole text is the resource ${resource}.]`
}

/** From the call to the first word of the answer, whoever began it. */
function timeToFirstTokenMs(attempts: readonly Attempt[], startedAt: number): number | null {
  const first = attempts.find((attempt) => attempt.firstTokenMs !== undefined)
  return first?.firstTokenMs === undefined ? null : Math.round(first.at + first.firstTokenMs - startedAt)
}

/** The cost of all attempts together; unknown as soon as one of them is. */
function totalCostUsd(attempts: readonly Attempt[]): number | null {
  return attempts.every((attempt) => attempt.microUsd !== undefined)
    ? toUsd(attempts.reduce((sum, attempt) => sum + (attempt.microUsd ?? 0), 0))
    : null
}
