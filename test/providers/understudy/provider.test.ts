import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Call, GenerateEvent, GenerateRequest, JsonSchema } from '../../../src/contract/generate.ts'
import { fillSchema } from '../../../src/providers/understudy/fill-json.ts'
import { findCues } from '../../../src/providers/understudy/prompt-cues.ts'
import {
  createUnderstudyProvider,
  PLACEHOLDER_NOTICE,
  UNDERSTUDY_MODEL,
} from '../../../src/providers/understudy/provider.ts'
import { createRandomSource } from '../../../src/providers/understudy/random.ts'
import { createWriter } from '../../../src/providers/understudy/writer.ts'
import { testWorld } from '../../support/test-world.ts'

const CONCEPT =
  'A lighthouse keeper named Mara Quill finds a letter in a bottle. It is addressed to Jonas, who left the island.'

function ask(about: Partial<GenerateRequest> = {}, prompt = CONCEPT): GenerateRequest {
  return { model: UNDERSTUDY_MODEL, messages: [{ role: 'user', parts: [{ type: 'text', text: prompt }] }], ...about }
}

function understudy(world = testWorld()) {
  const provider = createUnderstudyProvider(
    { id: 'rehearsal', wire: 'rehearsal', baseUrl: '' },
    { world, facts: () => undefined },
  )
  const call = (signal = new AbortController().signal): Call => ({ id: 'c1', tool: 'library', signal })
  return { provider, world, call }
}

/** All events of an answer, in a world where time passes by itself. */
async function play(request: GenerateRequest): Promise<GenerateEvent[]> {
  const { provider, call } = understudy({ ...testWorld(), sleep: async () => undefined })
  return Array.fromAsync(provider.generate(request, call()))
}

const textOf = (events: readonly GenerateEvent[]): string =>
  events.map((event) => (event.type === 'text' ? event.text : '')).join('')

async function fill(schema: JsonSchema, prompt = CONCEPT, seed?: number): Promise<unknown> {
  return JSON.parse(textOf(await play(ask({ json: { schema }, ...(seed === undefined ? {} : { seed }) }, prompt))))
}

const text = { type: 'string' }
const record = (properties: Record<string, unknown>): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})
const list = (items: unknown, minItems?: number, maxItems?: number): JsonSchema => ({
  type: 'array',
  items,
  ...(minItems === undefined ? {} : { minItems }),
  ...(maxItems === undefined ? {} : { maxItems }),
})

const SCENE = record({
  elements: list(
    {
      anyOf: [
        record({ type: { const: 'action' }, text }),
        {
          ...record({
            type: { const: 'dialogue' },
            speaker: { enum: ['MARA', 'JONAS', 'INES'] },
            text,
            parenthetical: text,
          }),
          required: ['type', 'speaker', 'text'],
        },
        record({ type: { const: 'transition' }, text }),
      ],
    },
    40,
    40,
  ),
})

const PLAN = record({
  summary: text,
  tasks: list(
    record({
      id: text,
      title: text,
      estimate_hours: { type: 'number', minimum: 0.5, maximum: 400 },
      depends_on: list(text),
      priority: { enum: ['must', 'should', 'could'] },
    }),
    8,
    14,
  ),
  milestones: list(record({ title: text, date: { type: 'string', format: 'date' }, task_ids: list(text, 1) })),
})

