import { type Answer, collectAnswer } from '../../contract/collect.ts'
import { FAILURES, GenerateError } from '../../contract/errors.ts'
import {
  type GenerateEvent,
  type GenerateRequest,
  isContent,
  type Message,
  type Usage,
} from '../../contract/generate.ts'
import type { World } from '../../contract/world.ts'
import { formatCount } from '../../lib/text.ts'
import { abortable } from '../abort.ts'
import type { CallContext, Handler } from '../context.ts'
import { continuationPrompt } from '../layers/continue.ts'
import { createOverlapStripper } from '../layers/overlap.ts'
import { measurePrompt } from '../metering/estimate-tokens.ts'
import { addUsage } from '../metering/usage-meter.ts'
import { extractJsonValues, type JsonText } from './extract.ts'
import { createSchemaCheck, type SchemaCheck } from './validate.ts'

/** The first answer, and one after the model was shown what is wrong with it. */
const MAX_ROUNDS = 2

/**
 * Handles requests with `json`: reads the whole answer, finds the JSON value in it, and checks it against the schema. An
 * answer that does not fit is shown to the model once, with the exact errors; one that was cut off by its length is
 * completed once; one that broke, or was stopped by a content filter, is asked of the next candidate, because no reader has
 * seen any of it. The result is one `start`, the value as the model wrote it as one text, and one `end` with the usage of
 * all rounds. An answer that calls tools passes unchanged.
 *
 * Throws `GenerateError`: `invalid_request` for a schema that is not one; `bad_response` for an answer that was cut off
 * or does not fit after the repair; `filtered`; and the errors of the call below.
 */
export function structuredOutput(world: World, next: Handler): Handler {
  const answerToSchema = createSchemaHandler(world, next)
  return (request, context) =>
    request.json ? answerToSchema({ ...request, json: request.json }, context) : next(request, context)
}

function createSchemaHandler(world: World, next: Handler) {
  const ask = async (request: GenerateRequest, context: CallContext, check: SchemaCheck): Promise<CheckedAnswer> => {
    const sized = { ...context, promptSize: measurePrompt(request) }
    return collectUnbroken(next, request, sized, check)
  }
  return async function* (request: GenerateRequest & Required<Pick<GenerateRequest, 'json'>>, context: CallContext) {
    const checkValues = await abortable(createSchemaCheck(world, request.json.schema), context.signal)
    const check: SchemaCheck = (values) => abortable(checkValues(values), context.signal)
    const earlierUsages: Usage[] = []
    let currentRequest = request
    let hasCompleted = false
    for (let round = 1; ; round++) {
      const first = await ask(currentRequest, context, check)
      const isCutOff = first.answer.finish === 'length' && first.answer.text.trim() !== '' && !first.match.ok
      const { answer, match } =
        isCutOff && !hasCompleted ? await completeAnswer(next, request, first, context, check) : first
      hasCompleted ||= isCutOff
      const usage = [...earlierUsages, answer.usage].reduce(addUsage)
      if (answer.calls.length > 0) return yield* replayAnswer({ ...answer, usage })
      if (match.ok) return yield* replayAnswer({ ...answer, finish: 'stop', text: match.text, usage })
      if (answer.finish !== 'stop' || round === MAX_ROUNDS) throw schemaMismatchError(answer, match.problems, request)
      earlierUsages.push(answer.usage)
      currentRequest = {
        ...request,
        messages: [...request.messages, ...repairMessages(answer, match.problems, request)],
      }
    }
  }
}

interface CheckedAnswer {
  readonly answer: Answer
  readonly match: SchemaMatch
}

/** The whole answer of the first candidate whose answer does not break in the middle. */
async function collectUnbroken(
  next: Handler,
  request: GenerateRequest,
  context: CallContext,
  check: SchemaCheck,
): Promise<CheckedAnswer> {
  const { totals } = context
  let lastBreak: GenerateError | undefined
  for (;;) {
    let hasContent = false
    try {
      const answer = await collectAnswer(notifyOnContent(next(request, context), () => (hasContent = true)))
      const match = await findMatch(answer.text, check)
      if (answer.finish === 'content_filter' && answer.calls.length === 0 && !match.ok) throw filteredError(answer)
      return { answer, match }
    } catch (error) {
      if (!(error instanceof GenerateError)) throw error
      const name = totals.answeringModel
      const { failure } = error
      if (!hasContent || name === undefined || !FAILURES[failure.kind].fallback || failure.kind === 'invalid_request') {
        throw lastBreak && failure.kind === 'exhausted' && failure.errors.length === 0 ? lastBreak : error
      }
      // A candidate whose filter stopped the answer would stop it again, so it is not asked a second time.
      const breaks = failure.kind === 'filtered' ? 2 : 1
      totals.brokenAnswers.set(name, (totals.brokenAnswers.get(name) ?? 0) + breaks)
      lastBreak = error
    }
  }
}

