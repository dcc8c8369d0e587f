import { describe, expect, test } from 'vitest'
import { createJobs, type JobWork } from '../../../src/agents/shared/jobs.ts'
import type { Progress } from '../../../src/agents/shared/progress.ts'
import { GenerateError } from '../../../src/contract/errors.ts'
import { memoryDocumentStore } from '../../support/document-store.ts'
import { testWorld } from '../../support/test-world.ts'

const never = new AbortController().signal

/** Saves `first`, takes `steps` steps of `stepMs`, each saved, and is complete. */
const counting =
  (world: ReturnType<typeof testWorld>, steps: number, stepMs: number): JobWork =>
  async (run) => {
    const from = typeof run.document === 'number' ? run.document : 0
    for (let step = from; step < steps; step++) {
      await world.sleep(stepMs, run.signal)
      run.progress({ message: `step ${step + 1}`, done: step + 1, total: steps })
      await run.save(step + 1)
    }
    return { status: 'complete' }
  }

function setUp() {
  const world = testWorld()
  const documents = memoryDocumentStore()
  const jobs = createJobs({ documents, world })
  return { world, documents, jobs }
}

describe('waiting', () => {
  test('a call waits for a job that ends in time', async () => {
    const { world, jobs } = setUp()
    const wait = jobs.runOrJoin('plan', 'a', counting(world, 3, 1_000), { waitMs: 45_000, signal: never })
    await world.advance(3_000)
    expect(await wait).toEqual({ state: 'ended' })
    expect(await jobs.read('plan', 'a')).toMatchObject({ status: 'complete', document: 3 })
  })

  test('the job continues after the wait, and a later call attaches to it', async () => {
    const { world, jobs } = setUp()
    let begun = 0
    const work: JobWork = (run) => {
      begun += 1
      return counting(world, 4, 1_000)(run)
    }
    const first = jobs.runOrJoin('plan', 'a', work, { waitMs: 1_500, signal: never })
    await world.advance(1_500)
    expect(await first).toEqual({ state: 'running' })
    expect(await jobs.read('plan', 'a')).toMatchObject({ status: 'running', document: 1 })
    const second = jobs.runOrJoin('plan', 'a', work, { waitMs: 45_000, signal: never })
    await world.advance(2_500)
    expect(await second).toEqual({ state: 'ended' })
    expect(begun).toBe(1)
  })

  test('several callers share one run, and each receives the latest progress when it joins', async () => {
    const { world, jobs } = setUp()
    const heard: Progress[][] = [[], []]
    const on = (caller: number) => ({
      waitMs: 45_000,
      signal: never,
      onProgress: (progress: Progress) => void heard[caller]?.push(progress),
    })
    const first = jobs.runOrJoin('plan', 'a', counting(world, 3, 1_000), on(0))
    await world.advance(1_000)
    const second = jobs.runOrJoin('plan', 'a', counting(world, 3, 1_000), on(1))
    await world.advance(2_000)
    expect(await Promise.all([first, second])).toEqual([{ state: 'ended' }, { state: 'ended' }])
    expect(heard[0]?.map(({ message }) => message)).toEqual(['step 1', 'step 2', 'step 3'])
    expect(heard[1]).toEqual(heard[0])
  })

  test('progress is sent at least every 5 s, always rises and never passes the total', async () => {
    const { world, jobs } = setUp()
    const heard: (Progress & { at: number })[] = []
    const wait = jobs.runOrJoin('plan', 'a', counting(world, 2, 20_000), {
      waitMs: 45_000,
      signal: never,
      onProgress: (progress) => void heard.push({ ...progress, at: world.now() }),
    })
    await world.advance(40_000)
    await wait
    const gaps = heard.slice(1).map((p, i) => p.at - (heard[i]?.at ?? 0))
    expect(Math.max(...gaps)).toBeLessThanOrEqual(5_000)
    expect(heard.length).toBeGreaterThan(5)
    for (const [i, p] of heard.entries()) {
      expect(p.done).toBeGreaterThan(heard[i - 1]?.done ?? 0)
      expect(p.done).toBeLessThanOrEqual(p.total)
    }
  })
})

