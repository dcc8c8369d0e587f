import { GenerateError } from '../contract/errors.ts'
import type { Finish, GenerateRequest, Setting } from '../contract/generate.ts'
import type { Provider } from '../contract/provider.ts'
import type { Account, Deps } from './account.ts'
import { unreached } from './failure.ts'
import { chance, hash } from './rehearsal-chance.ts'
import { cues } from './rehearsal-cues.ts'
import { filled } from './rehearsal-json.ts'
import { type Writer, writer } from './rehearsal-writer.ts'

/** The understudy's only model. */
export const UNDERSTUDY = 'understudy'

/** How every answer in prose begins. Of an answer in JSON one text says `(Placeholder text.)`. */
export const PLACEHOLDER = 'This is placeholder text from the understudy: no model was called.'

/**
 * The understudy stands in where there is no key: it answers by the request's JSON schema, or with a page of a play made
 * of the prompt's own words. No network, no cost, and the same answer to the same request (`seed`, the account's or the
 * request's, gives another). Throws `unknown_model`, `cancelled`, and `invalid_request` for a schema that never ends or whose patterns cannot be read.
 */
export function rehearsal(account: Account, { world }: Deps): Provider {
  return {
    id: account.id,
    models: async () => [{ id: UNDERSTUDY }],
    async *generate(request, call) {
      const asked = { account, model: request.model }
      if (request.model !== UNDERSTUDY) {
        const message = `${account.id} has one model: ask for ${account.id}/${UNDERSTUDY}.`
        throw new GenerateError({ kind: 'unknown_model', model: request.model, nearest: [UNDERSTUDY] }, message)
      }
      if (call.signal.aborted) throw unreached(asked, call.signal.reason, call.signal)
      const input = { inputTokens: tokens(promptOf(request).join('')), cachedInputTokens: 0 }
      yield { type: 'start', provider: account.id, model: UNDERSTUDY, ignored: ignored(request), usage: input }
      const { text, finish } = ended(answer(request, account.seed), request)
      try {
        for (const piece of pieces(text, request.json !== undefined)) {
          await world.sleep(PACE_MS, call.signal)
          yield { type: 'text', text: piece }
        }
      } catch (error) {
        throw unreached(asked, error, call.signal)
      }
      yield { type: 'end', finish, usage: { ...input, outputTokens: tokens(text), reasoningTokens: 0 } }
    },
  }
}

/** One piece of the answer in this time: prose comes at about 200 words a second, JSON at ten times that. */
const PACE_MS = 15
const WORDS_A_PIECE = 3
const JSON_A_PIECE = 200

/** About four characters of English are a token. */
const CHARS_A_TOKEN = 4
const tokens = (text: string): number => Math.ceil(text.length / CHARS_A_TOKEN)

function answer(request: GenerateRequest, seed: number | undefined): string {
  const prompt = promptOf(request)
  const asked = JSON.stringify([prompt, request.json?.schema ?? null, request.seed ?? seed ?? null])
  const dice = chance(hash(asked))
  const said = prompt.slice(request.system === undefined ? 0 : 1).join('\n')
  const hand = writer(cues(said), dice)
  if (!request.json) return prose(hand, dice.whole(2, 3))
  const date = /\b20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])\b/.exec(said)?.[0] ?? '2027-01-04'
  try {
    return JSON.stringify(filled(request.json.schema, hand, dice, date))
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof SyntaxError)) throw error
    const message =
      'The understudy cannot fill this JSON schema: it contains itself without end, or a pattern that is none.'
    throw new GenerateError({ kind: 'invalid_request', field: 'json' }, message, { cause: error })
  }
}

/** A page of a play, in scenes. */
function prose(hand: Writer, scenes: number): string {
  const speech = (aside: boolean): string => {
    const speaker = hand.speaker().toUpperCase()
    return `${speaker}\n${aside ? `(${hand.write('parenthetical')})\n` : ''}${hand.write('speech')}`
  }
  const scene = (): string[] => [
    hand.heading(),
    hand.paragraph('action', 2),
    speech(true),
    speech(false),
    hand.write('action'),
    speech(false),
  ]
  return [PLACEHOLDER, ...Array.from({ length: scenes }, scene).flat(), hand.paragraph('action', 2)].join('\n\n')
}

/** Every text of a request, the system prompt first. */
function promptOf(request: GenerateRequest): readonly string[] {
  const parts = request.messages.flatMap((message) => message.parts)
  const said = parts.flatMap((part) => (part.type === 'text' ? part.text : []))
  return request.system === undefined ? said : [request.system, ...said]
}

/** The answer up to the first stop string, and no longer than it may be. */
function ended(
  text: string,
  { stop = [], maxOutputTokens }: GenerateRequest,
): { readonly text: string; readonly finish: Finish } {
  const stops = stop.map((word) => (word === '' ? -1 : text.indexOf(word))).filter((at) => at >= 0)
  const upTo = Math.min(text.length, ...stops)
  const most = (maxOutputTokens ?? Number.POSITIVE_INFINITY) * CHARS_A_TOKEN
  return upTo > most ? { text: text.slice(0, most), finish: 'length' } : { text: text.slice(0, upTo), finish: 'stop' }
}

function pieces(text: string, json: boolean): readonly string[] {
  const size = json
    ? new RegExp(`[^]{1,${JSON_A_PIECE}}`, 'gu')
    : new RegExp(`\\s*(?:\\S+\\s*){1,${WORDS_A_PIECE}}`, 'gu')
  return text.match(size) ?? []
}

/** What it cannot honour: it does not sample, does not think, sees no images and calls no tools. */
function ignored(request: GenerateRequest): readonly Setting[] {
  const images = request.messages.some((message) => message.parts.some((part) => part.type === 'image'))
  const asked: Readonly<Partial<Record<Setting, boolean>>> = {
    temperature: request.temperature !== undefined,
    topP: request.topP !== undefined,
    reasoningEffort: (request.reasoningEffort ?? 'none') !== 'none',
    tools: (request.tools?.length ?? 0) > 0,
    toolChoice: request.toolChoice === 'required',
    images,
  }
  return SETTINGS.filter((setting) => asked[setting])
}

const SETTINGS: readonly Setting[] = ['temperature', 'topP', 'reasoningEffort', 'tools', 'toolChoice', 'images']
