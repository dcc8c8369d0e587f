import { type Answer, collect } from '../contract/collect.ts'
import { GenerateError, RESPONSE_TO } from '../contract/errors.ts'
import type { GenerateEvent, GenerateRequest, Message, Usage } from '../contract/generate.ts'
import { goOnFrom } from './continue.ts'
import { jsonValuesIn } from './json-in.ts'
import { isContent } from './opening.ts'
import { type Check, checkOf } from './schema.ts'
import { seam } from './seam.ts'
import { sum } from './tally.ts'
import type { Step, Turn } from './turn.ts'

/** The first answer, and one that was shown what was wrong with it. */
const ROUNDS = 2

/**
 * Makes sure of requests with `json`: reads the whole answer, finds the one JSON value in it, and holds it against the
 * schema. An answer that does not fit is shown to the model once, with the exact errors; one that was cut off by its
 * length is completed once; one that broke off midway is asked for once more, for nobody has seen any of it. What comes out is one `start`, the value as one text, and one
 * `end` with the usage of all rounds. An answer that calls tools passes as it is.
 *
 * Throws `GenerateError`: `invalid_request` for a schema that is none; `bad_response` for an answer that was cut off, or
 * does not fit after the repair; `filtered`; and what the call below throws.
 */
export function structured(next: Step): Step {
  const fitting = toSchema(next)
  return (request, turn) => (request.json ? fitting({ ...request, json: request.json }, turn) : next(request, turn))
}

function toSchema(next: Step) {
  return async function* (request: GenerateRequest & Required<Pick<GenerateRequest, 'json'>>, turn: Turn) {
    const check = await checkOf(request.json.schema)
    const before: Usage[] = []
    let asked = request
    let completed = false
    for (let round = 1; ; round++) {
      const first = await whole(next, asked, turn, round < ROUNDS)
      if (!first) continue
      const cutOff = first.finish === 'length' && first.text.trim() !== '' && !best(first, check).ok
      const answer = cutOff && !completed ? await complete(next, request, first, turn, check) : first
      completed ||= cutOff
      const usage = [...before, answer.usage].reduce(sum)
      if (answer.calls.length > 0) return yield* replay({ ...answer, usage })
      const found = best(answer, check)
      if (found.ok) return yield* replay({ ...answer, finish: 'stop', text: JSON.stringify(found.value), usage })
      if (answer.finish !== 'stop' || round === ROUNDS) throw unfit(answer, found.problems, request)
      before.push(answer.usage)
      asked = { ...request, messages: [...request.messages, ...shown(answer, found.problems, request)] }
    }
  }
}

/** The whole answer; undefined where it broke off after it had begun and may be asked for again. */
async function whole(next: Step, request: GenerateRequest, turn: Turn, again: boolean): Promise<Answer | undefined> {
  let begun = false
  try {
    return await collect(watched(next(request, turn), () => (begun = true)))
  } catch (error) {
    if (begun && again && error instanceof GenerateError && RESPONSE_TO[error.failure.kind].fallback) return undefined
    throw error
  }
}

/**
 * The answer with what its length had no room for, asked for without the schema, which a rest would not fit. As it was
 * where nobody gives the rest.
 */
async function complete(
  next: Step,
  { json, tools: _, toolChoice: __, ...request }: GenerateRequest,
  half: Answer,
  turn: Turn,
  check: Check,
): Promise<Answer> {
  const told = `${goOnFrom(half.text)}\n\nThe whole must be one JSON value of this schema: ${JSON.stringify(json?.schema)}`
  const messages: readonly Message[] = [
    ...request.messages,
    { role: 'assistant', parts: [{ type: 'text', text: half.text }] },
    { role: 'user', parts: [{ type: 'text', text: told }] },
  ]
  try {
    const rest = await collect(next({ ...request, messages }, turn))
    const join = seam(half.text, 'told')
    const more = rest.text.replace(/^\s*```[a-z]*\n/, '')
    const answer = {
      ...rest,
      calls: [],
      usage: sum(half.usage, rest.usage),
      text: half.text + join.push(more) + join.rest(),
    }
    // Some begin anew and get to the end.
    const anew = { ...answer, text: rest.text }
    return !best(answer, check).ok && best(anew, check).ok ? anew : answer
  } catch (error) {
    if (turn.signal.aborted || !(error instanceof GenerateError)) throw error
    return half
  }
}

async function* watched(events: AsyncIterable<GenerateEvent>, onContent: () => void): AsyncGenerator<GenerateEvent> {
  for await (const event of events) {
    if (isContent(event)) onContent()
    yield event
  }
}

type Found =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly string[] }

/** The first value that fits; else what is wrong with the first that there is. */
function best(answer: Answer, check: Check): Found {
  const values = jsonValuesIn(answer.text).map((value) => ({ value, problems: check(value) }))
  const fitting = values.find(({ problems }) => problems.length === 0)
  if (fitting) return { ok: true, value: fitting.value }
  return { ok: false, problems: values[0]?.problems ?? ['it holds no JSON value'] }
}

function shown(answer: Answer, problems: readonly string[], { json }: GenerateRequest): readonly Message[] {
  const said: Message = { role: 'assistant', parts: [{ type: 'text', text: answer.text }] }
  const list = problems.map((problem) => `- ${problem}`).join('\n')
  const text =
    `Your answer does not fit the JSON Schema that it must fit:\n${list}\n\nThe schema: ${JSON.stringify(json?.schema)}\n\n` +
    'Give the whole answer again with this put right, as one JSON value and nothing else.'
  return [...(answer.text.trim() === '' ? [] : [said]), { role: 'user', parts: [{ type: 'text', text }] }]
}

function unfit(answer: Answer, problems: readonly string[], { maxOutputTokens }: GenerateRequest): GenerateError {
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

function* replay({ provider, model, ignored, text, calls, finish, usage }: Answer): Generator<GenerateEvent> {
  yield { type: 'start', provider, model, ignored }
  if (text !== '') yield { type: 'text', text }
  for (const call of calls) yield { type: 'call', call }
  yield { type: 'end', finish, usage }
}
