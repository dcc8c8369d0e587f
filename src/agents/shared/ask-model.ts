import { z } from 'zod'
import { type Answer, collectAnswer } from '../../contract/collect.ts'
import { type Failure, GenerateError } from '../../contract/errors.ts'
import type {
  Attempt,
  Generate,
  GenerateEvent,
  GenerateRequest,
  Message,
  ReasoningEffort,
} from '../../contract/generate.ts'

/**
 * Asks for one JSON value of a zod schema. The router ensures that the answer fits the schema; the problems of `check` go
 * back to the model a bounded number of times. The meter counts every attempt, and all questions of an asker together stay
 * under its cap.
 *
 * Throws `GenerateError`: the errors of `Generate` (`bad_response` where no answer fits the schema); `over_budget` when the
 * cap is used up; `filtered` when the model declined; `bad_response`, with the last problems, when no answer passes.
 */
export async function askModel<T>(asker: ModelAsker, question: Question<T>): Promise<T> {
  const rounds = 1 + (question.maxRepairs ?? 1)
  const json = { name: question.name, schema: jsonSchema(question.schema) }
  let messages: readonly Message[] = [...(question.history ?? []), textMessage('user', question.prompt)]
  let usable: T | undefined
  let problems: readonly string[] = []
  for (let round = 0; round < rounds; round++) {
    const { maxOutputTokens, system } = question
    const answer = await askOnce(asker, { system, messages, json, maxOutputTokens })
    const read = readAnswer(answer.text, question)
    if (read.problems.length === 0 && read.value !== undefined) return read.value
    usable = read.value ?? usable
    problems = read.problems
    messages = [...messages, textMessage('assistant', answer.text), textMessage('user', repairPrompt(problems))]
  }
  const fixed = usable === undefined ? undefined : question.fixInvalid?.(usable)
  if (fixed !== undefined) return fixed
  throw new GenerateError(
    { kind: 'bad_response' },
    `The model gave no usable answer for ${question.subject}: ${problems.slice(0, 3).join(' ')} Try another model.`,
  )
}

/** The model, the tool and the spending limit of a run: the same for all its questions. */
export interface ModelAsker {
  readonly generate: Generate
  readonly model: string
  readonly fallbacks?: readonly string[]
  /** The tool's name, for the ledger. */
  readonly tool: string
  readonly signal: AbortSignal
  readonly newId: () => string
  readonly meter: SpendingMeter
  /** The most that everything on the meter together may cost, in micro-dollars. */
  readonly capMicroUsd?: number
  readonly reasoningEffort?: ReasoningEffort
  /** Called with each warning of an attempt, a sentence for a person. */
  readonly warn?: (message: string) => void
}

export interface Question<T> {
  /** The name of the schema, in snake case. */
  readonly name: string
  /** The subject in errors: `the outline`. */
  readonly subject: string
  readonly schema: z.ZodType<T>
  readonly system: string
  /** The conversation before the prompt; absent: none. */
  readonly history?: readonly Message[]
  readonly prompt: string
  /** The output limit of one answer, reasoning included. */
  readonly maxOutputTokens: number
  /** The problems of a value that fits the schema, a sentence each, worded for the model. */
  readonly check?: (value: T) => readonly string[]
  /** The value to use when the repair rounds are over and the answer fits the schema but not the check. */
  readonly fixInvalid?: (value: T) => T | undefined
  /** Repair rounds after the first answer; 1 by default. */
  readonly maxRepairs?: number
}

/** The spending of a job. `unpriced` counts attempts of unknown cost; while it is above 0, the total is not known. */
export interface Spending {
  /** Questions asked of the router. */
  readonly calls: number
  readonly microUsd: number
  readonly unpriced: number
  /** `provider/model` of every answer, in order of first use. */
  readonly models: readonly string[]
}

export interface SpendingMeter {
  readonly spent: Spending
  addCall(): void
  addAttempt(attempt: Attempt): void
}

export const NO_SPENDING: Spending = { calls: 0, microUsd: 0, unpriced: 0, models: [] }

