import { z } from 'zod'
import type { App } from '../app.ts'
import { collectAnswer } from '../contract/collect.ts'
import type { Attempt, GenerateEvent } from '../contract/generate.ts'
import { toReportUsage, toUsd } from '../report.ts'
import type { StartedCall, TextCall, TextCallRun, TextOutcome } from '../text-calls.ts'
import { findPieceEnd } from './answer-piece.ts'
import { appendToConversation, loadConversation } from './conversation.ts'
import { type GenerateTextInput, INPUT_NAMES, input, toGenerateRequest, toMessages } from './generate-text-request.ts'
import { parseJsonAnswer } from './json-answer.ts'
import { withTextProgress } from './stream-progress.ts'
import { defineTool, UserError } from './tool.ts'
import { appendWarnings, takeSettingsWarnings } from './warnings.ts'

// Counts are numbers, not integers, because a strict client throws the whole answer away for a fractional count.
const count = z.number().nullable()
const money = z.number().nullable()

const output = z.object({
  status: z.enum(['running', 'complete', 'failed', 'cancelled']),
  text: z.string(),
  json: z.unknown().optional().describe('The parsed answer.'),
  model: z.string().nullable(),
  finish_reason: z.enum(['stop', 'length', 'content_filter', 'tool_calls']).nullable(),
  usage: z.object({
    input_tokens: count,
    cached_input_tokens: count,
    output_tokens: count,
    reasoning_tokens: count,
  }),
  cost_usd: money,
  latency_ms: z.number(),
  first_token_ms: z.number().nullable(),
  attempts: z.array(z.object({ model: z.string(), outcome: z.string(), latency_ms: z.number(), cost_usd: money })),
  ignored_settings: z.array(z.string()),
  conversation_id: z.string().nullable(),
  call_id: z.string(),
  resource: z.string().optional(),
  next: z.string().optional(),
  warnings: z.array(z.string()).optional(),
})
type Output = z.output<typeof output>

export default defineTool({
  name: 'generate_text',
  title: 'Generate text',
  description:
    'Ask any LLM (GPT, Claude, Gemini, DeepSeek, Mistral, local models) to write, answer, translate, review or judge: a second opinion from another model, another style, JSON by schema, a look at an image. Falls back to other models on failure, keeps to budgets, and reports the model, tokens and cost. While the status is `running`, call again with its call_id.',
  input,
  output,
  hints: { readOnly: false, destructive: false, idempotent: false, openWorld: true },
  prose: ['next', 'text'],
  async run(input, { app, signal, progress }) {
    const { call, isJoined } = input.call_id === undefined ? startCall(app, input) : findCall(app, input.call_id)
    try {
      const waitMs = input.wait_seconds * 1_000
      const outcome = await call.wait({ waitMs, signal, onProgress: progress })
      const result = outcome === 'running' ? toRunningResult(app, call) : toResult(app, call, outcome, input.offset)
      return isJoined ? { ...result, warnings: [...(result.warnings ?? []), JOINED] } : result
    } catch (error) {
      if (input.call_id !== undefined && call.text !== '' && !signal.aborted)
        return toEndedResult(app, call, input, error)
      throw appendWarnings(error, [...collectWarnings(call.attempts), ...describeKeptText(call)])
    }
  },
})

const JOINED =
  'The same question was being answered already, so this is that call: nothing was asked twice. For another answer, change the question or the seed.'

function startCall(app: App, input: GenerateTextInput): StartedCall {
  const { wait_seconds: _, call_id: __, offset: ___, ...question } = input
  const newMessages = toMessages(input)
  // Two calls with the same question are the same call sent twice.
  const key = process
    .getBuiltinModule('node:crypto')
    .createHash('sha256')
    .update(JSON.stringify(question))
    .digest('hex')
  return app.textCalls.start(key, async (call): Promise<TextOutcome> => {
    const history = input.conversation_id ? await loadConversation(app, input.conversation_id) : []
    const stream = app.generate(toGenerateRequest(input, [...history, ...newMessages]), {
      id: call.id,
      tool: 'generate_text',
      signal: call.signal,
      onAttempt: call.addAttempt,
      ...(input.timeout_ms !== undefined && { deadline: call.startedAt + input.timeout_ms }),
      ...(input.max_cost_usd !== undefined && { maxMicroUsd: Math.floor(input.max_cost_usd * 1_000_000) }),
    })
    const answer = await collectAnswer(withTextProgress(keepText(stream, call), app.world, call.report))
    const isEmpty = answer.text.trim() === ''
    const saved =
      input.conversation_id !== undefined &&
      !isEmpty &&
      (await appendToConversation(app, input.conversation_id, newMessages, answer.text))
    const isUnsaved = input.conversation_id !== undefined && !saved
    return {
      answer,
      isJson: input.json_schema !== undefined,
      endedAt: app.world.now(),
      conversationId: saved ? (input.conversation_id ?? null) : null,
      ignored: [...answer.ignored.map((setting) => INPUT_NAMES[setting]), ...(isUnsaved ? ['conversation_id'] : [])],
      warnings:
        isUnsaved && isEmpty ? ['The answer is empty, so this exchange was not saved to the conversation.'] : [],
    }
  })
}

