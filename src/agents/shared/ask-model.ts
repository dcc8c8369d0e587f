import { z } from 'zod'
import { collectAnswer } from '../../contract/collect.ts'
import { type Failure, GenerateError } from '../../contract/errors.ts'
import type {
  Attempt,
  Call,
  FinishReason,
  Generate,
  GenerateRequest,
  Message,
  ReasoningEffort,
} from '../../contract/generate.ts'

/**
 * Asks for one JSON value of a zod schema, checks what it says, and shows the model the exact problems a bounded number
 * of times. Every attempt is added to the tally, and all questions of an asker together stay under its cap.
 *
 * Throws `GenerateError`: what the `Generate` throws; `over_budget` when the cap is used up; `filtered` when the model
 * declined; `bad_response` when no answer was usable, with the last problems in its message.
 */
export async function askModel<T>(asker: ModelAsker, question: Question<T>): Promise<T> {
  const rounds = 1 + (question.maxRepairs ?? 2)
  const prompt = text('user', question.prompt)
  let repair: readonly Message[] = []
  let maxOutputTokens = question.maxOutputTokens
  let usable: T | undefined
  let problems: readonly string[] = []
  for (let round = 0; round < rounds; round++) {
    const request: GenerateRequest = {
      model: asker.model,
      ...(asker.fallbacks && { fallbacks: asker.fallbacks }),
      system: question.system,
      messages: [prompt, ...repair],
      json: { name: question.name, schema: jsonSchema(question.schema) },
      maxOutputTokens,
      ...(asker.reasoningEffort && { reasoningEffort: asker.reasoningEffort }),
    }
    const answer = await answerTo(asker, request)
    const partial = answer.finish === 'length' ? question.readPartial?.(answer.text) : undefined
    if (partial !== undefined) return partial
    const read = readAnswer(answer, question)
    if (read.problems.length === 0 && read.value !== undefined) return read.value
    usable = read.value ?? usable
    problems = read.problems
    if (answer.finish === 'length') maxOutputTokens *= 2
    repair = [...(answer.text === '' ? [] : [text('assistant', answer.text)]), text('user', repairPrompt(problems))]
  }
  const salvaged = usable === undefined ? undefined : question.fixInvalid?.(usable)
  if (salvaged !== undefined) return salvaged
  const many = rounds === 1 ? 'once' : `${rounds} times`
  throw new GenerateError(
    { kind: 'bad_response' },
    `Asked ${many} for ${question.subject}, the model gave nothing usable: ${problems.slice(0, 3).join(' ')} Try another model.`,
  )
}

/** Who asks, of whom, and what may be spent: the same for all questions of one run. */
export interface ModelAsker {
  readonly generate: Generate
  readonly model: string
  readonly fallbacks?: readonly string[]
  /** The tool's name, for the ledger. */
  readonly tool: string
  readonly signal: AbortSignal
  readonly newId: () => string
  readonly meter: SpendingMeter
  /** The most that everything in the tally together may cost, in micro-dollars. */
  readonly capMicroUsd?: number
  readonly reasoningEffort?: ReasoningEffort
  /** Called with what an attempt brought to light, a sentence for a person. */
  readonly warn?: (message: string) => void
}

export interface Question<T> {
  /** Of the schema, in snake case. */
  readonly name: string
  /** What is asked for, as errors say it: `the outline`. */
  readonly subject: string
  readonly schema: z.ZodType<T>
  readonly system: string
  readonly prompt: string
  /** For one answer, reasoning included; doubled after an answer that was cut off. */
  readonly maxOutputTokens: number
  /** What is wrong with a value that fits the schema, one sentence each, as the model should read it. */
  readonly check?: (value: T) => readonly string[]
  /** The code's last word when the rounds are over: mends a value that fits the schema but not the check. */
  readonly fixInvalid?: (value: T) => T | undefined
  /** What is of use in an answer that was cut off by its length; undefined: it is asked for again, with more room. */
  readonly readPartial?: (text: string) => T | undefined
  /** Repair rounds after the first answer; 2 by default. */
  readonly maxRepairs?: number
}

/** What a job has cost. `unpriced` counts attempts of unknown cost: while there are any, the whole is not known. */
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

/** Counts on from what an earlier run had spent. */
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

