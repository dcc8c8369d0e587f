import type { Call, Generate, GenerateEvent, GenerateRequest } from '../../../src/contract/generate.ts'
import { scriptedModel } from '../../support/scripted-model.ts'

/** What one request is answered with: JSON text, an error, or events played as they are. Undefined: a good answer. */
export type AnswerOverride = (
  request: GenerateRequest,
  call: Call,
  nth: number,
) => string | Error | readonly GenerateEvent[] | undefined

/** An upstream that answers every question of the screenwriter well and always alike, but for a twist. */
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
      return override(request, call, nth) ?? JSON.stringify(validAnswer(request))
    }),
  )
}

/** The first `answered` requests are answered; then nothing comes any more, until the call is aborted. */
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

/** Which question a request asks: `scene 2`, with a `+` where the scene goes on. */
export function questionName(request: GenerateRequest): string {
  const name = request.json?.name ?? ''
  const prompt = promptText(request)
  if (name === 'scene')
    return `scene ${/Now scene (\d+)/.exec(prompt)?.[1]}${prompt.includes('It begins so:') ? '+' : ''}`
  return name === 'outline' ? `outline ${/Outline (beats? [\d to]+) in/.exec(prompt)?.[1]}` : name
}

export function promptText(request: GenerateRequest): string {
  const part = request.messages[0]?.parts[0]
  return part?.type === 'text' ? part.text : ''
}

export const CAST = ['MARA', 'TOBIAS', 'INES']
const MORE = ['GRETA', 'OLD PEDRO', 'WIMBERLEY', 'KOJI', 'ZAHRA']

export function validAnswer(request: GenerateRequest): unknown {
  const schema = request.json?.schema ?? {}
  switch (request.json?.name) {
    case 'logline':
      return {
        title: 'The Door Below',
        logline: 'A keeper finds a door under the sea and must close it.',
        theme: 'Letting go.',
      }
    case 'characters':
      return {
        characters: cast(schema).map((name) => ({ name, role: `${name}, 40`, want: 'peace', voice: 'dry' })),
        sets: ['Lamp room', 'The shore'],
      }
    case 'beats':
      return {
        beats: times(minItems(schema, 'beats'), (i) => ({ title: `Beat ${i}`, summary: `Turn ${i}.`, pages: 0.5 })),
      }
    case 'outline':
      return {
        scenes: times(minItems(schema, 'scenes'), (i, count) => ({
          beats: beatsFor(schema, i, count),
          int_ext: i % 2 ? 'EXT.' : 'INT.',
          set: i % 2 ? 'The shore' : 'Lamp room',
          time: 'NIGHT',
          summary: `Something turns, ${i}.`,
          characters: enumOf(request, 'characters'),
          pages: 0.5 + (i % 3) / 10,
        })),
      }
    case 'revision':
      return { rewrite: [2], remove: [], add: [], characters: [], rename: [], title: null }
    default:
      return { elements: sceneElements(request), facts: [`MARA knows it since ${questionName(request)}.`] }
  }
}

/** Unlike any other scene's, and the same each time. */
export function sceneElements(request: GenerateRequest, factor = 1): readonly Record<string, unknown>[] {
  const elements = getPath(request.json?.schema, 'properties', 'elements')
  const [min, max] = [Number(getPath(elements, 'minItems')), Number(getPath(elements, 'maxItems'))]
  const cast = enumOf(request, 'speaker')
  const tag = `${questionName(request)} ${promptText(request).length}`.replace(/\W+/g, ' ')
  return times(Math.round(((min + max) / 2) * factor), (i) =>
    i % 2 === 0
      ? { type: 'action', text: `Rain on the glass. She counts to ${i} in ${tag} and looks at the door again.` }
      : {
          type: 'dialogue',
          speaker: cast[((i - 1) / 2) % cast.length],
          parenthetical: null,
          text: `I told you ${i} times about ${tag}, did I not? You never listened.`,
        },
  )
}

/** Those of the cast, as a field of the schema names them. */
function enumOf({ json }: GenerateRequest, field: 'speaker' | 'characters'): readonly string[] {
  const names = new RegExp(`"${field}":\\{.*?"enum":(\\[[^\\]]*\\])`).exec(JSON.stringify(json?.schema))?.[1]
  return JSON.parse(names ?? '[]')
}

function cast(schema: unknown): readonly string[] {
  return [...CAST, ...MORE].slice(0, Math.max(CAST.length, minItems(schema, 'characters')))
}

function times<T>(count: number, make: (index: number, count: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index, count))
}

/** The beats of one scene of so many: those that are asked for, in order, each in some scene. */
function beatsFor(schema: unknown, index: number, count: number): readonly number[] {
  const range = getPath(schema, 'properties', 'scenes', 'items', 'properties', 'beats', 'items')
  const [min, max] = [Number(getPath(range, 'minimum')), Number(getPath(range, 'maximum'))]
  const before = (scene: number): number => Math.floor((scene * (max - min + 1)) / count)
  return times(Math.max(1, before(index + 1) - before(index)), (at) => min + before(index) + at)
}

function minItems(schema: unknown, list: string): number {
  return Number(getPath(getPath(schema, 'properties', list), 'minItems'))
}

function getPath(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (here, name) => (typeof here === 'object' && here !== null ? Reflect.get(here, name) : undefined),
    value,
  )
}
