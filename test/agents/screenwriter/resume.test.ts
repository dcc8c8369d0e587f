import { describe, expect, test } from 'vitest'
import { createScreenwriter, type ScriptInput, type ScriptResult } from '../../../src/agents/screenwriter/index.ts'
import { GenerateError } from '../../../src/contract/errors.ts'
import type { Generate } from '../../../src/contract/generate.ts'
import { memoryDocumentStore } from '../../support/document-store.ts'
import { testWorld } from '../../support/test-world.ts'
import { type AnswerOverride, cutOff, fakeWriter, hangAfter, pagesAnswer, questionName } from './fake-writer.ts'

const never = new AbortController().signal
const ASK: ScriptInput = { concept: 'A keeper finds a door under the sea.', format: 'short', target_pages: 3 }

/** Answers with a preference for the rewrite, and a first draft that is cut off once. */
const eventful: () => AnswerOverride = () => {
  let comparisons = 0
  return (request) => {
    if (questionName(request) === 'comparison') {
      const better = ++comparisons % 2 === 1 ? 'B' : 'A'
      return JSON.stringify({ weakness_of_a: '', weakness_of_b: '', better, still_wrong: [] })
    }
    if (questionName(request) === 'pages') return cutOff(pagesAnswer(request).slice(0, 900))
    if (questionName(request) === 'continue') {
      const question = request.messages.at(-3)
      const whole = pagesAnswer({
        ...request,
        messages: [...request.messages.slice(0, -3), ...(question ? [question] : [])],
      })
      return whole.slice(900)
    }
    return undefined
  }
}

const undisturbed = async (): Promise<{ questions: string[]; result: ScriptResult }> => {
  const { generate, requests } = fakeWriter(eventful())
  const writer = createScreenwriter({ generate, documents: memoryDocumentStore(), world: testWorld() })
  const result = await writer.develop(ASK, { signal: never })
  return { questions: requests.map(questionName), result }
}

describe('a crash at any moment', () => {
  test('repeats no answered question, and the script is the same as without the crash', async () => {
    const { questions, result } = await undisturbed()
    expect(questions).toContain('continue')
    expect(questions.filter((question) => question === 'comparison')).toHaveLength(2)
    for (let answered = 0; answered < questions.length; answered++) {
      const world = testWorld()
      const documents = memoryDocumentStore()
      const { generate, requests } = fakeWriter(eventful())
      const [one, two] = [documents.otherProcess(), documents.otherProcess()]
      const before = createScreenwriter({ generate: hangAfter(generate, answered), documents: one, world })
      const begun = before.develop({ ...ASK, wait_seconds: 5 }, { signal: never })
      await world.advance(5_000)
      const { script_id, status } = await begun
      expect(status).toBe('running')
      one.crash()
      const after = createScreenwriter({ generate, documents: two, world }).develop({ script_id }, { signal: never })
      await world.advance(40_000)
      expect(await after).toMatchObject({ status: 'complete', fountain: result.fountain })
      expect(requests.map(questionName)).toEqual(questions)
    }
  })

  test('continues partial pages from the saved text', async () => {
    const world = testWorld()
    const documents = memoryDocumentStore()
    const upstream = fakeWriter()
    const [one, two] = [documents.otherProcess(), documents.otherProcess()]
    const text = 'INT. LAMP ROOM - NIGHT\n\nMARA\nThe first words were paid for, and'
    const slow: Generate = async function* (request, call) {
      if (questionName(request) !== 'pages') return yield* upstream.generate(request, call)
      yield { type: 'start', provider: 'fake', model: 'm', ignored: [] }
      for (const word of text.split(/(?<= )/)) {
        await world.sleep(1_000, call.signal)
        yield { type: 'text', text: word }
      }
      await world.sleep(1e9, call.signal)
    }
    const begun = createScreenwriter({ generate: slow, documents: one, world }).develop(
      { ...ASK, wait_seconds: 20 },
      { signal: never },
    )
    await world.advance(20_000)
    const { script_id } = await begun
    one.crash()
    const seen: string[] = []
    const generate: Generate = (request, call) => {
      seen.push(questionName(request))
      return upstream.generate(request, call)
    }
    const after = createScreenwriter({ generate, documents: two, world }).develop({ script_id }, { signal: never })
    await world.advance(40_000)
    await after
    const kept = String(await createScreenwriter({ generate, documents: two, world }).export(script_id, 'json'))
    expect(kept).toContain('The first words were paid')
    expect(seen[0]).toBe('continue')
  })

  test('continues a revision, without its notes given again', async () => {
    const world = testWorld()
    const documents = memoryDocumentStore()
    const { generate, requests } = fakeWriter()
    const [one, two] = [documents.otherProcess(), documents.otherProcess()]
    const { script_id } = await createScreenwriter({ generate, documents: one, world }).develop(ASK, { signal: never })
    const before = createScreenwriter({ generate: hangAfter(generate, 1), documents: one, world })
    const begun = before.develop({ script_id, notes: 'A worse storm.', wait_seconds: 5 }, { signal: never })
    await world.advance(5_000)
    expect(await begun).toMatchObject({ status: 'running' })
    one.crash()
    const after = createScreenwriter({ generate, documents: two, world }).develop({ script_id }, { signal: never })
    await world.advance(40_000)
    expect(await after).toMatchObject({ status: 'complete' })
    expect(requests.map(questionName).slice(-2)).toEqual(['revision', 'revise'])
  })
})