/**
 * The answer with the part that its length had no room for, asked for without the schema, which a part would not fit.
 * The partial answer where the rest cannot be had.
 */
async function completeAnswer(
  next: Handler,
  { json, tools: _, toolChoice: __, ...request }: GenerateRequest,
  partial: CheckedAnswer,
  context: CallContext,
  check: SchemaCheck,
): Promise<CheckedAnswer> {
  const { text } = partial.answer
  const instruction = `${continuationPrompt(text)}\n\nThe whole must be one JSON value of this schema: ${JSON.stringify(json?.schema)}`
  const messages: readonly Message[] = [
    ...request.messages,
    { role: 'assistant', parts: [{ type: 'text', text }] },
    { role: 'user', parts: [{ type: 'text', text: instruction }] },
  ]
  const sized = { ...context, promptSize: measurePrompt({ ...request, messages }) }
  let rest: Answer
  try {
    rest = await collectAnswer(next({ ...request, messages }, sized))
  } catch (error) {
    if (context.signal.aborted || !(error instanceof GenerateError)) throw error
    return partial
  }
  const stripper = createOverlapStripper(text, 'prompt')
  const continuation = rest.text.replace(/^\s*```[a-z]*\n/, '')
  const usage = addUsage(partial.answer.usage, rest.usage)
  const joined = { ...rest, calls: [], usage, text: text + stripper.push(continuation) + stripper.flush() }
  const match = await findMatch(joined.text, check)
  if (match.ok) return { answer: joined, match }
  // Some models start again from the beginning and reach the end.
  const restarted = await findMatch(rest.text, check)
  return restarted.ok ? { answer: joined, match: restarted } : { answer: joined, match }
}

async function* notifyOnContent(
  events: AsyncIterable<GenerateEvent>,
  onContent: () => void,
): AsyncGenerator<GenerateEvent> {
  for await (const event of events) {
    if (isContent(event)) onContent()
    yield event
  }
}

type SchemaMatch =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problems: readonly string[] }

/** The first value that fits, as it was written; else the problems of the likeliest value. */
async function findMatch(text: string, check: SchemaCheck): Promise<SchemaMatch> {
  const values: readonly JsonText[] = extractJsonValues(text)
  const problems = values.length === 0 ? [] : await check(values)
  const fitting = values.find((_, n) => problems[n]?.length === 0)
  return fitting ? { ok: true, text: fitting.text } : { ok: false, problems: problems[0] ?? ['it holds no JSON value'] }
}

function repairMessages(answer: Answer, problems: readonly string[], { json }: GenerateRequest): readonly Message[] {
  const assistantMessage: Message = { role: 'assistant', parts: [{ type: 'text', text: answer.text }] }
  const list = problems.map((problem) => `- ${problem}`).join('\n')
  const text =
    `Your answer does not fit the JSON Schema that it must fit:\n${list}\n\nThe schema: ${JSON.stringify(json?.schema)}\n\n` +
    'Give the whole answer again with this put right, as one JSON value and nothing else.'
  return [...(answer.text.trim() === '' ? [] : [assistantMessage]), { role: 'user', parts: [{ type: 'text', text }] }]
}

function filteredError(answer: Answer): GenerateError {
  const name = `${answer.provider}/${answer.model}`
  return new GenerateError(
    { kind: 'filtered' },
    `${name} stopped in the middle of its answer: its content filter stopped it.`,
  )
}

function schemaMismatchError(
  answer: Answer,
  problems: readonly string[],
  { maxOutputTokens }: GenerateRequest,
): GenerateError {
  const name = `${answer.provider}/${answer.model}`
  if (answer.finish === 'length') {
    const bound = maxOutputTokens === undefined ? '' : ` (${formatCount(maxOutputTokens)})`
    return new GenerateError(
      { kind: 'bad_response', partial: answer.text },
      `The JSON of ${name} was cut off at max_output_tokens${bound}. Raise it, or ask for less.`,
    )
  }
  return new GenerateError(
    { kind: 'bad_response' },
    `The answer of ${name} does not fit the JSON Schema, even after it was shown why: ${problems.join('; ')}. Try another model, or a simpler schema.`,
  )
}

function* replayAnswer({ provider, model, ignored, text, calls, finish, usage }: Answer): Generator<GenerateEvent> {
  yield { type: 'start', provider, model, ignored }
  if (text !== '') yield { type: 'text', text }
  for (const call of calls) yield { type: 'call', call }
  yield { type: 'end', finish, usage }
}
