import { type Answer, collectAnswer } from '../../contract/collect.ts'
import { FAILURE_POLICIES, GenerateError } from '../../contract/errors.ts'
import type { GenerateEvent, GenerateRequest, Message, Usage } from '../../contract/generate.ts'
import type { CallContext, Handler } from '../context.ts'
import { continuationPrompt } from '../layers/continue.ts'
import { isContent } from '../layers/first-content.ts'
import { createOverlapStripper } from '../layers/overlap.ts'
import { addUsage } from '../metering/usage-meter.ts'
import { extractJsonValues } from './extract.ts'
import { getValidator, type SchemaValidator } from './validate.ts'

/** The first answer, and one that was shown what was wrong with it. */
const MAX_ROUNDS = 2

/**
 * Makes sure of requests with `json`: reads the whole answer, finds the one JSON value in it, and holds it against the
 * schema. An answer that does not fit is shown to the model once, with the exact errors; one that was cut off by its
 * length is completed once; one that broke off midway is asked for once more, for nobody has seen any of it. What comes out is one `start`, the value as one text, and one
 * `end` with the usage of all rounds. An answer that calls tools passes as it is.
 *
 * Throws `GenerateError`: `invalid_request` for a schema that is none; `bad_response` for an answer that was cut off, or
 * does not fit after the repair; `filtered`; and what the call below throws.
 */
export function structuredOutput(next: Handler): Handler {
  const answerToSchema = createSchemaHandler(next)
  return (request, context) =>
    request.json ? answerToSchema({ ...request, json: request.json }, context) : next(request, context)
}

function createSchemaHandler(next: Handler) {
  return async function* (request: GenerateRequest & Required<Pick<GenerateRequest, 'json'>>, context: CallContext) {
    const validate = await getValidator(request.json.schema)
    const earlierUsages: Usage[] = []
    let currentRequest = request
    let hasCompleted = false
    for (let round = 1; ; round++) {
      const first = await collectUnlessBroken(next, currentRequest, context, round < MAX_ROUNDS)
      if (!first) continue
      const isCutOff = first.finish === 'length' && first.text.trim() !== '' && !findValidValue(first, validate).ok
      const answer = isCutOff && !hasCompleted ? await completeAnswer(next, request, first, context, validate) : first
      hasCompleted ||= isCutOff
      const usage = [...earlierUsages, answer.usage].reduce(addUsage)
      if (answer.calls.length > 0) return yield* replayAnswer({ ...answer, usage })
      const found = findValidValue(answer, validate)
      if (found.ok) return yield* replayAnswer({ ...answer, finish: 'stop', text: JSON.stringify(found.value), usage })
      if (answer.finish !== 'stop' || round === MAX_ROUNDS) throw schemaMismatchError(answer, found.problems, request)
      earlierUsages.push(answer.usage)
      currentRequest = {
        ...request,
        messages: [...request.messages, ...repairMessages(answer, found.problems, request)],
      }
    }
  }
}

/** The whole answer; undefined where it broke off after it had begun and may be asked for again. */
async function collectUnlessBroken(
  next: Handler,
  request: GenerateRequest,
  context: CallContext,
  canRetry: boolean,
): Promise<Answer | undefined> {
  let hasContent = false
  try {
    return await collectAnswer(notifyOnContent(next(request, context), () => (hasContent = true)))
  } catch (error) {
    if (hasContent && canRetry && error instanceof GenerateError && FAILURE_POLICIES[error.failure.kind].fallback)
      return undefined
    throw error
  }
}

/**
 * The answer with what its length had no room for, asked for without the schema, which a rest would not fit. As it was
 * where nobody gives the rest.
 */
async function completeAnswer(
  next: Handler,
  { json, tools: _, toolChoice: __, ...request }: GenerateRequest,
  partial: Answer,
  context: CallContext,
  validate: SchemaValidator,
): Promise<Answer> {
  const instruction = `${continuationPrompt(partial.text)}\n\nThe whole must be one JSON value of this schema: ${JSON.stringify(json?.schema)}`
  const messages: readonly Message[] = [
    ...request.messages,
    { role: 'assistant', parts: [{ type: 'text', text: partial.text }] },
    { role: 'user', parts: [{ type: 'text', text: instruction }] },
  ]
  try {
    const rest = await collectAnswer(next({ ...request, messages }, context))
    const stripper = createOverlapStripper(partial.text, 'told')
    const continuation = rest.text.replace(/^\s*```[a-z]*\n/, '')
    const answer = {
      ...rest,
      calls: [],
      usage: addUsage(partial.usage, rest.usage),
      text: partial.text + stripper.push(continuation) + stripper.flush(),
    }
    // Some begin anew and get to the end.
    const restarted = { ...answer, text: rest.text }
    return !findValidValue(answer, validate).ok && findValidValue(restarted, validate).ok ? restarted : answer
  } catch (error) {
    if (context.signal.aborted || !(error instanceof GenerateError)) throw error
    return partial
  }
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
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly string[] }

/** The first value that fits; else what is wrong with the first that there is. */
function findValidValue(answer: Answer, validate: SchemaValidator): SchemaMatch {
  const values = extractJsonValues(answer.text).map((value) => ({ value, problems: validate(value) }))
  const fitting = values.find(({ problems }) => problems.length === 0)
  if (fitting) return { ok: true, value: fitting.value }
  return { ok: false, problems: values[0]?.problems ?? ['it holds no JSON value'] }
}

function repairMessages(answer: Answer, problems: readonly string[], { json }: GenerateRequest): readonly Message[] {
  const assistantMessage: Message = { role: 'assistant', parts: [{ type: 'text', text: answer.text }] }
  const list = problems.map((problem) => `- ${problem}`).join('\n')
  const text =
    `Your answer does not fit the JSON Schema that it must fit:\n${list}\n\nThe schema: ${JSON.stringify(json?.schema)}\n\n` +
    'Give the whole answer again with this put right, as one JSON value and nothing else.'
  return [...(answer.text.trim() === '' ? [] : [assistantMessage]), { role: 'user', parts: [{ type: 'text', text }] }]
}

function schemaMismatchError(
  answer: Answer,
  problems: readonly string[],
  { maxOutputTokens }: GenerateRequest,
): GenerateError {
  const name = `${answer.provider}/${answer.model}`
  if (answer.finish === 'length') {
    const bound = maxOutputTokens === undefined ? '' : ` (${maxOutputTokens.toLocaleString('en-US')})`
    return new GenerateError(
      { kind: 'bad_response', partial: answer.text },
      `The JSON of ${name} was cut off at max_output_tokens${bound}. Raise it, or ask for less.`,
    )
  }
  if (answer.finish === 'content_filter') {
    return new GenerateError({ kind: 'filtered' }, `${name} stopped in its answer: its content filter stepped in.`)
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