describe('waiting', () => {
  test('a poll of a running script returns only the parts since the last poll, and is short', async () => {
    const world = testWorld()
    const upstream = fakeWriter()
    const generate: Generate = async function* (request, call) {
      await world.sleep(4_000, call.signal)
      yield* upstream.generate(request, call)
    }
    const writer = createScreenwriter({ generate, documents: memoryDocumentStore(), world })
    const begun = writer.develop({ ...ASK, format: 'tv_pilot', target_pages: 30, wait_seconds: 5 }, { signal: never })
    await world.advance(5_000)
    let result = await begun
    expect(result).toMatchObject({ status: 'running', logline: expect.stringContaining('door'), theme: 'Letting go.' })
    const texts: string[] = []
    while (result.status === 'running') {
      const poll = writer.develop({ script_id: result.script_id, wait_seconds: 5 }, { signal: never })
      await world.advance(5_000)
      result = await poll
      if (result.status !== 'running') break
      const { fountain = '', beats: _, characters: __, scenes, ...rest } = result
      expect(JSON.stringify(rest).length).toBeLessThan(2_000)
      expect(result.logline).toBeNull()
      if (fountain !== '') texts.push(fountain)
      if (scenes.length === 0) expect(JSON.stringify(result).length).toBeLessThan(2_500)
    }
    expect(result.status).toBe('complete')
    expect(new Set(texts).size).toBe(texts.length)
  })

  test('progress names the results so far, and shows the page while it streams', async () => {
    const world = testWorld()
    const upstream = fakeWriter()
    const generate: Generate = async function* (request, call) {
      await world.sleep(1_500, call.signal)
      yield* upstream.generate(request, call)
    }
    const heard: string[] = []
    const writer = createScreenwriter({ generate, documents: memoryDocumentStore(), world })
    const whole = writer.develop(ASK, { signal: never, onProgress: ({ message }) => void heard.push(message) })
    await world.advance(60_000)
    await whole
    expect(heard.join('\n')).toContain('The Door Below: A keeper finds a door')
    expect(heard.join('\n')).toContain('cast: MARA, TOBIAS, INES')
    expect(heard.join('\n')).toMatch(/pages · [\d.]+ of 3 pages · …/)
    expect(heard.join('\n')).toMatch(/^to do: \d+ to \d+ calls/m)
  })

  test('a cancelled call stops the script at its last saved state', async () => {
    const world = testWorld()
    const { generate } = fakeWriter()
    const documents = memoryDocumentStore()
    const writer = createScreenwriter({ generate: hangAfter(generate, 3), documents, world })
    const cancel = new AbortController()
    const outcome = writer.develop(ASK, { signal: cancel.signal }).catch((error: unknown) => error)
    await world.advance(1_000)
    cancel.abort()
    expect(await outcome).toMatchObject({ failure: { kind: 'cancelled' } })
    const [saved] = await documents.list('script', '', 1)
    expect(await writer.get(saved?.id ?? '')).toMatchObject({ status: 'stopped', stage: 'outline', calls: 3 })
  })

  test('a change during a run is refused, and the ignored model is named', async () => {
    const world = testWorld()
    const { generate } = fakeWriter()
    const writer = createScreenwriter({ generate: hangAfter(generate, 2), documents: memoryDocumentStore(), world })
    const begun = writer.develop({ ...ASK, wait_seconds: 1 }, { signal: never })
    await world.advance(1_000)
    const { script_id } = await begun
    const notes = writer.develop({ script_id, notes: 'Colder.', wait_seconds: 1 }, { signal: never })
    const refused = expect(notes).rejects.toThrow('is being written. Give notes again when it is complete.')
    await world.advance(1_000)
    await refused
    const other = writer.develop({ script_id, model: 'other/m', wait_seconds: 1 }, { signal: never })
    await world.advance(1_000)
    expect((await other).next).toContain('It was already being written, so model did not count')
  })
})

