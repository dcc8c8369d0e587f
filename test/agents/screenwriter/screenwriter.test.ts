import { describe, expect, test } from 'vitest'
import { createScreenwriter, type ScriptInput } from '../../../src/agents/screenwriter/index.ts'
import type { GenerateRequest } from '../../../src/contract/generate.ts'
import { measurePages, parseFountain } from '../../../src/screenplay/index.ts'
import { memoryDocumentStore } from '../../support/document-store.ts'
import { testWorld } from '../../support/test-world.ts'
import { type AnswerOverride, CAST, fakeWriter, promptText, questionName } from './fake-writer.ts'

const never = new AbortController().signal
const ASK: ScriptInput = { concept: 'A keeper finds a door under the sea.', format: 'short', target_pages: 6 }

function setUp(override?: AnswerOverride) {
  const world = testWorld()
  const documents = memoryDocumentStore()
  const upstream = fakeWriter(override)
  const screenwriter = createScreenwriter({ generate: upstream.generate, documents, world })
  const develop = (input: ScriptInput) => screenwriter.develop(input, { signal: never })
  return { world, documents, upstream, screenwriter, develop }
}

const messageTexts = ({ messages }: GenerateRequest): readonly string[] =>
  messages.map(({ parts }) => parts.map((part) => (part.type === 'text' ? part.text : '')).join(''))

