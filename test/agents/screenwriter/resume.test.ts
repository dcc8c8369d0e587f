import { describe, expect, test } from 'vitest'
import { createScreenwriter, type ScriptInput, type ScriptResult } from '../../../src/agents/screenwriter/index.ts'
import { GenerateError } from '../../../src/contract/errors.ts'
import type { Generate } from '../../../src/contract/generate.ts'
import { type MemoryDocumentStore, memoryDocumentStore } from '../../support/document-store.ts'
import { testWorld } from '../../support/test-world.ts'
import { fakeWriter, hangAfter, promptText, questionName, sceneElements } from './fake-writer.ts'

const never = new AbortController().signal
const ASK: ScriptInput = { concept: 'A keeper finds a door under the sea.', format: 'short', target_pages: 3 }

/** A good upstream but for an action in scene 1 that is too long, until the editor says so. */
const wordy = () =>
  fakeWriter((request) => {
    if (questionName(request) !== 'scene 1' || promptText(request).includes('Put this right')) return undefined
    const long = { type: 'action', text: `She looks at ${'the door and the sea and '.repeat(14)}the lamp.` }
    return JSON.stringify({ elements: [long, ...sceneElements(request)], facts: [] })
  })

/** The questions of a run that nothing disturbs, and its script. */
const undisturbed = async (): Promise<{ questions: string[]; result: ScriptResult }> => {
  const { generate, requests } = wordy()
  const result = await createScreenwriter({ generate, documents: memoryDocumentStore(), world: testWorld() }).develop(
    ASK,
    {
      signal: never,
    },
  )
  return { questions: requests.map(questionName), result }
}

