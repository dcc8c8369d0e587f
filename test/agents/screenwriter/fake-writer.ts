import type { Call, Generate, GenerateEvent, GenerateRequest } from '../../../src/contract/generate.ts'
import { scriptedModel } from '../../support/scripted-model.ts'

/** The answer to one request: its text, an error, or events. Undefined: the default answer. */
export type AnswerOverride = (
  request: GenerateRequest,
  call: Call,
  nth: number,
) => string | Error | readonly GenerateEvent[] | undefined

/** An upstream that gives a valid, deterministic answer to every question of the Screenwriter, unless overridden. */
export function fakeWriter(override: AnswerOverride = () => undefined) {
  let nth = 0
  return scriptedModel(
    Array.from({ length: 600 }, () => (request: GenerateRequest, call: Call) => {
      nth += 1
      call.onAttempt?.({
        model: 'fake/writer',
        outcome: 'ok',
        at: 0,
        latencyMs: 1,
        firstTokenMs: 1,
        usage: {},
        microUsd: 1_000,
        estimated: false,
      })
      return override(request, call, nth) ?? validAnswer(request)
    }),
  )
}

/** The first `answered` requests are answered; later ones wait until the call is aborted. */
export function hangAfter(good: Generate, answered: number): Generate {
  let requestCount = 0
  return async function* (request, call) {
    requestCount += 1
    if (requestCount > answered) {
      await new Promise((_, reject) => call.signal.addEventListener('abort', () => reject(call.signal.reason)))
    }
    yield* good(request, call)
  }
}

/** The events of an answer whose length is used up after `text`. */
export function cutOff(text: string): readonly GenerateEvent[] {
  return [
    { type: 'start', provider: 'fake', model: 'm', ignored: [] },
    { type: 'text', text },
    { type: 'end', finish: 'length', usage: {} },
  ]
}

/** Which question a request asks: the name of its schema, or `pages`, `rewrite`, `revise`, `length`, `repair`, `continue`. */
export function questionName(request: GenerateRequest): string {
  if (request.json?.name !== undefined) return request.json.name
  const prompt = promptText(request)
  if (/^Your answer was cut off/.test(prompt)) return 'continue'
  if (/^These pages cannot stand/m.test(prompt)) return 'repair'
  if (/A first reader who knows only the brief/.test(prompt)) return 'rewrite'
  if (/too (?:long|short)\. /.test(prompt)) return 'length'
  return /^(?:The notes of the person|The person wants)/m.test(prompt) ? 'revise' : 'pages'
}

/** The last message, which is the question. */
export function promptText(request: GenerateRequest): string {
  const part = request.messages.at(-1)?.parts[0]
  return part?.type === 'text' ? part.text : ''
}

export const CAST = ['MARA', 'TOBIAS', 'INES']

export function validAnswer(request: GenerateRequest): string {
  const data = dataAnswer(request)
  return data === undefined ? pagesAnswer(request) : JSON.stringify(data)
}

function dataAnswer(request: GenerateRequest): unknown {
  switch (request.json?.name) {
    case 'logline':
      return {
        title: 'The Door Below',
        logline: 'A keeper finds a door under the sea and must close it.',
        theme: 'Letting go.',
        first_half: 'The door is a wreck.',
        turn: 'The door opens from below.',
        plants: [{ planted: 'A key in the lamp.', paid: 'The key fits the door.' }],
        ending: 'The lamp is dark.',
        avoided: ['A monster.'],
      }
    case 'beats':
      return {
        beats: times(5, (i) => ({ title: `Beat ${i}`, summary: `Turn ${i}.`, because: 'before', part: '', pages: 1 })),
      }
    case 'characters':
      return {
        characters: CAST.map((name) => ({
          name: name.toLowerCase(),
          role: `${name}, 40`,
          want: 'peace',
          need: 'truth',
          secret: 'none',
          relation: 'a friend',
          voice: 'dry',
          sample: 'No.',
        })),
      }
    case 'outline':
      return { scenes: times(cardsAsked(request), (i) => card(i)) }
    case 'reading':
      return {
        must_stay: [{ quote: 'the door', why: 'the turn' }],
        not_understood: [{ scene: 1, quote: 'the door', question: 'Which door?', show: 'Name it.' }],
        faults: [{ kind: 'logic', scene: 1, quote: 'the lamp', fault: 'It was dark before.', cure: 'Light it.' }],
        cuts: [],
      }
    case 'comparison':
      return { weakness_of_a: 'a', weakness_of_b: 'b', better: 'tie', still_wrong: [] }
    case 'revision':
      return {
        decision: 'The storm is worse.',
        title: null,
        logline: null,
        theme: null,
        beats: [],
        characters: [],
        renames: [],
        rewrite: [{ scene: 2, summary: 'A worse storm.', instruction: 'More wind.' }],
        remove: [],
        add: [],
      }
    default:
      return undefined
  }
}

function card(i: number) {
  return {
    int_ext: i % 2 ? 'EXT.' : 'INT.',
    set: i % 2 ? 'The shore' : `Lamp room ${i}`,
    time: 'NIGHT',
    summary: `Something turns, ${i}.`,
    part: '',
    whose: 'MARA',
    want: 'the key',
    obstacle: 'the sea',
    turn: 'it opens',
    unsaid: 'fear',
    plants: '',
    way_in_and_out: 'wind',
    characters: CAST,
    pages: 0.5 + (i % 3) / 10,
  }
}

function cardsAsked(request: GenerateRequest): number {
  const found = /about (?:(\d+) scenes|one scene)/.exec(promptText(request))
  return Number(found?.[1] ?? 1)
}

/** Fountain of the requested length: the scenes that the question lists, or those that it quotes. */
export function pagesAnswer(request: GenerateRequest, factor = 1): string {
  const prompt = promptText(request)
  const words = Number(/which is about (\d+) words/.exec(prompt)?.[1] ?? 200) * factor
  const listed = [...prompt.matchAll(/^\d+\. (.+) \([\d.]+ pages?\)$/gm)].map(([, heading]) => heading ?? '')
  const shown = [...prompt.matchAll(/^(?:INT|EXT)\..+$/gm)].map(([heading]) => heading)
  const added = /Write a new scene, (.+?), after/.exec(prompt)?.[1]
  if (added !== undefined) return `${added}\n\n${sceneBody(words, 'the new scene')}`
  const headings = listed.length > 0 ? listed : shown.length > 0 ? shown : ['INT. LAMP ROOM - NIGHT']
  const tag = `${questionName(request)} ${request.messages.length}`
  const scenes = headings.map((heading, at) => `${heading}\n\n${sceneBody(words / headings.length, `${tag} ${at}`)}`)
  const isEnd = /These pages end the script|^The script as it stands/m.test(prompt)
  return `${scenes.join('\n\n')}${isEnd ? '\n\n> FADE OUT.' : ''}`
}

/** The words that a step counts as, so that the pages have the requested length at 205 words a page. */
const WORDS_PER_STEP = 36

/** Alternating action and speech of about the given number of words, different for each scene. */
function sceneBody(words: number, tag: string): string {
  const parts: string[] = []
  for (let i = 0, count = 0; count < words; i++) {
    const cast = CAST[i % CAST.length] ?? 'MARA'
    parts.push(
      `${cast}, 40, counts to ${i} for ${tag} and looks at the door again. Rain on the glass.`,
      `${cast}\nI said ${i} times about ${tag} that the door stays shut, did I not? You never listened.`,
    )
    count += WORDS_PER_STEP
  }
  return parts.join('\n\n')
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}
