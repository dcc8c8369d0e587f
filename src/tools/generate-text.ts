import { z } from 'zod'
import { collect } from '../contract/collect.ts'
import type { Attempt } from '../contract/generate.ts'
import { usageOf, usd } from '../report.ts'
import { recall, remember } from './conversation.ts'
import { input, messagesOf, NAME_OF, requestOf } from './generate-text-request.ts'
import { told } from './told.ts'
import { tool } from './tool.ts'
import { warnedError } from './warned.ts'

/** What a result may hold of an answer; the rest of a longer one is in its resource. */
const TEXT_CHARS = 36_000
/** The same for JSON, which a result holds twice: as text and as a value. */
const JSON_CHARS = 18_000

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
    const answer = await collect(told(stream, world, on.progress)).catch((error: unknown) => {
      throw warnedError(error, warningsOf(attempts))
    })
    const saved =
      asked.conversation_id !== undefined && (await remember(app, asked.conversation_id, added, answer.text))
    const warnings = warningsOf(attempts)
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

function warningsOf(attempts: readonly Attempt[]): string[] {
  return attempts.flatMap((attempt) => attempt.warnings ?? [])
}

function beginningOf(text: string, chars: number, resource: string): string {
  return `${text.slice(0, chars)}\n\n[The beginning of ${text.length} characters. The whole text is the resource ${resource}.]`
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