describe('money', () => {
  const facts = async () => ({ price: { input: 3_000_000, output: 15_000_000, source: 'test' } })

  test('the script stops at the cap with its saved parts, and continues under a higher cap', async () => {
    const { generate } = fakeWriter()
    const writer = createScreenwriter({ generate, documents: memoryDocumentStore(), world: testWorld() })
    const capped = await writer.develop({ ...ASK, max_cost_usd: 0.003 }, { signal: never })
    expect(capped).toMatchObject({ status: 'stopped', cost_usd: 0.003, calls: 3 })
    expect(capped.next).toContain('max_cost_usd')
    const more = await writer.develop({ script_id: capped.script_id, max_cost_usd: 1 }, { signal: never })
    expect(more.status).toBe('complete')
  })

  test('a lower estimate above the cap asks nothing and shows the estimate', async () => {
    const { generate, requests } = fakeWriter()
    const writer = createScreenwriter({
      generate,
      documents: memoryDocumentStore(),
      world: testWorld(),
      factsOf: facts,
    })
    const result = await writer.develop({ ...ASK, max_cost_usd: 0.01 }, { signal: never })
    expect(result).toMatchObject({ status: 'stopped', calls: 0 })
    expect(result.next).toContain('more than max_cost_usd, $0.01. Nothing was asked.')
    expect(result.estimate?.cost_usd?.[0]).toBeGreaterThan(0.01)
    expect(requests).toEqual([])
  })

  test('the estimate bounds the calls of a run, and is absent for a complete script', async () => {
    const { generate, requests } = fakeWriter()
    const writer = createScreenwriter({
      generate,
      documents: memoryDocumentStore(),
      world: testWorld(),
      factsOf: facts,
    })
    const early = await writer.develop({ ...ASK, stop_after: 'logline' }, { signal: never })
    const whole = await writer.develop({ script_id: early.script_id }, { signal: never })
    const [least = 0, most = 0] = early.estimate?.calls ?? []
    expect(requests.length - 1).toBeGreaterThanOrEqual(least - 1)
    expect(requests.length - 1).toBeLessThanOrEqual(most)
    expect(whole.status).toBe('complete')
  })

  test('a refusing budget stops the script, and an unknown price makes the cost unknown', async () => {
    const over = new GenerateError(
      { kind: 'over_budget', budget: 'daily', freeAt: undefined },
      'The budget is used up.',
    )
    const stopped = fakeWriter((_, __, nth) => (nth === 3 ? over : undefined))
    const writer = createScreenwriter({
      generate: stopped.generate,
      documents: memoryDocumentStore(),
      world: testWorld(),
    })
    expect(await writer.develop(ASK, { signal: never })).toMatchObject({ status: 'stopped', stage: 'characters' })
    const unpriced = fakeWriter((_, call) => {
      call.onAttempt?.({
        model: 'x/y',
        outcome: 'ok',
        at: 0,
        latencyMs: 1,
        firstTokenMs: 1,
        usage: {},
        microUsd: undefined,
        estimated: false,
      })
      return undefined
    })
    const other = createScreenwriter({
      generate: unpriced.generate,
      documents: memoryDocumentStore(),
      world: testWorld(),
    })
    expect(await other.develop({ ...ASK, stop_after: 'logline' }, { signal: never })).toMatchObject({ cost_usd: null })
  })

  test('each scene has the model that wrote it and its share of the cost', async () => {
    const { generate } = fakeWriter()
    const writer = createScreenwriter({ generate, documents: memoryDocumentStore(), world: testWorld() })
    const { scenes } = await writer.develop({ ...ASK, polish: 0 }, { signal: never })
    expect(scenes.every(({ model, attempts }) => model === 'fake/writer' && attempts === 1)).toBe(true)
    expect(scenes.reduce((sum, { cost_usd }) => sum + (cost_usd ?? 0), 0)).toBeCloseTo(0.001, 4)
  })
})