describe('an answer in prose', () => {
  test('says first that it is a placeholder, then plays a scene with the prompt’s own people and places', async () => {
    const said = textOf(await play(ask()))
    expect(said.startsWith(PLACEHOLDER_NOTICE)).toBe(true)
    expect(said).toMatch(/^(?:INT|EXT)\. [A-Z, ]+ - [A-Z]+$/m)
    expect(said).toMatch(/\bMARA QUILL\b|\bMara Quill\b/)
    expect(said).toMatch(/lighthouse|letter|bottle|island/i)
  })

  test('comes a few words at a time, at a pace that a person can read, and costs known tokens', async () => {
    const { provider, world, call } = understudy()
    const events: GenerateEvent[] = []
    const done = (async () => {
      for await (const event of provider.generate(ask(), call())) events.push(event)
    })()
    await world.advance(150)
    const early = events.filter((event) => event.type === 'text')
    expect(early).toHaveLength(10)
    expect(Math.max(...early.map((event) => event.text.trim().split(/\s+/).length))).toBeLessThanOrEqual(3)
    await world.advance(10_000)
    await done
    expect(events[0]).toEqual({
      type: 'start',
      provider: 'rehearsal',
      model: 'understudy',
      ignored: [],
      usage: { inputTokens: Math.ceil(CONCEPT.length / 4), cachedInputTokens: 0 },
    })
    expect(events.at(-1)).toEqual({
      type: 'end',
      finish: 'stop',
      usage: {
        inputTokens: Math.ceil(CONCEPT.length / 4),
        cachedInputTokens: 0,
        outputTokens: Math.ceil(textOf(events).length / 4),
        reasoningTokens: 0,
      },
    })
  })

  test('is the same for the same request, and another for another seed or another prompt', async () => {
    const once = textOf(await play(ask({ seed: 7 })))
    expect(textOf(await play(ask({ seed: 7 })))).toBe(once)
    expect(textOf(await play(ask({ seed: 8 })))).not.toBe(once)
    expect(textOf(await play(ask({ seed: 7 }, `${CONCEPT} At night.`)))).not.toBe(once)
  })

  test('ends at the token limit, at a stop string, and lists what it cannot honour', async () => {
    const short = await play(ask({ maxOutputTokens: 20 }))
    expect(textOf(short)).toHaveLength(80)
    expect(short.at(-1)).toMatchObject({ finish: 'length', usage: { outputTokens: 20 } })
    const stopped = await play(ask({ stop: ['no model'] }))
    expect(textOf(stopped)).toBe('This is placeholder text from the understudy: ')
    expect(stopped.at(-1)).toMatchObject({ finish: 'stop' })
    const all = await play(
      ask({
        temperature: 1,
        topP: 0.5,
        seed: 1,
        reasoningEffort: 'high',
        tools: [{ name: 'f', description: '', schema: {} }],
        toolChoice: 'required',
      }),
    )
    expect(all[0]).toMatchObject({ ignored: ['temperature', 'topP', 'reasoningEffort', 'tools', 'toolChoice'] })
  })
})

describe('failures', () => {
  test('an abort in mid-stream is `cancelled`, and leaves no timer behind', async () => {
    const { provider, world, call } = understudy()
    const stop = new AbortController()
    const reading = Array.fromAsync(provider.generate(ask(), call(stop.signal)))
    const failure = expect(reading).rejects.toMatchObject({ failure: { kind: 'cancelled' } })
    await world.advance(60)
    stop.abort()
    await failure
  })

  test('every other model name is unknown', async () => {
    await expect(play(ask({ model: 'star' }))).rejects.toMatchObject({
      failure: { kind: 'unknown_model', nearest: [UNDERSTUDY_MODEL] },
    })
    expect(await understudy().provider.listModels(new AbortController().signal)).toEqual([{ id: UNDERSTUDY_MODEL }])
  })

  test.each([
    ['that only an endless value fits', { type: 'object', properties: { next: { $ref: '#' } }, required: ['next'] }],
    ['whose pattern cannot be read', { type: 'string', pattern: '(' }],
  ])('a schema %s is refused', async (_, schema) => {
    await expect(play(ask({ json: { schema } }))).rejects.toMatchObject({
      failure: { kind: 'invalid_request' },
    })
  })
})