/** A meter that starts at the spending of the job's earlier runs. */
export function createSpendingMeter(from: Spending = NO_SPENDING): SpendingMeter {
  let spent = from
  return {
    get spent() {
      return spent
    },
    addCall() {
      spent = { ...spent, calls: spent.calls + 1 }
    },
    addAttempt({ model, outcome, microUsd }) {
      spent = {
        ...spent,
        microUsd: spent.microUsd + (microUsd ?? 0),
        unpriced: spent.unpriced + (microUsd === undefined ? 1 : 0),
        models: outcome === 'ok' && !spent.models.includes(model) ? [...spent.models, model] : spent.models,
      }
    },
  }
}

/** The spending in US dollars; null where part of it is not known. */
export function costUsd({ microUsd, unpriced }: Pick<Spending, 'microUsd' | 'unpriced'>): number | null {
  return unpriced > 0 ? null : microUsd / 1_000_000
}

/** True if a cap or a budget stopped the call or one of its models, so that more money helps. */
export function isOverBudget(error: unknown): error is GenerateError {
  return error instanceof GenerateError && overBudget(error.failure)
}

function overBudget(failure: Failure): boolean {
  if (failure.kind === 'exhausted') return failure.errors.some((error) => overBudget(error.failure))
  return failure.kind === 'over_budget'
}

/** The fields of a request that its asker does not set. */
export type Ask = Pick<GenerateRequest, 'system' | 'messages' | 'json' | 'maxOutputTokens'>

/** One request to the router, metered and under the cap. Throws `GenerateError` as `askModel` does. */
async function askOnce(asker: ModelAsker, ask: Ask): Promise<Answer> {
  const answer = await collectAnswer(startRequest(asker, ask))
  if (answer.finish !== 'content_filter') return answer
  throw new GenerateError({ kind: 'filtered' }, 'The model declined to write this. Change the request or the model.')
}

/** The events of one request, metered and under the cap. Throws `over_budget` when the cap is used up. */
export function startRequest(asker: ModelAsker, ask: Ask): AsyncIterable<GenerateEvent> {
  const { meter, capMicroUsd } = asker
  const leftMicroUsd = capMicroUsd === undefined ? undefined : capMicroUsd - meter.spent.microUsd
  // A cap of 0 lets free models through, because the router holds nothing for them.
  if (leftMicroUsd !== undefined && leftMicroUsd <= 0 && meter.spent.microUsd > 0) {
    throw new GenerateError(
      { kind: 'over_budget', budget: 'max_cost_usd', freeAt: undefined },
      'The cost limit of this job (max_cost_usd) is used up.',
    )
  }
  meter.addCall()
  const request: GenerateRequest = {
    ...ask,
    model: asker.model,
    ...(asker.fallbacks && { fallbacks: asker.fallbacks }),
    ...(asker.reasoningEffort && { reasoningEffort: asker.reasoningEffort }),
  }
  return asker.generate(request, {
    id: asker.newId(),
    tool: asker.tool,
    signal: asker.signal,
    onAttempt(attempt) {
      meter.addAttempt(attempt)
      for (const warning of attempt.warnings ?? []) asker.warn?.(warning)
    },
    ...(leftMicroUsd !== undefined && { maxMicroUsd: leftMicroUsd }),
  })
}

function readAnswer<T>(answer: string, question: Question<T>): { value?: T; problems: readonly string[] } {
  const json = parseJson(answer)
  if (json === undefined) return { problems: ['It held no JSON value.'] }
  const parsed = question.schema.safeParse(json)
  if (parsed.success) return { value: parsed.data, problems: question.check?.(parsed.data) ?? [] }
  const issues = parsed.error.issues.slice(0, 10)
  return { problems: issues.map((issue) => `${issue.path.join('.') || 'The value'}: ${issue.message}.`) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function repairPrompt(problems: readonly string[]): string {
  const list = problems.map((problem) => `- ${problem}`).join('\n')
  return `That answer cannot be used:\n${list}\nGive the whole answer again with this put right, as one JSON value and nothing else.`
}

function jsonSchema(schema: z.ZodType): NonNullable<GenerateRequest['json']>['schema'] {
  const { $schema: _, ...rest } = z.toJSONSchema(schema)
  return rest
}

export function textMessage(role: 'user' | 'assistant', content: string): Message {
  return { role, parts: [{ type: 'text', text: content }] }
}