describe('a script of a concept', () => {
  test('development is data, the pages are one answer, then a reader, a rewrite and a comparison', async () => {
    const { develop, upstream } = setUp()
    const result = await develop(ASK)
    expect(upstream.requests.map(questionName)).toEqual([
      'logline',
      'beats',
      'characters',
      'outline',
      'pages',
      'reading',
      'rewrite',
      'comparison',
    ])
    expect(result).toMatchObject({
      status: 'complete',
      stage: 'script',
      title: 'The Door Below',
      theme: 'Letting go.',
      characters: CAST.map((name) => ({ name, want: 'peace' })),
      calls: 8,
      cost_usd: 0.008,
      models: ['fake/writer'],
    })
    expect(result.beats).toHaveLength(5)
    expect(result.scenes.every(({ status }) => status === 'written')).toBe(true)
    expect(Math.abs(result.pages - 6)).toBeLessThanOrEqual(0.6)
    expect(result.next).toContain(`script://${result.script_id}/pdf`)
  })

  test('each request of the conversation begins with the whole previous one, word for word', async () => {
    const { develop, upstream } = setUp()
    await develop({ ...ASK, format: 'tv_pilot', target_pages: 24 })
    const inside = upstream.requests.filter((request) => !['reading', 'comparison'].includes(questionName(request)))
    const systems = new Set(inside.map(({ system }) => system))
    expect(systems.size).toBe(1)
    for (const [at, request] of inside.slice(1).entries()) {
      const [before, now] = [inside[at], request].map((one) => (one ? messageTexts(one) : []))
      expect(now?.slice(0, before?.length)).toEqual(before)
    }
  })

  test('the reader and the comparisons see the brief and the pages, not the conversation', async () => {
    const { develop, upstream } = setUp()
    const { fountain } = await develop(ASK)
    const reading = upstream.requests.find((request) => questionName(request) === 'reading')
    expect(reading?.messages).toHaveLength(1)
    expect(promptText(reading as GenerateRequest)).toContain(fountain?.slice(100, 400))
    expect(promptText(reading as GenerateRequest)).not.toContain('A key in the lamp.')
  })

  test('the draft is kept word for word, and so is the rewrite where both comparisons prefer it', async () => {
    for (const better of ['rewrite', 'first', 'tie'] as const) {
      let comparisons = 0
      const answers: string[] = []
      const { develop, upstream } = setUp((request) => {
        if (questionName(request) !== 'comparison') return undefined
        comparisons += 1
        const verdict = better === 'tie' ? 'tie' : (better === 'rewrite') === (comparisons % 2 === 1) ? 'B' : 'A'
        return JSON.stringify({ weakness_of_a: '', weakness_of_b: '', better: verdict, still_wrong: [] })
      })
      const { fountain, script_id } = await develop(ASK)
      expect(script_id).toBeDefined()
      for (const request of upstream.requests) {
        const next = upstream.requests[upstream.requests.indexOf(request) + 1]
        if (next && ['pages', 'rewrite'].includes(questionName(request))) answers.push(lastAnswer(next) ?? '')
      }
      const texts = upstream.requests.filter((request) => /^(?:pages|rewrite)$/.test(questionName(request)))
      expect(texts).toHaveLength(2)
      expect(comparisons).toBe(better === 'rewrite' ? 2 : 1)
      expect(fountain).toContain(better === 'rewrite' ? 'for rewrite' : 'for pages')
      expect(fountain).not.toContain(better === 'rewrite' ? 'for pages' : 'for rewrite')
    }
  })

  test('polish sets the number of passes of the reader', async () => {
    for (const polish of [0, 2]) {
      const { develop, upstream } = setUp()
      await develop({ ...ASK, polish })
      expect(upstream.requests.filter((request) => questionName(request) === 'reading')).toHaveLength(polish)
    }
  })

  test('a long script is written in blocks of whole scenes, each with the remaining length', async () => {
    const { develop, upstream } = setUp()
    const result = await develop({ ...ASK, format: 'feature', target_pages: 50, polish: 0 })
    const blocks = upstream.requests.filter((request) => questionName(request) === 'pages')
    expect(blocks.length).toBeGreaterThanOrEqual(4)
    expect(blocks.length).toBeLessThanOrEqual(7)
    expect(Math.abs(result.pages - 50)).toBeLessThanOrEqual(5)
    expect(parseFountain(result.fountain ?? '').elements.length).toBeGreaterThanOrEqual(0)
    for (const block of blocks) expect(promptText(block)).toMatch(/Now write scenes? \d+(?: to \d+)? of the outline/)
  })

  test('a model with a small output limit gets small blocks', async () => {
    const { upstream, documents, world } = setUp()
    const facts = async () => ({ maxOutputTokens: 1_000, contextTokens: 8_000 })
    const screenwriter = createScreenwriter({ generate: upstream.generate, documents, world, factsOf: facts })
    await screenwriter.develop({ ...ASK, polish: 0 }, { signal: never })
    expect(upstream.requests.filter((request) => questionName(request) === 'pages').length).toBeGreaterThanOrEqual(3)
  })

  test('the oldest pages are replaced by their outline where the window of the model is too small', async () => {
    const { upstream, documents, world } = setUp()
    const facts = async () => ({ maxOutputTokens: 4_000, contextTokens: 24_000 })
    const screenwriter = createScreenwriter({ generate: upstream.generate, documents, world, factsOf: facts })
    const result = await screenwriter.develop(
      { ...ASK, format: 'feature', target_pages: 60, polish: 0 },
      { signal: never },
    )
    expect(result.status).toBe('complete')
    expect(result.findings.map(({ code }) => code)).toContain('WINDOW')
    const last = upstream.requests.findLast((request) => questionName(request) === 'pages')
    expect(JSON.stringify(last?.messages)).toContain('(The pages written here, by their outline)')
  })
})

function lastAnswer(request: GenerateRequest): string | undefined {
  return messageTexts(request).at(-2)
}