async function* keepText(stream: AsyncIterable<GenerateEvent>, call: TextCallRun): AsyncGenerator<GenerateEvent> {
  for await (const event of stream) {
    if (event.type === 'text') call.addText(event.text)
    yield event
  }
}

function findCall(app: App, id: string): StartedCall {
  const call = app.textCalls.get(id)
  if (call) return { call, isJoined: false }
  throw new UserError(
    `There is no call "${id}" here: the newest calls are kept until the server stops. usage://calls/${id} says what it cost; to ask again, leave call_id out.`,
  )
}

function toResult(app: App, call: TextCall, outcome: TextOutcome, offset = 0): Output {
  const { answer } = outcome
  const piece = toPiece(call, answer.text, offset)
  const json = outcome.isJson && !piece.resource ? parseJsonAnswer(answer.text) : undefined
  const warnings = [
    ...collectWarnings(call.attempts),
    ...outcome.warnings,
    ...(json?.warnings ?? []),
    ...describeCancelledBefore(call),
    ...takeSettingsWarnings(app, 'generate_text'),
  ]
  return {
    status: 'complete',
    ...piece,
    ...(json && { json: json.value }),
    model: `${answer.provider}/${answer.model}`,
    finish_reason: answer.finish,
    usage: toReportUsage(answer.usage),
    latency_ms: Math.round(outcome.endedAt - call.startedAt),
    ...describeAttempts(call),
    ignored_settings: [...outcome.ignored],
    conversation_id: outcome.conversationId,
    call_id: call.id,
    ...(warnings.length > 0 && { warnings }),
  }
}

function toRunningResult(app: App, call: TextCall): Output {
  const warnings = takeSettingsWarnings(app, 'generate_text')
  return {
    ...toUnfinishedResult(app, call, 'running'),
    next: `The answer is still being written (${call.text.length} characters so far): call generate_text with call_id "${call.id}" to wait for it. Do not send the question again.`,
    ...(warnings.length > 0 && { warnings: [...warnings] }),
  }
}

/** A call that failed or was cancelled after some text, which was asked for again by its id. */
function toEndedResult(app: App, call: TextCall, { offset }: GenerateTextInput, error: unknown): Output {
  const reason = error instanceof Error ? error.message : 'It failed.'
  const result = { ...toUnfinishedResult(app, call, call.status), ...toPiece(call, call.text, offset ?? 0) }
  return { ...result, next: [`The answer is incomplete: ${reason}`, result.next].filter(Boolean).join(' ') }
}

function toUnfinishedResult(app: App, call: TextCall, status: Output['status']): Output {
  const text = call.text
  const end = findPieceEnd(text, 0)
  return {
    status,
    text: text.slice(0, end),
    model: null,
    finish_reason: null,
    usage: toReportUsage({}),
    latency_ms: Math.round(app.world.now() - call.startedAt),
    ...describeAttempts(call),
    // Known when the call ends.
    cost_usd: null,
    ignored_settings: [],
    conversation_id: null,
    call_id: call.id,
    ...(end < text.length && { resource: `answer://${call.id}` }),
  }
}

/** The part of the text that a result holds, with how to read the rest where there is more. */
function toPiece(call: TextCall, text: string, offset: number): Pick<Output, 'text' | 'resource' | 'next'> {
  const end = findPieceEnd(text, offset)
  if (offset === 0 && end === text.length) return { text }
  const resource = `answer://${call.id}`
  const range = `Characters ${Math.min(offset, text.length)} to ${end} of ${text.length}`
  const rest =
    end < text.length
      ? ` The rest: call generate_text with call_id "${call.id}" and offset ${end}, or read the resource ${resource}.`
      : ''
  return { text: text.slice(offset, end), resource, next: `${range}.${rest}` }
}

function describeAttempts({ attempts, startedAt }: TextCall): Pick<Output, 'cost_usd' | 'first_token_ms' | 'attempts'> {
  const first = attempts.find((attempt) => attempt.firstTokenMs !== undefined)
  return {
    cost_usd: totalCostUsd(attempts),
    first_token_ms: first?.firstTokenMs === undefined ? null : Math.round(first.at + first.firstTokenMs - startedAt),
    attempts: attempts.map((attempt) => ({
      model: attempt.model,
      outcome: attempt.outcome,
      latency_ms: Math.round(attempt.latencyMs),
      cost_usd: toUsd(attempt.microUsd),
    })),
  }
}

/** The cost of all attempts together; unknown as soon as one of them is. */
function totalCostUsd(attempts: readonly Attempt[]): number | null {
  return attempts.every((attempt) => attempt.microUsd !== undefined)
    ? toUsd(attempts.reduce((sum, attempt) => sum + (attempt.microUsd ?? 0), 0))
    : null
}

function collectWarnings(attempts: readonly Attempt[]): string[] {
  return attempts.flatMap((attempt) => attempt.warnings ?? [])
}

function describeKeptText({ id, text }: TextCall): string[] {
  if (text === '') return []
  return [`The ${text.length} characters written until then can be read: call generate_text with call_id "${id}".`]
}

function describeCancelledBefore({ cancelledBefore: earlier }: TextCall): string[] {
  if (!earlier) return []
  return [
    `An earlier call with the same question was cancelled after ${earlier.text.length} characters: call_id "${earlier.id}" reads them. If the client gave up waiting, a smaller wait_seconds avoids it.`,
  ]
}