/** In US dollars; null where part of it is not known. */
export function costUsd({ microUsd, unpriced }: Pick<Spending, 'microUsd' | 'unpriced'>): number | null {
  return unpriced > 0 ? null : microUsd / 1_000_000
}

/** Would more money help? A cap or a budget stopped the call, or stopped one of the models that could have answered. */
export function isOverBudget(error: unknown): error is GenerateError {
  return error instanceof GenerateError && overBudget(error.failure)
}

function overBudget(failure: Failure): boolean {
  if (failure.kind === 'exhausted') return failure.errors.some((error) => overBudget(error.failure))
  return failure.kind === 'over_budget'
}

interface Answer {
  readonly text: string
  readonly finish: FinishReason
  /** Set when there was no answer to read: the router gave up on an unfit one. */
  readonly unfit?: string
}

async function answerTo(asker: ModelAsker, request: GenerateRequest): Promise<Answer> {
  const { meter: tally, capMicroUsd } = asker
  const left = capMicroUsd === undefined ? undefined : capMicroUsd - tally.spent.microUsd
  // A cap of 0 lets free models through: the router holds nothing for them.
  if (left !== undefined && left <= 0 && tally.spent.microUsd > 0) {
    throw new GenerateError(
      { kind: 'over_budget', budget: 'max_cost_usd', freeAt: undefined },
      'The cost limit of this job (max_cost_usd) is used up.',
    )
  }
  const call: Call = {
    id: asker.newId(),
    tool: asker.tool,
    signal: asker.signal,
    onAttempt(attempt) {
      tally.addAttempt(attempt)
      for (const warning of attempt.warnings ?? []) asker.warn?.(warning)
    },
    ...(left !== undefined && { maxMicroUsd: left }),
  }
  tally.addCall()
  try {
    const answer = await collectAnswer(asker.generate(request, call))
    if (answer.finish !== 'content_filter') return answer
  } catch (error) {
    if (!(error instanceof GenerateError) || error.failure.kind !== 'bad_response') throw error
    const { partial } = error.failure
    if (partial !== undefined) return { text: partial, finish: 'length' }
    return { text: '', finish: 'stop', unfit: error.message }
  }
  throw new GenerateError({ kind: 'filtered' }, 'The model declined to write this. Change the request or the model.')
}

function readAnswer<T>(answer: Answer, question: Question<T>): { value?: T; problems: readonly string[] } {
  if (answer.unfit !== undefined) return { problems: ['It was not a JSON value of the schema.'] }
  const found = findJson(answer.text)
  if (found === undefined) {
    const cut = answer.finish === 'length'
    return { problems: [cut ? 'It was cut off before its end: be shorter.' : 'It held no JSON value.'] }
  }
  const parsed = question.schema.safeParse(found.value)
  if (!parsed.success) {
    return {
      problems: parsed.error.issues
        .slice(0, 10)
        .map((issue) => `${issue.path.join('.') || 'The value'}: ${issue.message}.`),
    }
  }
  return { value: parsed.data, problems: question.check?.(parsed.data) ?? [] }
}

/** The JSON value in a text, whatever stands around it: a fence, a greeting, a farewell. */
function findJson(answer: string): { readonly value: unknown } | undefined {
  const trimmed = answer.trim()
  const fenced = /```(?:json)?\s*\n([\s\S]*?)\n\s*```/i.exec(trimmed)?.[1]
  const braced = /[[{][\s\S]*[\]}]/.exec(trimmed)?.[0]
  for (const candidate of [trimmed, fenced, braced]) {
    if (candidate === undefined) continue
    try {
      return { value: JSON.parse(candidate) }
    } catch {
      // Not this one.
    }
  }
  return undefined
}

function repairPrompt(problems: readonly string[]): string {
  const list = problems.map((problem) => `- ${problem}`).join('\n')
  return `That answer cannot be used:\n${list}\nGive the whole answer again with this put right, as one JSON value and nothing else.`
}

function jsonSchema(schema: z.ZodType): NonNullable<GenerateRequest['json']>['schema'] {
  const { $schema: _, ...rest } = z.toJSONSchema(schema)
  return rest
}

function text(role: 'user' | 'assistant', content: string): Message {
  return { role, parts: [{ type: 'text', text: content }] }
}