describe('an answer in JSON', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })

  test('fits any schema of the usual keywords', async () => {
    await fc.assert(
      fc.asyncProperty(schemas(), fc.integer(), async (schema, seed) => {
        const value = await fill(schema, CONCEPT, seed)
        const valid = ajv.validate(schema, value)
        expect(valid ? '' : `${JSON.stringify(value)} ${ajv.errorsText()}`).toBe('')
      }),
      { numRuns: 300 },
    )
  })

  test('fits a schema that refers to itself', async () => {
    const schema = {
      $ref: '#/$defs/node',
      $defs: {
        node: {
          type: 'object',
          properties: { name: text, parts: list({ $ref: '#/$defs/node' }) },
          required: ['name', 'parts'],
        },
      },
    }
    for (let seed = 0; seed < 20; seed++) expect(ajv.validate(schema, await fill(schema, CONCEPT, seed))).toBe(true)
  })

  test.each([
    ['^t\\d{2,3}$', /^t\d{2,3}$/],
    ['^[A-Z][a-z]+(?: [A-Z][a-z]+)?$', /^[A-Z][a-z]+(?: [A-Z][a-z]+)?$/],
    ['^(INT|EXT)\\. .+ - (DAY|NIGHT)$', /^(INT|EXT)\. .+ - (DAY|NIGHT)$/],
    ['^[^a-z]{3}$', /^[^a-z]{3}$/],
  ])('keeps the pattern %s', async (pattern, expected) => {
    expect(await fill({ type: 'string', pattern })).toMatch(expected)
  })

  test('a scene of 40 elements is action and speeches in turn, and hardly a sentence twice', async () => {
    const { elements } = await fillScene()
    expect(elements).toHaveLength(40)
    expect(elements[0]).toMatchObject({ type: 'action' })
    const speeches = elements.filter((element) => element.type === 'dialogue')
    expect(speeches.length).toBeGreaterThan(12)
    expect(speeches.length).toBeLessThan(34)
    expect(new Set(speeches.map((speech) => speech.speaker)).size).toBeGreaterThan(1)
    expect(speeches.filter((speech, at) => speech.speaker === speeches[at - 1]?.speaker)).toEqual([])
    expect(speeches.filter((speech) => speech.speaker && speech.text.includes(speech.speaker))).toEqual([])
    const texts = elements.filter((element) => element.type !== 'transition').map((element) => element.text)
    expect(new Set(texts).size).toBeGreaterThan(texts.length * 0.97)
  })

  test('there is an action for every speech or so: half a script, not three quarters, is spoken', async () => {
    const scenes = await Promise.all(Array.from({ length: 20 }, (_, seed) => fillScene(seed)))
    const all = scenes.flatMap(({ elements }) => elements)
    const share = all.filter(({ type }) => type === 'dialogue').length / all.length
    expect(share).toBeGreaterThan(0.5)
    expect(share).toBeLessThan(0.6)
  })

  test('one object with a tag has what belongs to its tag, and null for the rest', async () => {
    const items = record({
      kind: { enum: ['action', 'dialogue'] },
      speaker: { anyOf: [{ enum: ['MARA', 'JONAS'] }, { type: 'null' }] },
      parenthetical: { type: ['string', 'null'] },
      text,
    })
    const value = await fill(list(items, 20, 20))
    const odd = (value as { kind: string; speaker: string | null; parenthetical: string | null }[]).filter(
      ({ kind, speaker, parenthetical }) =>
        kind === 'dialogue' ? speaker === null : speaker !== null || parenthetical !== null,
    )
    expect(odd).toEqual([])
  })

  test('a task graph has ids in order, looks back only, and has both chains and parallel work', async () => {
    for (let seed = 0; seed < 12; seed++) {
      const plan = (await fill(PLAN, 'Goal: open a bakery by 2027-05-01.', seed)) as {
        tasks: { id: string; title: string; estimate_hours: number; depends_on: string[] }[]
        milestones: { date: string; task_ids: string[] }[]
      }
      const ids = plan.tasks.map((task) => task.id)
      expect(ids).toEqual(ids.map((_, at) => `t${at + 1}`))
      for (const [at, task] of plan.tasks.entries()) {
        expect(task.depends_on.filter((id) => !ids.slice(0, at).includes(id))).toEqual([])
        expect(new Set(task.depends_on).size).toBe(task.depends_on.length)
        expect(task.estimate_hours).toBeGreaterThanOrEqual(1)
        expect(task.estimate_hours).toBeLessThanOrEqual(40)
      }
      expect(plan.tasks.some((task) => task.depends_on.length > 0)).toBe(true)
      const level = new Map<string, number>()
      for (const task of plan.tasks)
        level.set(task.id, 1 + Math.max(0, ...task.depends_on.map((id) => level.get(id) ?? 0)))
      expect(Math.max(...level.values())).toBeLessThan(plan.tasks.length)
      expect(new Set(plan.tasks.map((task) => task.title)).size).toBe(plan.tasks.length)
      expect(new Set(plan.tasks.map((task) => task.estimate_hours)).size).toBeGreaterThan(2)
      expect(plan.milestones.flatMap((milestone) => milestone.task_ids).filter((id) => !ids.includes(id))).toEqual([])
      expect(plan.milestones[0]?.date).toMatch(/^2027-05-0\d$/)
    }
  })

  test.each([
    ['fewer than numbers', 3, 5],
    ['as many as numbers', 4, 4],
    ['more than numbers', 11, 5],
    ['only one', 1, 4],
  ])('numbers in the items of a list are dealt out in order, each to some item (%s)', async (_, count, many) => {
    const numbers = list({ type: 'integer', minimum: 7, maximum: 6 + many }, 1, many)
    const { scenes } = (await fill(
      record({ scenes: list(record({ summary: text, beats: numbers }), count, count) }),
    )) as {
      scenes: { beats: number[] }[]
    }
    const beats = scenes.flatMap((scene) => scene.beats)
    expect(scenes).toHaveLength(count)
    expect(beats).toEqual(beats.toSorted((a, b) => a - b))
    expect([...new Set(beats)]).toEqual(Array.from({ length: many }, (_, at) => 7 + at))
  })

  test('fields are filled by what they are called, and people keep their names', async () => {
    const schema = record({
      title: text,
      characters: list(record({ name: text, role: text, want: text, voice: text }), 3, 3),
      scenes: list(
        record({
          number: { type: 'integer' },
          heading: text,
          summary: text,
          time_of_day: text,
          value: { type: 'string', description: 'The scene heading' },
        }),
        6,
        6,
      ),
    })
    const value = (await fill(schema)) as {
      title: string
      characters: { name: string }[]
      scenes: { number: number; heading: string; value: string; time_of_day: string }[]
    }
    expect(value.title).not.toContain('laceholder')
    expect(value.characters.map((one) => one.name).slice(0, 2)).toEqual(['Mara Quill', 'Jonas'])
    expect(value.scenes.map((scene) => scene.number)).toEqual([1, 2, 3, 4, 5, 6])
    for (const { heading, value: described, time_of_day } of value.scenes) {
      expect(heading).toMatch(/^(?:INT|EXT)\. [A-Z, ]+ - [A-Z]+$/)
      expect(described).toMatch(/^(?:INT|EXT)\. /)
      expect(time_of_day).toMatch(/^[A-Z]+$/)
    }
  })

  test.each([
    ['a logline', record({ title: text, logline: text }), /"logline":"[^"]*\(Placeholder text\.\)"/],
    ['a scene', SCENE, /"type":"action","text":"[^"]*\(Placeholder text\.\)"/],
    ['a plan', PLAN, /"summary":"[^"]*\(Placeholder text\.\)"/],
    ['one short text', record({ summary: { type: 'string', maxLength: 80 } }), /\(Placeholder/],
  ])('says that it is a placeholder in %s, once', async (_, schema, where) => {
    const said = JSON.stringify(await fill(schema))
    expect(said).toMatch(where)
    expect(said.match(/Placeholder/g)).toHaveLength(1)
  })

  test('comes fast: a scene of 40 elements in under a second', async () => {
    const { provider, world, call } = understudy()
    const done = Array.fromAsync(provider.generate(ask({ json: { schema: SCENE } }), call()))
    await world.advance(1000)
    expect((await done).at(-1)).toMatchObject({ type: 'end', finish: 'stop' })
  })

  async function fillScene(seed?: number): Promise<{ elements: { type: string; text: string; speaker?: string }[] }> {
    return (await fill(SCENE, CONCEPT, seed)) as { elements: { type: string; text: string; speaker?: string }[] }
  }
})