describe('a saved job', () => {
  test('is saved before a call without a wait returns its id', async () => {
    const { world, jobs } = setUp()
    const slow: JobWork = async (run) => {
      await world.sleep(300, run.signal)
      await run.save('begun')
      await world.sleep(60_000, run.signal)
      return { status: 'complete' }
    }
    const wait = jobs.runOrJoin('plan', 'a', slow, { waitMs: 0, signal: never })
    await world.advance(300)
    expect(await wait).toEqual({ state: 'running' })
    expect(await jobs.read('plan', 'a')).toMatchObject({ status: 'running', document: 'begun' })
  })

  test('keeps the warnings of its run', async () => {
    const { jobs } = setUp()
    const warning: JobWork = async (run) => {
      run.warn('The budget is 80 % spent.')
      await run.save(1)
      return { status: 'complete' }
    }
    await jobs.runOrJoin('plan', 'a', warning, { waitMs: 1_000, signal: never })
    await jobs.runOrJoin('plan', 'b', async () => ({ status: 'complete' }), { waitMs: 1_000, signal: never })
    expect((await jobs.read('plan', 'a'))?.warnings).toEqual(['The budget is 80 % spent.'])
    expect((await jobs.read('plan', 'b'))?.warnings).toBeUndefined()
  })
})

describe('a store that cannot save', () => {
  class StoreError extends Error {
    override readonly name = 'StoreError'
  }
  const full = 'documents.db is on a disk that is full; free some space.'

  test.each([
    ['at the first save', 0, undefined],
    ['after some saves', 2, 2],
  ])('%s: the call and a later one return the message of the store', async (_, saves, document) => {
    const world = testWorld()
    const store = memoryDocumentStore()
    let left = saves
    const documents: typeof store = {
      ...store,
      putCount: 0,
      async put(...args) {
        if (left-- <= 0) throw new StoreError(full)
        return store.put(...args)
      },
    }
    const jobs = createJobs({ documents, world })
    for (const _ of [1, 2]) {
      const wait = jobs.runOrJoin('plan', 'a', counting(world, 5, 1_000), { waitMs: 45_000, signal: never })
      await world.advance(6_000)
      expect(await wait).toEqual({ state: 'ended', unsaved: full })
    }
    expect((await jobs.read('plan', 'a'))?.document).toBe(document)
  })

  test('an error of a store during the work is the message of the failed job', async () => {
    const { jobs } = setUp()
    const newer = 'ledger.db was written by a newer Showrunner. Update this one.'
    const work: JobWork = async (run) => {
      await run.save(1)
      throw new StoreError(newer)
    }
    await jobs.runOrJoin('plan', 'a', work, { waitMs: 1_000, signal: never })
    expect(await jobs.read('plan', 'a')).toMatchObject({ status: 'failed', message: newer })
  })
})

describe('stopping', () => {
  test('a cancelled call stops a job without another caller, and the next call resumes from the saved document', async () => {
    const { world, jobs } = setUp()
    const cancel = new AbortController()
    const wait = jobs.runOrJoin('plan', 'a', counting(world, 3, 1_000), { waitMs: 45_000, signal: cancel.signal })
    const outcome = expect(wait).rejects.toMatchObject({ failure: { kind: 'cancelled' } })
    await world.advance(1_500)
    cancel.abort()
    await outcome
    expect(await jobs.read('plan', 'a')).toMatchObject({ status: 'stopped', document: 1, message: 'It was cancelled.' })
    const again = jobs.runOrJoin('plan', 'a', counting(world, 3, 1_000), { waitMs: 45_000, signal: never })
    await world.advance(2_000)
    expect(await again).toEqual({ state: 'ended' })
    expect(await jobs.read('plan', 'a')).toMatchObject({ status: 'complete', document: 3 })
  })

  test('a call that arrives while the job stops starts it again', async () => {
    const { world, jobs } = setUp()
    const cancel = new AbortController()
    const first = jobs.runOrJoin('plan', 'a', counting(world, 2, 1_000), { waitMs: 45_000, signal: cancel.signal })
    const cancelled = expect(first).rejects.toThrow('Cancelled')
    await world.advance(1_500)
    cancel.abort()
    const second = jobs.runOrJoin('plan', 'a', counting(world, 2, 1_000), { waitMs: 45_000, signal: never })
    await world.advance(5_000)
    await cancelled
    expect(await second).toEqual({ state: 'ended' })
    expect(await jobs.read('plan', 'a')).toMatchObject({ status: 'complete', document: 2 })
  })

  test('a job that another caller waits for outlives the cancelled call', async () => {
    const { world, jobs } = setUp()
    const cancel = new AbortController()
    const first = jobs.runOrJoin('plan', 'a', counting(world, 3, 1_000), { waitMs: 45_000, signal: cancel.signal })
    const second = jobs.runOrJoin('plan', 'a', counting(world, 3, 1_000), { waitMs: 45_000, signal: never })
    const cancelled = expect(first).rejects.toThrow('Cancelled')
    await world.advance(500)
    cancel.abort()
    await world.advance(2_500)
    await cancelled
    expect(await second).toEqual({ state: 'ended' })
    expect(await jobs.read('plan', 'a')).toMatchObject({ status: 'complete' })
  })

  test('close stops running jobs, waits until they are saved, and accepts no more', async () => {
    const { world, jobs } = setUp()
    const wait = jobs.runOrJoin('plan', 'a', counting(world, 3, 1_000), { waitMs: 45_000, signal: never })
    await world.advance(1_500)
    await jobs.close()
    expect(await wait).toEqual({ state: 'ended' })
    expect(await jobs.read('plan', 'a')).toMatchObject({ status: 'stopped', document: 1 })
    await expect(jobs.runOrJoin('plan', 'a', counting(world, 3, 1), { waitMs: 0, signal: never })).rejects.toThrow(
      'shutting down',
    )
  })
})