describe('a crash at any moment', () => {
  test('nothing that was answered is asked again, and the script is the same as without the crash', async () => {
    const { questions, result } = await undisturbed()
    expect(questions.filter((question) => question === 'scene 1')).toHaveLength(2)
    expect(questions.at(-1)).toBe('scene 1')
    for (let answered = 0; answered < questions.length; answered++) {
      const world = testWorld()
      const documents = memoryDocumentStore()
      const { generate, requests } = wordy()
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

  test('a revision goes on too, without its notes being given again', async () => {
    const world = testWorld()
    const documents = memoryDocumentStore()
    const { generate, requests } = fakeWriter()
    const [one, two] = [documents.otherProcess(), documents.otherProcess()]
    const { script_id } = await createScreenwriter({ generate, documents: one, world }).develop(ASK, { signal: never })
    const before = requests.length
    const revising = createScreenwriter({ generate: hangAfter(generate, 1), documents: one, world }).develop(
      { script_id, notes: 'Colder.', wait_seconds: 5 },
      { signal: never },
    )
    await world.advance(5_000)
    expect((await revising).status).toBe('running')
    one.crash()
    const after = createScreenwriter({ generate, documents: two, world }).develop({ script_id }, { signal: never })
    await world.advance(40_000)
    expect((await after).status).toBe('complete')
    const questions = requests.slice(before).map(questionName)
    expect(questions.filter((question) => question === 'revision')).toHaveLength(1)
    expect(questions[1]).toBe('scene 2')
  })
})

describe('a script that was saved before scenes named their beats', () => {
  const long: ScriptInput = { ...ASK, format: 'tv_pilot', target_pages: 60 }

  /** Takes from every scene on the shelf what an earlier version did not know. */
  async function aged(documents: MemoryDocumentStore, id: string): Promise<void> {
    const kept = await documents.get('script', id)
    const without = JSON.parse(JSON.stringify(kept?.value), (key, value) =>
      key === 'scenes' ? value.map(({ beats: _, ...scene }: Record<string, unknown>) => scene) : value,
    )
    expect(without).not.toEqual(kept?.value)
    await documents.put('script', id, without, kept?.version ?? 0, 0)
  }

  test.each<[string, ScriptInput, string | undefined, string[]]>([
    ['in the middle of its outline', long, 'outline', ['outline', 'scene']],
    ['with its outline', { ...ASK, stop_after: 'outline' }, undefined, ['scene']],
    ['in the middle of its scenes', long, 'scene', ['scene']],
    ['when it was complete', ASK, undefined, []],
  ])('%s goes on, and F19 is said to be not checked', async (_, ask, breaks, asks) => {
    let broken = breaks !== undefined
    const broke = new GenerateError({ kind: 'auth' }, 'No key.')
    const { generate, requests } = fakeWriter((request) => {
      const second = requests.filter(({ json }) => json?.name === breaks).length === 2
      return broken && second && request.json?.name === breaks ? broke : undefined
    })
    const documents = memoryDocumentStore()
    const screenwriter = createScreenwriter({ generate, documents, world: testWorld() })
    const { script_id, status } = await screenwriter.develop(ask, { signal: never })
    expect(status).toBe(breaks === undefined ? 'complete' : 'failed')
    await aged(documents, script_id)
    broken = false
    const before = requests.length
    const result = await screenwriter.develop({ script_id }, { signal: never })
    expect(result).toMatchObject({ status: 'complete', stage: 'script', findings: [{ code: 'CHECKED' }] })
    expect(result.findings[0]?.message).toMatch(/^17 of 17 checks passed: .*\. Not checked: F19 /)
    expect([...new Set(requests.slice(before).map(({ json }) => json?.name))]).toEqual(asks)
    const noted = await screenwriter.develop({ script_id, notes: 'Colder.' }, { signal: never })
    expect(noted).toMatchObject({ status: 'complete', findings: [{ code: 'CHECKED' }] })
    const anew = await screenwriter.develop({ script_id, redo: 'outline' }, { signal: never })
    expect(anew.findings[0]?.message).toBe('1 of 1 checks passed: F19 beats and their scenes.')
  })
})

describe('time', () => {
  /** Takes a minute for an answer. */
  const slow = (generate: Generate, world: ReturnType<typeof testWorld>): Generate =>
    async function* (request, call) {
      await world.sleep(60_000, call.signal)
      yield* generate(request, call)
    }

  test('when wait_seconds pass it says so and goes on; the next call waits for the same run', async () => {
    const world = testWorld()
    const { generate, requests } = fakeWriter()
    const screenwriter = createScreenwriter({
      generate: slow(generate, world),
      documents: memoryDocumentStore(),
      world,
    })
    const first = screenwriter.develop(ASK, { signal: never })
    await world.advance(45_000)
    const running = await first
    expect(running).toMatchObject({ status: 'running', stage: 'logline', title: null, logline: null, cost_usd: 0 })
    expect(running.next).toContain(`script_id "${running.script_id}"`)
    const second = screenwriter.develop({ script_id: running.script_id, wait_seconds: 3_600 }, { signal: never })
    await world.advance(30 * 60_000)
    expect((await second).status).toBe('complete')
    expect(requests.map(questionName).filter((question) => question === 'logline')).toHaveLength(1)
  })

  test.each<[string, ScriptInput]>([
    ['notes', { notes: 'Colder.' }],
    ['redo', { redo: 'outline' }],
    ['target_pages', { target_pages: 5 }],
  ])('%s that come while it is being written are refused, not lost in silence', async (_, change) => {
    const world = testWorld()
    const screenwriter = createScreenwriter({
      generate: slow(fakeWriter().generate, world),
      documents: memoryDocumentStore(),
      world,
    })
    const first = screenwriter.develop({ ...ASK, wait_seconds: 0 }, { signal: never })
    const { script_id } = await first
    await world.advance(1)
    const noted = screenwriter.develop({ script_id, ...change, wait_seconds: 1 }, { signal: never })
    const refused = expect(noted).rejects.toThrow('is being written')
    await world.advance(1_000)
    await refused
  })

  test.each<[string, ScriptInput, string | undefined]>([
    ['another model', { model: 'fake/better' }, 'so model did not count'],
    ['another cap', { max_cost_usd: 9 }, 'so max_cost_usd did not count'],
    ['both', { model: 'fake/better', max_cost_usd: 9 }, 'so model and max_cost_usd did not count'],
    ['the same', { ...ASK, model: 'fake/writer', max_cost_usd: 1 }, undefined],
  ])('%s while it is being written: it says what it keeps', async (_, change, told) => {
    const world = testWorld()
    const { generate, requests } = fakeWriter()
    const screenwriter = createScreenwriter({
      generate: slow(generate, world),
      documents: memoryDocumentStore(),
      world,
    })
    const begun = { ...ASK, model: 'fake/writer', max_cost_usd: 1, wait_seconds: 0 }
    const { script_id } = await screenwriter.develop(begun, { signal: never })
    await world.advance(1)
    const waiting = screenwriter.develop({ script_id, ...change, wait_seconds: 1 }, { signal: never })
    await world.advance(1_000)
    const { status, next = '' } = await waiting
    expect(status).toBe('running')
    if (told === undefined) expect(next).not.toContain('did not count')
    else expect(next).toContain(told)
    await world.advance(30 * 60_000)
    expect(new Set(requests.map(({ model }) => model))).toEqual(new Set(['fake/writer']))
    // Once it is over, the same call counts.
    const later = screenwriter.develop({ script_id, ...change, notes: 'Colder.' }, { signal: never })
    await world.advance(10 * 60_000)
    expect((await later).next ?? '').not.toContain('did not count')
    expect(requests.at(-1)?.model).toBe(change.model ?? 'fake/writer')
  })

  test('a cancelled call stops the script where it is saved', async () => {
    const world = testWorld()
    const { generate, requests } = fakeWriter()
    const screenwriter = createScreenwriter({
      generate: slow(generate, world),
      documents: memoryDocumentStore(),
      world,
    })
    const cancel = new AbortController()
    const ids: string[] = []
    const first = screenwriter.develop({ ...ASK, wait_seconds: 0 }, { signal: never })
    ids.push((await first).script_id)
    await world.advance(150_000)
    const waiting = screenwriter.develop({ script_id: ids[0] }, { signal: cancel.signal })
    const cancelled = expect(waiting).rejects.toMatchObject({ failure: { kind: 'cancelled' } })
    await world.advance(1)
    cancel.abort()
    await world.advance(1)
    await cancelled
    expect(await screenwriter.get(ids[0] ?? '')).toMatchObject({
      status: 'stopped',
      stage: 'beats',
      next: expect.stringContaining('It was cancelled.'),
    })
    expect(requests).toHaveLength(2)
  })
})

describe('money', () => {
  test('at the cap it stops with what it has; with more it goes on', async () => {
    const { generate, requests } = fakeWriter()
    const screenwriter = createScreenwriter({ generate, documents: memoryDocumentStore(), world: testWorld() })
    const stopped = await screenwriter.develop({ ...ASK, max_cost_usd: 0.005 }, { signal: never })
    expect(stopped).toMatchObject({
      status: 'stopped',
      cost_usd: 0.005,
      stage: 'script',
      next: expect.stringContaining('higher max_cost_usd'),
    })
    expect(requests).toHaveLength(5)
    expect((await screenwriter.develop({ script_id: stopped.script_id }, { signal: never })).status).toBe('stopped')
    expect(requests).toHaveLength(5)
    const result = await screenwriter.develop({ script_id: stopped.script_id, max_cost_usd: 1 }, { signal: never })
    expect(result.status).toBe('complete')
    expect(new Set(requests.map(questionName)).size).toBe(requests.length)
  })

  test('a budget that says no stops it as well', async () => {
    const over = new GenerateError(
      { kind: 'over_budget', budget: 'daily', freeAt: undefined },
      'The daily budget is used up.',
    )
    const { generate } = fakeWriter((_, __, nth) => (nth === 3 ? over : undefined))
    const screenwriter = createScreenwriter({ generate, documents: memoryDocumentStore(), world: testWorld() })
    const stopped = await screenwriter.develop(ASK, { signal: never })
    expect(stopped).toMatchObject({
      status: 'stopped',
      stage: 'beats',
      next: expect.stringContaining('The daily budget is used up.'),
    })
  })

  test('an unknown price makes the cost unknown', async () => {
    const { generate } = fakeWriter((_, call) => {
      call.onAttempt?.({
        model: 'fake/x',
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
    const screenwriter = createScreenwriter({ generate, documents: memoryDocumentStore(), world: testWorld() })
    expect((await screenwriter.develop({ ...ASK, stop_after: 'logline' }, { signal: never })).cost_usd).toBeNull()
  })
})