/** Random schemas of the keywords that the understudy supports. */
function schemas(): fc.Arbitrary<JsonSchema> {
  const name = fc.constantFrom(
    'id',
    'title',
    'summary',
    'type',
    'speaker',
    'pages',
    'items',
    'depends_on',
    'estimate_hours',
    'date',
    'x',
  )
  const bounds = (low: string, high: string, most: number): fc.Arbitrary<JsonSchema> =>
    fc.tuple(fc.option(fc.nat(most)), fc.option(fc.nat(most))).map(([least, span]) => ({
      ...(least === null ? {} : { [low]: least }),
      ...(span === null ? {} : { [high]: (least ?? 0) + span }),
    }))
  const { schema } = fc.letrec<{ schema: JsonSchema }>((tie) => ({
    schema: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      bounds('minLength', 'maxLength', 60).map((lengths) => ({ type: 'string', ...lengths })),
      fc.constantFrom<JsonSchema>(
        { type: 'boolean' },
        { type: 'null' },
        { const: 'x' },
        { type: 'string', format: 'date' },
        { type: ['string', 'null'] },
        {},
      ),
      fc.constantFrom<JsonSchema>(
        { type: 'string', pattern: '^[a-z]{2,5}-\\d+$' },
        { type: 'string', pattern: '^(a|b)?c$', minLength: 2 },
      ),
      fc
        .uniqueArray(fc.oneof(fc.string({ maxLength: 8 }), fc.integer()), { minLength: 1, maxLength: 4 })
        .map((words) => ({ enum: words })),
      fc
        .tuple(fc.constantFrom('integer', 'number'), bounds('minimum', 'maximum', 50))
        .map(([type, range]) => ({ type, ...range })),
      fc
        .tuple(tie('schema'), bounds('minItems', 'maxItems', 5))
        .map(([items, counts]) => ({ type: 'array', items, ...counts })),
      fc
        .tuple(fc.dictionary(name, tie('schema'), { maxKeys: 5, noNullPrototype: true }), fc.boolean(), fc.nat(5))
        .map(([properties, open, needed]) => ({
          type: 'object',
          properties,
          required: Object.keys(properties).slice(0, needed),
          ...(open ? {} : { additionalProperties: false }),
        })),
      fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
      fc.tuple(tie('schema'), tie('schema')).map(([a, b]) => ({
        oneOf: [record({ type: { const: 'a' }, a }), record({ type: { const: 'b' }, b })],
      })),
    ),
  }))
  return fc.oneof(
    schema,
    schema.map((shared) => ({ $defs: { shared }, type: 'array', items: { $ref: '#/$defs/shared' }, maxItems: 3 })),
  )
}