describe('failing', () => {
  const failing =
    (error: Error): JobWork =>
    async (run) => {
      if (run.document === 'half') return { status: 'complete' }
      await run.save('half')
      throw error
    }

  test.each([
    [
      new GenerateError({ kind: 'auth' }, 'No key for anthropic: set ANTHROPIC_API_KEY.'),
      'No key for anthropic: set ANTHROPIC_API_KEY.',
    ],
    [new TypeError('secret'), 'Something went wrong inside Showrunner. What was finished is saved: try again.'],
  ])('%s is saved and shown without internals, and the job resumes', async (error, message) => {
    const { jobs, world } = setUp()
    expect(await jobs.runOrJoin('plan', 'a', failing(error), { waitMs: 1_000, signal: never })).toEqual({
      state: 'ended',
    })
    expect(await jobs.read('plan', 'a')).toMatchObject({ status: 'failed', message, document: 'half' })
    expect(world.logLines.join()).not.toContain('secret')
    expect(await jobs.runOrJoin('plan', 'a', failing(error), { waitMs: 1_000, signal: never })).toEqual({
      state: 'ended',
    })
    expect(await jobs.read('plan', 'a')).toMatchObject({ status: 'complete' })
  })

  test('work may end as stopped, with a reason', async () => {
    const { jobs } = setUp()
    const work: JobWork = async (run) => {
      await run.save('some')
      return { status: 'stopped', message: 'The cap is reached.' }
    }
    await jobs.runOrJoin('plan', 'a', work, { waitMs: 1_000, signal: never })
    expect(await jobs.read('plan', 'a')).toMatchObject({ status: 'stopped', message: 'The cap is reached.' })
  })
})

