import { GenerateError } from '../../contract/errors.ts'
import type { FinishReason, GenerateRequest, JsonSchema, Message, Setting } from '../../contract/generate.ts'
import type { Provider } from '../../contract/provider.ts'
import { type Account, computeAccountId, type ProviderDeps } from '../account.ts'
import { classifyNetworkError } from '../errors/classify.ts'
import { beginSchema } from './bounds.ts'
import { fillSchema } from './fill-json.ts'
import { castOf, composePages, readPagesRequest } from './fountain-pages.ts'
import { PLACEHOLDER_MARK } from './placeholder-mark.ts'
import { findCues } from './prompt-cues.ts'
import { createRandomSource, hashText } from './random.ts'
import { createWriter, type Writer } from './writer.ts'

/** The understudy's only model. */
export const UNDERSTUDY_MODEL = 'understudy'

/** The first sentence of every answer in prose. In a JSON answer one text ends with `(Placeholder text.)`. */
export const PLACEHOLDER_NOTICE = 'This is placeholder text from the understudy: no model was called.'

/**
 * The understudy answers without a key: by the request's JSON schema, or with a page of a play made
 * of the prompt's own words. No network, no cost, and the same answer to the same request (`seed`, the account's or the
 * request's, gives another). Throws `unknown_model`, `cancelled`, and `invalid_request` for a schema that never ends or whose patterns cannot be read.
 */
export function createUnderstudyProvider(account: Account, { world }: ProviderDeps): Provider {
  return {
    id: account.id,
    accountId: computeAccountId(account),
    listModels: async () => [{ id: UNDERSTUDY_MODEL }],
    async *generate(request, call) {
      const target = { account, model: request.model }
      if (request.model !== UNDERSTUDY_MODEL) {
        const message = `${account.id} has one model: ask for ${account.id}/${UNDERSTUDY_MODEL}.`
        throw new GenerateError({ kind: 'unknown_model', model: request.model, nearest: [UNDERSTUDY_MODEL] }, message)
      }
      if (call.signal.aborted) throw classifyNetworkError(target, call.signal.reason, call.signal)
      const input = { inputTokens: estimateTokens(promptOf(request).join('')), cachedInputTokens: 0 }
      yield {
        type: 'start',
        provider: account.id,
        model: UNDERSTUDY_MODEL,
        ignored: ignoredSettings(request),
        usage: input,
      }
      const { text, finish } = truncateAnswer(composeAnswer(request, account.seed), request)
      try {
        for (const piece of splitPieces(text, request.json !== undefined)) {
          await world.sleep(PIECE_INTERVAL_MS, call.signal)
          yield { type: 'text', text: piece }
        }
      } catch (error) {
        throw classifyNetworkError(target, error, call.signal)
      }
      yield { type: 'end', finish, usage: { ...input, outputTokens: estimateTokens(text), reasoningTokens: 0 } }
    },
  }
}

/** One piece of the answer in this time: prose comes at about 200 words a second, JSON at ten times that. */
const PIECE_INTERVAL_MS = 15
const WORDS_PER_PIECE = 3
const JSON_CHARS_PER_PIECE = 200

/** About four characters of English are a token. */
const CHARS_PER_TOKEN = 4
const estimateTokens = (text: string): number => Math.ceil(text.length / CHARS_PER_TOKEN)

function composeAnswer(request: GenerateRequest, seed: number | undefined): string {
  if (request.json) checkSchema(request.json.schema)
  const rest = continueAnswer(request, seed)
  if (rest !== undefined) return rest
  const prompt = promptOf(request)
  const requestKey = JSON.stringify([prompt, request.json?.schema ?? null, request.seed ?? seed ?? null])
  const random = createRandomSource(hashText(requestKey))
  const texts = prompt.slice(request.system === undefined ? 0 : 1)
  // Cues come from the first and the last text only, because the first names the subject and the last the request.
  const promptText = [...new Set([texts[0] ?? '', texts.at(-1) ?? ''])].join('\n')
  const before = texts.slice(0, -1).join('\n')
  const writer = createWriter(findCues(promptText), random)
  writer.setCast(castOf(before))
  if (!request.json) {
    const pages = readPagesRequest(texts.at(-1) ?? '', before)
    return pages ? composePages(pages, writer, random, PLACEHOLDER_MARK) : composeScenes(writer, random.integer(2, 3))
  }
  const date = /\b20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])\b/.exec(promptText)?.[0] ?? '2027-01-04'
  try {
    return JSON.stringify(fillSchema(request.json.schema, writer, random, date))
  } catch (error) {
    throw unfillableSchema(error)
  }
}