const WRITER = () => createWriter(findCues(''), createRandomSource(1))

describe('schemas that cost too much', () => {
  const list = (items: object, minItems: number) => ({ type: 'array', minItems, maxItems: minItems, items })
  const doubled = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [
      `d${i}`,
      i === 39 ? { type: 'string' } : { allOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] },
    ]),
  )
  test.each<[what: string, schema: JsonSchema]>([
    ['a list of 10^9', list({ type: 'string' }, 1e9)],
    ['a text of 10^9', { type: 'string', minLength: 1e9 }],
    ['a pattern of 10^9', { type: 'string', pattern: '^[a-z]{1000000000}$' }],
    ['patterns that multiply', { type: 'string', pattern: '^(?:(?:a{1000}){1000}){1000}$' }],
    ['lists within lists', list(list(list({ type: 'integer' }, 900), 900), 900)],
    ['references that double', { $ref: '#/$defs/d0', $defs: doubled }],
    ['10 MB', { type: 'object', description: 'x'.repeat(10_000_000) }],
    [
      '10^5 properties',
      { type: 'object', properties: Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => [`p${i}`, {}])) },
    ],
  ])('%s are refused at once', (_, schema) => {
    const before = performance.now()
    expect(() => fillSchema(schema, WRITER(), createRandomSource(1), '2026-01-01')).toThrow(RangeError)
    expect(performance.now() - before).toBeLessThan(2_000)
  })

  test.each(['^(a+)+$', '^(\\w+\\s?)+$', '^(([a-z0-9.-]+)(,|,\\s)?)+$', '^\\w*\\w*\\w*\\w*\\w*x$', '^(a|aa)+$'])(
    'a pattern that backtracks ends: %s',
    (pattern) => {
      const schema = { type: 'string', pattern, minLength: 60 }
      const before = performance.now()
      try {
        fillSchema(schema, WRITER(), createRandomSource(1), '2026-01-01')
      } catch {
        // A refusal is accepted as well as a value.
      }
      expect(performance.now() - before).toBeLessThan(2_000)
    },
  )
})
