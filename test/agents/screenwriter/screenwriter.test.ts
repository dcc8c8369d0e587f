import { describe, expect, test } from 'vitest'
import { createScreenwriter, type ScriptInput } from '../../../src/agents/screenwriter/index.ts'
import type { Generate } from '../../../src/contract/generate.ts'
import { fromFdx, measurePages, parseFountain } from '../../../src/screenplay/index.ts'
import { memoryDocumentStore } from '../../support/document-store.ts'
import { testWorld } from '../../support/test-world.ts'
import { CAST, fakeWriter, promptText, questionName, sceneElements } from './fake-writer.ts'

const never = new AbortController().signal
const ASK: ScriptInput = { concept: 'A keeper finds a door under the sea.', format: 'short', target_pages: 4 }

function setUp(generate: Generate) {
  const world = testWorld()
  const documents = memoryDocumentStore()
  return { world, shelf: documents, screenwriter: createScreenwriter({ generate, documents, world }) }
}

describe('from a concept to a script', () => {
  test('the stages are asked in order, and the result is whole', async () => {
    const { generate, requests } = fakeWriter()
    const { screenwriter } = setUp(generate)
    const heard: string[] = []
    const result = await screenwriter.develop(ASK, {
      signal: never,
      onProgress: ({ message }) => void heard.push(message),
    })
    expect(result).toMatchObject({
      status: 'complete',
      stage: 'script',
      title: 'The Door Below',
      logline: 'A keeper finds a door under the sea and must close it.',
      characters: CAST.map((name) => ({ name, role: `${name}, 40`, want: 'peace', voice: 'dry' })),
      target_pages: 4,
      resource: `script://${result.script_id}`,
      cost_usd: requests.length / 1_000,
      calls: requests.length,
      models: ['fake/writer'],
    })
    expect(result.next).toBeUndefined()
    const questions = requests.map(questionName)
    expect(questions.slice(0, 4)).toEqual(['logline', 'characters', 'beats', 'outline beats 1 to 5'])
    expect([...new Set(questions.slice(4).map((question) => question.replace('+', '')))]).toEqual(
      result.scenes.map(({ number }) => `scene ${number}`),
    )
    expect(result.scenes.map(({ status, heading }) => [status, heading]).slice(0, 2)).toEqual([
      ['written', 'INT. LAMP ROOM - NIGHT'],
      ['written', 'EXT. THE SHORE - NIGHT'],
    ])
    expect(heard).toContainEqual(expect.stringMatching(/^scene 2\/3 · \d\.\d of 4 pages · \$0\.0\d\d$/))
  })

  test('it is valid Fountain of the right length, every speaker in the cast, and says which checks ran', async () => {
    const { screenwriter } = setUp(fakeWriter().generate)
    const result = await screenwriter.develop(ASK, { signal: never })
    const script = parseFountain(result.fountain ?? '')
    expect(Math.abs(measurePages(script) - 4)).toBeLessThanOrEqual(0.4)
    expect(result.pages).toBeCloseTo(measurePages(script), 1)
    const speakers = script.elements.flatMap((element) => (element.type === 'character' ? element.name : []))
    expect(speakers.length).toBeGreaterThan(5)
    expect(speakers.filter((name) => !CAST.includes(name))).toEqual([])
    expect(script.elements.filter(({ type }) => type === 'scene_heading')).toHaveLength(result.scenes.length)
    expect(script.elements.at(-1)).toMatchObject({ type: 'transition', text: 'FADE OUT.' })
    expect(result.findings.map(({ code }) => code)).toEqual(['CHECKED'])
    expect(result.findings[0]?.message).toMatch(/^(\d+) of \1 checks passed: F01 .*F14 .*F19 [^,]*\.$/)
  })

  test('every scene is written with the beats before it that the outline gave it', async () => {
    const { generate, requests } = fakeWriter()
    const { screenwriter } = setUp(generate)
    const { script_id } = await screenwriter.develop(ASK, { signal: never })
    const { outline } = JSON.parse(String(await screenwriter.export(script_id, 'json')))
    expect(outline.scenes.map(({ beats }: { readonly beats: number[] }) => beats)).toEqual([[1], [2, 3], [4, 5]])
    const second = requests.find((request) => questionName(request) === 'scene 2')
    expect(second && promptText(second)).toMatch(/serves in the story:\nBeat 1: Turn 1\.\nBeat 2: Turn 2\.\n(?!Beat)/)
  })

  test('what may come back is bounded by what is asked for', async () => {
    const { generate, requests } = fakeWriter()
    await setUp(generate).screenwriter.develop(ASK, { signal: never })
    for (const request of requests) expect(request.maxOutputTokens).toBeLessThanOrEqual(9_000)
    expect(requests.every((request) => request.json !== undefined && request.reasoningEffort === 'low')).toBe(true)
  })

  test('names and wishes that were given are kept', async () => {
    const { generate, requests } = fakeWriter()
    const { screenwriter } = setUp(generate)
    const input = {
      ...ASK,
      title: 'Low Water',
      characters: ['Jonas, a diver', 'mara'],
      language: 'German',
      tone: 'wry',
    }
    const result = await screenwriter.develop(input, { signal: never })
    expect(result.title).toBe('Low Water')
    expect(result.characters.map(({ name }) => name)).toEqual(['MARA', 'JONAS', 'INES'])
    expect(requests[0]?.system).toContain('German')
    expect(promptText(requests[0] ?? { model: '', messages: [] })).toContain('Tone: wry')
  })

  test('it can be had in every format, and says what the PDF cannot show', async () => {
    const { screenwriter } = setUp(
      fakeWriter((request) =>
        request.json?.name === 'logline'
          ? JSON.stringify({ title: '門', logline: 'A keeper finds a door and must close it.', theme: 'Doors.' })
          : undefined,
      ).generate,
    )
    const { script_id, findings } = await screenwriter.develop(ASK, { signal: never })
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'F18', severity: 'warn', message: expect.stringContaining('門') }),
    )
    const fdx = await screenwriter.export(script_id, 'fdx')
    expect(fromFdx(String(fdx)).elements.length).toBeGreaterThan(20)
    expect(await screenwriter.export(script_id, 'html')).toContain('INT. LAMP ROOM - NIGHT')
    expect(
      Buffer.from((await screenwriter.export(script_id, 'pdf')) ?? '')
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-')
  })

  test.each([
    ['scene', 2],
    ['commercial', 1],
    ['tv_pilot', 30],
    ['feature', 110],
  ] as const)(
    'a %s of %d pages is within a tenth of its length, and its result under 40,000 characters',
    async (format, pages) => {
      const { screenwriter } = setUp(fakeWriter().generate)
      const result = await screenwriter.develop({ ...ASK, format, target_pages: pages }, { signal: never })
      expect(result.status).toBe('complete')
      const text = String(await screenwriter.export(result.script_id, 'fountain'))
      expect(Math.abs(measurePages(parseFountain(text)) - pages)).toBeLessThanOrEqual(pages / 10)
      expect(JSON.stringify(result).length).toBeLessThan(40_000)
      if (text.length > 30_000) {
        expect(result.fountain).toBeUndefined()
        expect(result.next).toContain(`script://${result.script_id}/fountain`)
      } else {
        expect(result.fountain).toBe(text)
      }
    },
  )

  test.each([
    ['half as long', 0.5],
    ['twice as long', 2],
  ])('answers %s as asked for are extended or trimmed, a bounded number of times', async (_, factor) => {
    const { generate, requests } = fakeWriter((request) =>
      request.json?.name === 'scene'
        ? JSON.stringify({ elements: sceneElements(request, factor), facts: [] })
        : undefined,
    )
    const result = await setUp(generate).screenwriter.develop({ ...ASK, target_pages: 8 }, { signal: never })
    expect(result.status).toBe('complete')
    expect(Math.abs(result.pages - 8)).toBeLessThanOrEqual(0.8)
    expect(requests.length).toBeLessThan(4 + result.scenes.length * 4)
  })

  test('everything that is kept can be read', async () => {
    const { screenwriter } = setUp(fakeWriter().generate)
    const { script_id } = await screenwriter.develop({ ...ASK, stop_after: 'beats' }, { signal: never })
    const kept = JSON.parse(String(await screenwriter.export(script_id, 'json')))
    expect(kept).toMatchObject({ status: 'complete', story: { theme: 'Letting go.' }, brief: { format: 'short' } })
    expect(await screenwriter.export(script_id, 'fountain')).toContain('Title: The Door Below')
    expect(await screenwriter.export(script_id, 'doc')).toBeUndefined()
    expect(await screenwriter.get('nobody')).toBeUndefined()
  })
})