/** Runs before any other code reads the whole schema, because a large schema may take too long to read. */
function checkSchema(schema: JsonSchema): void {
  try {
    beginSchema(schema)
  } catch (error) {
    throw unfillableSchema(error)
  }
}

function unfillableSchema(error: unknown): unknown {
  if (!(error instanceof RangeError || error instanceof SyntaxError)) return error
  const message =
    'The understudy cannot fill this JSON schema: it is too large, contains itself without end, or has an invalid pattern. Make it smaller, or use a real model.'
  return new GenerateError({ kind: 'invalid_request', field: 'json' }, message, { cause: error })
}

/** The rest of an answer that was cut off: the same answer once more, from where it ended. */
function continueAnswer(request: GenerateRequest, seed: number | undefined): string | undefined {
  const [partial, instruction] = request.messages.slice(-2)
  if (!instruction || partial?.role !== 'assistant' || !textOf(instruction).startsWith('Your answer was cut off'))
    return undefined
  const whole = composeAnswer({ ...request, messages: request.messages.slice(0, -2) }, seed)
  return whole.startsWith(textOf(partial)) ? whole.slice(textOf(partial).length) : undefined
}

function textOf({ parts }: Message): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/** A page of a play, in scenes. */
function composeScenes(writer: Writer, scenes: number): string {
  const speech = (aside: boolean): string => {
    const speaker = writer.nextSpeaker().toUpperCase()
    return `${speaker}\n${aside ? `(${writer.write('parenthetical')})\n` : ''}${writer.write('speech')}`
  }
  const scene = (): string[] => [
    writer.heading(),
    writer.paragraph('action', 2),
    speech(true),
    speech(false),
    writer.write('action'),
    speech(false),
  ]
  return [PLACEHOLDER_NOTICE, ...Array.from({ length: scenes }, scene).flat(), writer.paragraph('action', 2)].join(
    '\n\n',
  )
}

/** Every text of a request, the system prompt first. */
function promptOf(request: GenerateRequest): readonly string[] {
  const parts = request.messages.flatMap((message) => message.parts)
  const said = parts.flatMap((part) => (part.type === 'text' ? part.text : []))
  return request.system === undefined ? said : [request.system, ...said]
}

/** The answer up to the first stop string, and no longer than it may be. */
function truncateAnswer(
  text: string,
  { stop = [], maxOutputTokens }: GenerateRequest,
): { readonly text: string; readonly finish: FinishReason } {
  const stops = stop.map((word) => (word === '' ? -1 : text.indexOf(word))).filter((at) => at >= 0)
  const upTo = Math.min(text.length, ...stops)
  const most = (maxOutputTokens ?? Number.POSITIVE_INFINITY) * CHARS_PER_TOKEN
  return upTo > most ? { text: text.slice(0, most), finish: 'length' } : { text: text.slice(0, upTo), finish: 'stop' }
}

function splitPieces(text: string, json: boolean): readonly string[] {
  const size = json
    ? new RegExp(`[^]{1,${JSON_CHARS_PER_PIECE}}`, 'gu')
    : new RegExp(`\\s*(?:\\S+\\s*){1,${WORDS_PER_PIECE}}`, 'gu')
  return text.match(size) ?? []
}

/** Settings that it ignores: it does not sample, does not think, sees no images and calls no tools. */
function ignoredSettings(request: GenerateRequest): readonly Setting[] {
  const images = request.messages.some((message) => message.parts.some((part) => part.type === 'image'))
  const requested: Readonly<Partial<Record<Setting, boolean>>> = {
    temperature: request.temperature !== undefined,
    topP: request.topP !== undefined,
    reasoningEffort: (request.reasoningEffort ?? 'none') !== 'none',
    tools: (request.tools?.length ?? 0) > 0,
    toolChoice: request.toolChoice === 'required',
    images,
  }
  return SETTINGS.filter((setting) => requested[setting])
}

const SETTINGS: readonly Setting[] = ['temperature', 'topP', 'reasoningEffort', 'tools', 'toolChoice', 'images']