describe('several processes', () => {
  function two() {
    const world = testWorld()
    const documents = memoryDocumentStore()
    const [a, b] = [documents.otherProcess(), documents.otherProcess()]
    return {
      world,
      documents,
      a,
      b,
      jobsA: createJobs({ documents: a, world }),
      jobsB: createJobs({ documents: b, world }),
    }
  }

  test('a call waits for a job of another process, with its progress, and never runs it twice', async () => {
    const { world, jobsA, jobsB } = two()
    const heard: string[] = []
    const first = jobsA.runOrJoin('script', 's', counting(world, 40, 1_000), { waitMs: 60_000, signal: never })
    await world.advance(1_500)
    const second = jobsB.runOrJoin('script', 's', () => Promise.reject(new Error('ran twice')), {
      waitMs: 60_000,
      signal: never,
      onProgress: ({ message }) => void heard.push(message),
    })
    expect((await jobsB.read('script', 's'))?.status).toBe('running')
    await world.advance(40_000)
    expect(await first).toEqual({ state: 'ended' })
    expect(await second).toEqual({ state: 'ended' })
    expect(heard).toContain('step 30')
    expect(await jobsB.read('script', 's')).toMatchObject({ status: 'complete', document: 40 })
  })

  test.each([
    ['cancels', 'cancelled'],
    ['shuts down', 'closed'],
  ])('when the caller of the running process %s, a waiting process takes the job over', async (_, how) => {
    const { world, jobsA, jobsB } = two()
    const cancel = new AbortController()
    const first = jobsA.runOrJoin('script', 's', counting(world, 5, 1_000), { waitMs: 60_000, signal: cancel.signal })
    const outcome = first.catch((error: unknown) => error)
    await world.advance(1_500)
    const second = jobsB.runOrJoin('script', 's', counting(world, 5, 1_000), { waitMs: 60_000, signal: never })
    await world.advance(1_000)
    if (how === 'closed') await jobsA.close()
    else cancel.abort()
    await world.advance(10_000)
    expect(await second).toEqual({ state: 'ended' })
    expect(await jobsB.read('script', 's')).toMatchObject({ status: 'complete', document: 5 })
    await outcome
  })

  test('a waiting process does not take over a job that stopped itself', async () => {
    const { world, jobsA, jobsB } = two()
    const capped: JobWork = async (run) => {
      await run.save('some')
      await world.sleep(2_000, run.signal)
      return { status: 'stopped', message: 'The cap is reached.' }
    }
    const first = jobsA.runOrJoin('script', 's', capped, { waitMs: 60_000, signal: never })
    await world.advance(500)
    const second = jobsB.runOrJoin('script', 's', () => Promise.reject(new Error('ran twice')), {
      waitMs: 60_000,
      signal: never,
    })
    await world.advance(10_000)
    expect(await Promise.all([first, second])).toEqual([{ state: 'ended' }, { state: 'ended' }])
    expect(await jobsB.read('script', 's')).toMatchObject({ status: 'stopped', message: 'The cap is reached.' })
  })

  test('waiting for another process is bounded too', async () => {
    const { world, jobsA, jobsB } = two()
    const first = jobsA.runOrJoin('script', 's', counting(world, 40, 1_000), { waitMs: 60_000, signal: never })
    await world.advance(500)
    const second = jobsB.runOrJoin('script', 's', counting(world, 40, 1_000), { waitMs: 5_000, signal: never })
    await world.advance(5_000)
    expect(await second).toEqual({ state: 'running' })
    await world.advance(60_000)
    expect(await first).toEqual({ state: 'ended' })
  })

  test('after a crash the lease expires, and a new call resumes from the saved document', async () => {
    const { world, a, jobsA, jobsB } = two()
    void jobsA.runOrJoin('script', 's', counting(world, 3, 1_000), { waitMs: 1_500, signal: never })
    await world.advance(1_500)
    a.crash()
    const second = jobsB.runOrJoin('script', 's', counting(world, 3, 1_000), { waitMs: 45_000, signal: never })
    await world.advance(20_000)
    expect((await jobsB.read('script', 's'))?.document).toBe(1)
    await world.advance(20_000)
    expect(await second).toEqual({ state: 'ended' })
    expect(await jobsB.read('script', 's')).toMatchObject({ status: 'complete', document: 3 })
  })

  test('a dead run is read as stopped once its lease has expired', async () => {
    const { world, a, jobsA, jobsB } = two()
    void jobsA.runOrJoin('script', 's', counting(world, 3, 1_000), { waitMs: 1_500, signal: never })
    await world.advance(1_500)
    a.crash()
    expect((await jobsB.read('script', 's'))?.status).toBe('running')
    await world.advance(31_000)
    expect((await jobsB.read('script', 's'))?.status).toBe('stopped')
  })

  test('a process that lost its lease saves nothing more, and watches the process that took over', async () => {
    const { world, documents, jobsA, jobsB } = two()
    const first = jobsA.runOrJoin('script', 's', counting(world, 3, 35_000), { waitMs: 200_000, signal: never })
    await world.advance(1)
    // The lease is released as if the process had been frozen for a minute. Its owner is the first id of the world.
    await documents.releaseLease('script', 's', 'id1')
    await world.advance(1)
    const second = jobsB.runOrJoin('script', 's', counting(world, 2, 12_000), { waitMs: 200_000, signal: never })
    await world.advance(100_000)
    expect(await Promise.all([first, second])).toEqual([{ state: 'ended' }, { state: 'ended' }])
    expect(await jobsB.read('script', 's')).toMatchObject({ status: 'complete', document: 2 })
  })
})