describe('a model that misbehaves', () => {
  const run = async (override: AnswerOverride) => {
    const { generate, requests } = fakeWriter(override)
    const writer = createScreenwriter({ generate, documents: memoryDocumentStore(), world: testWorld() })
    const result = await writer.develop({ ...ASK, polish: 0 }, { signal: never })
    return { result, questions: requests.map(questionName) }
  }

  test('an answer in another format is asked for once more, with the problem', async () => {
    const { result, questions } = await run((request) =>
      questionName(request) === 'pages' ? '{"elements":[{"type":"action","text":"Rain."}]}' : undefined,
    )
    expect(questions.slice(4, 6)).toEqual(['pages', 'repair'])
    expect(result.status).not.toBe('running')
  })

  test('two answers without a script are a clear error, calls are bounded, and the plan is kept', async () => {
    const { result, questions } = await run((request) => (request.json ? undefined : 'I would rather not write this.'))
    expect(questions).toEqual(['logline', 'beats', 'characters', 'outline', 'pages', 'repair'])
    expect(result).toMatchObject({ status: 'failed', stage: 'script', title: 'The Door Below', pages: 0 })
    expect(result.next).toContain('the model gave no script')
  })

  test('a stop in the middle of a sentence is asked for once more', async () => {
    const { questions } = await run((request) =>
      questionName(request) === 'pages' ? `${pagesAnswer(request)}\n\nMARA\nThen she said that the` : undefined,
    )
    expect(questions.slice(4, 6)).toEqual(['pages', 'repair'])
  })

  test('a script far off its length is asked for once more, then fails, with nothing cut', async () => {
    const { result, questions } = await run((request) => (request.json ? undefined : pagesAnswer(request, 2)))
    expect(questions.slice(4)).toEqual(['pages', 'length'])
    expect(result.status).toBe('failed')
    expect(result.next).toMatch(/runs \d\.\d pages instead of 3/)
    expect(result.fountain).toContain('FADE OUT.')
  })

  test('a little too long is a warning with the figure', async () => {
    const { result } = await run((request) => (request.json ? undefined : pagesAnswer(request, 1.25)))
    expect(result).toMatchObject({ status: 'complete' })
    expect(result.findings[0]).toMatchObject({
      code: 'LENGTH',
      severity: 'warn',
      message: expect.stringMatching(/\d+ % more/),
    })
  })

  test('cues with extensions, people outside the cast and two speeches in a row are printed as they are', async () => {
    const text =
      'INT. ROOM - DAY\n\nA phone.\n\nOPERATOR (ON PHONE)\nLine one.\n\nMARA (O.S.)\nNo.\n\nMARA (O.S.)\nNo, again.\n\n> FADE OUT.'
    const { generate } = fakeWriter((request) => (request.json ? undefined : text))
    const writer = createScreenwriter({ generate, documents: memoryDocumentStore(), world: testWorld() })
    const result = await writer.develop(
      { concept: 'x', format: 'scene', target_pages: 0.5, polish: 0 },
      { signal: never },
    )
    expect(result.fountain).toContain(text)
    expect(result.findings.map(({ code }) => code)).toContain('S03')
  })
})