describe('steering', () => {
  test('the script stops after the requested stage and shows it; the next call continues', async () => {
    const { develop, upstream } = setUp()
    const beats = await develop({ ...ASK, stop_after: 'beats' })
    expect(beats).toMatchObject({
      status: 'complete',
      theme: 'Letting go.',
      beats: [{ title: 'Beat 0' }, {}, {}, {}, {}],
    })
    expect(beats.next).toContain('The beats is finished')
    expect(upstream.requests.map(questionName)).toEqual(['logline', 'beats'])
    const whole = await develop({ script_id: beats.script_id })
    expect(whole).toMatchObject({ status: 'complete', stage: 'script' })
    expect(upstream.requests.map(questionName).slice(2, 5)).toEqual(['characters', 'outline', 'pages'])
  })

  test('notes on a script that is not complete go with the next question, and stay in the conversation', async () => {
    const { develop, upstream } = setUp()
    const { script_id } = await develop({ ...ASK, stop_after: 'logline' })
    await develop({ script_id, notes: 'No storm.', stop_after: 'characters' })
    expect(promptText(upstream.requests[1] as GenerateRequest)).toContain('The person adds: No storm.')
    expect(promptText(upstream.requests[2] as GenerateRequest)).not.toContain('No storm.')
    expect(JSON.stringify(upstream.requests[2]?.messages)).toContain('No storm.')
  })

  test('a repeated call for a finished script costs nothing', async () => {
    const { develop, upstream } = setUp()
    const first = await develop(ASK)
    const count = upstream.requests.length
    expect(await develop({ script_id: first.script_id })).toEqual(first)
    expect(upstream.requests).toHaveLength(count)
  })

  test('title, language and characters of the input are in the first question', async () => {
    const { develop, upstream } = setUp()
    const result = await develop({
      ...ASK,
      title: 'Salt',
      language: 'French',
      characters: ['ODILE, 60'],
      stop_after: 'characters',
    })
    const [first, , third] = upstream.requests
    expect(first?.system).toContain('Write all story text in French.')
    expect(promptText(first as GenerateRequest)).toContain('Characters that must be in it: ODILE, 60')
    expect(promptText(third as GenerateRequest)).toContain('ODILE, 60')
    expect(result.title).toBe('Salt')
  })

  test('every question has the requested effort, or none where none is requested', async () => {
    const { develop, upstream } = setUp()
    await develop({ ...ASK, reasoning_effort: 'high', stop_after: 'logline' })
    await develop({ ...ASK, stop_after: 'logline' })
    expect(upstream.requests.map(({ reasoningEffort }) => reasoningEffort)).toEqual(['high', undefined])
  })

  test.each<[ScriptInput, string]>([
    [{}, 'A new script needs a concept'],
    [{ concept: ' ' }, 'A new script needs a concept'],
    [{ script_id: 'none' }, 'There is no script "none"'],
    [{ concept: 'x', target_pages: 0 }, 'target_pages must be above 0'],
    [{ source: 'Only prose.' }, 'There is no scene heading in the source'],
  ])('%j is refused before a model is asked', async (input, message) => {
    const { develop, upstream } = setUp()
    await expect(develop(input)).rejects.toThrow(message)
    expect(upstream.requests).toEqual([])
  })
})

describe('exports', () => {
  test('every format has the words as they were written', async () => {
    const { develop, screenwriter } = setUp()
    const { script_id, fountain } = await develop(ASK)
    const text = String(await screenwriter.export(script_id, 'fountain'))
    expect(text).toBe(fountain)
    expect(text).toMatch(/^Title: The Door Below\nCredit: written by\nAuthor: Showrunner\n\nINT\./)
    expect(String(await screenwriter.export(script_id, 'fdx'))).toContain('<FinalDraft')
    expect(String(await screenwriter.export(script_id, 'html'))).toContain('The Door Below')
    expect(await screenwriter.export(script_id, 'pdf')).toBeInstanceOf(Uint8Array)
    expect(JSON.parse(String(await screenwriter.export(script_id, 'json')))).toMatchObject({
      status: 'complete',
      id: script_id,
    })
    expect(await screenwriter.export(script_id, 'docx')).toBeUndefined()
    expect(await screenwriter.scene(script_id, 1)).toMatch(/^INT\. LAMP ROOM 0 - NIGHT/)
    expect(await screenwriter.scene(script_id, 99)).toBeUndefined()
    expect(measurePages(parseFountain(text))).toBeCloseTo(6, 0)
  })
})