describe('going on', () => {
  test('it stops after a stage, and the next call goes on from there', async () => {
    const { generate, requests } = fakeWriter()
    const { screenwriter } = setUp(generate)
    const outline = await screenwriter.develop({ ...ASK, stop_after: 'outline' }, { signal: never })
    expect(outline).toMatchObject({
      status: 'complete',
      pages: 0,
      next: expect.stringContaining('The outline is finished'),
    })
    expect(outline.scenes.every(({ status }) => status === 'outlined')).toBe(true)
    expect(outline.scenes.reduce((sum, { pages }) => sum + pages, 0)).toBeCloseTo(4, 1)
    expect(outline.findings).toEqual([
      { code: 'CHECKED', severity: 'info', message: '1 of 1 checks passed: F19 beats and their scenes.' },
    ])
    const script = await screenwriter.develop({ script_id: outline.script_id }, { signal: never })
    expect(script).toMatchObject({ status: 'complete', stage: 'script', title: 'The Door Below' })
    const questions = requests.map(questionName)
    expect(new Set(questions.slice(0, 4)).size).toBe(4)
    expect(questions.filter((question) => question === 'logline')).toHaveLength(1)
  })

  test('a finished script costs nothing to ask for again', async () => {
    const { generate, requests } = fakeWriter()
    const { screenwriter } = setUp(generate)
    const first = await screenwriter.develop(ASK, { signal: never })
    const before = requests.length
    expect(await screenwriter.develop({ script_id: first.script_id }, { signal: never })).toEqual(first)
    expect(await screenwriter.get(first.script_id)).toEqual(first)
    expect(requests.length).toBe(before)
  })

  test('notes rewrite the scenes they concern and no others, and the earlier version is kept', async () => {
    const { generate, requests } = fakeWriter()
    const { screenwriter } = setUp(generate)
    const first = await screenwriter.develop(ASK, { signal: never })
    const before = requests.length
    const second = await screenwriter.develop(
      { script_id: first.script_id, notes: 'Make the shore colder.' },
      { signal: never },
    )
    expect(second).toMatchObject({ status: 'complete', stage: 'script' })
    const questions = requests.slice(before).map(questionName)
    expect(questions[0]).toBe('revision')
    expect(new Set(questions.slice(1).map((question) => question.replace('+', '')))).toEqual(new Set(['scene 2']))
    expect(promptText(requests[before + 1] ?? { model: '', messages: [] })).toContain('Make the shore colder.')
    const split = (text = ''): string[] => text.split(/^(?=INT\.|EXT\.)/m)
    const [old, now] = [split(first.fountain), split(second.fountain)]
    expect(now).toHaveLength(old.length)
    expect(now.flatMap((scene, index) => (scene === old[index] ? [] : [index]))).toEqual([2])
    const kept = JSON.parse(String(await screenwriter.export(first.script_id, 'json')))
    expect(kept.versions).toMatchObject([{ notes: 'Make the shore colder.' }])
    expect(JSON.stringify(kept.versions[0].scenes[1])).not.toBe(JSON.stringify(kept.outline.scenes[1]))
    expect(Math.abs(second.pages - 4)).toBeLessThanOrEqual(0.4)
  })

  test('notes on a script that is not complete go with every question to come', async () => {
    const { generate, requests } = fakeWriter()
    const { screenwriter } = setUp(generate)
    const { script_id } = await screenwriter.develop({ ...ASK, stop_after: 'outline' }, { signal: never })
    await screenwriter.develop({ script_id, notes: 'No rain.' }, { signal: never })
    expect(requests.slice(4).every((request) => promptText(request).includes('A wish: No rain.'))).toBe(true)
  })

  test.each<[string, ScriptInput, string]>([
    ['a script nobody has', { script_id: 'x' }, 'There is no script "x"'],
    ['no concept', { format: 'short' }, 'needs a concept'],
    ['no pages', { ...ASK, target_pages: 0 }, 'above 0'],
  ])('%s is an error that says what to do', async (_, input, message) => {
    const { screenwriter } = setUp(fakeWriter().generate)
    const asking = screenwriter.develop(input, { signal: never })
    await expect(asking).rejects.toMatchObject({
      failure: { kind: 'invalid_request' },
      message: expect.stringContaining(message),
    })
  })
})
