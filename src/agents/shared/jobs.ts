import { z } from 'zod'
import type { DocumentKind, DocumentStore } from '../../contract/document-store.ts'
import { GenerateError } from '../../contract/errors.ts'
import type { World } from '../../contract/world.ts'
import {
  type ActiveJob,
  isLeaseLost,
  JobStopped,
  LEASE_LOST,
  sleepOrAbort,
  type WaitOptions,
  waitForJob,
} from './job-run.ts'
import type { Progress } from './progress.ts'

/**
 * Long work that outlives the call that began it, survives a crash, and runs once among all processes of a shelf.
 * What it has made is kept on the shelf in an envelope: a status, the last progress, and the work's own document.
 */
export interface Jobs {
  /**
   * Waits for the job of this id, and begins it if nobody runs it. Callers in this process share one run; a run in
   * another process is waited for, and taken over from what it saved if that process died. `work` is used only if it is
   * this call that begins the run (several callers: the first one's).
   *
   * Answers `ended` when nothing runs any more (`read` says how it went) or `running` when `waitMs` have passed; the
   * job then goes on by itself. Throws `GenerateError` `cancelled` when `signal` aborts; the job is then stopped too,
   * unless another caller waits for it.
   */
  runOrJoin(kind: DocumentKind, id: string, work: JobWork, on: WaitOptions): Promise<'ended' | 'running'>
  /** The job as it was last saved. A run that died counts as `stopped`. */
  read(kind: DocumentKind, id: string): Promise<Job | undefined>
  /** Stops what runs here, waits until it is saved, and accepts no more. */
  close(): Promise<void>
}

/**
 * What a job does. It should save first thing: before that nothing is known of it. Throwing makes it `failed`, with the
 * message of a `GenerateError`; a job that failed or was stopped resumes.
 */
export type JobWork = (run: JobRun) => Promise<JobOutcome>

export type JobOutcome = { readonly status: 'complete' } | { readonly status: 'stopped'; readonly message: string }

export interface JobRun {
  /** What an earlier run saved last; undefined: nothing. */
  readonly document: unknown
  /** Aborts when the job is to stop. The work must then end soon, by throwing. */
  readonly signal: AbortSignal
  /** Puts the document in place for good. Throws, and stops the run, when another process has taken the job over. */
  save(document: unknown): Promise<void>
  /** Told to all who wait, and kept with the next save. `done` and `total` are in units of the work's choice. */
  progress(progress: Progress): void
}

/** The envelope: what `read` tells. `message` says why a job failed or stopped, in words for a person. */
export type Job = z.infer<typeof Job>
const Job = z
  .object({
    status: z.enum(['running', 'complete', 'failed', 'stopped']),
    message: z.string().optional(),
    progress: z.object({ message: z.string(), done: z.number(), total: z.number() }).readonly().optional(),
    document: z.unknown(),
  })
  .readonly()

/** A dead process is noticed after this long. */
const LEASE_MS = 30_000
const BEAT_MS = 10_000
/** How often a job that runs elsewhere is looked at. */
const POLL_MS = 1_000

/** All times come from `world`; errors that are not a `GenerateError` are logged by name and reach nobody else. */
export function createJobs({ documents, world }: { readonly documents: DocumentStore; readonly world: World }): Jobs {
  const owner = world.id()
  const here = new Map<string, ActiveJob>()
  let closed = false

  return {
    async runOrJoin(kind, id, work, on) {
      const until = world.now() + on.waitMs
      const key = `${kind}/${id}`
      for (;;) {
        if (closed) throw new GenerateError({ kind: 'cancelled' }, 'Showrunner is shutting down.')
        let running = here.get(key)
        if (running === undefined) {
          running = begin(kind, id, work, () => here.delete(key))
          here.set(key, running)
        }
        const stopping = running.signal.aborted
        const answer = await waitForJob(running, on, until, world)
        // One that was being stopped is begun anew; one that another process took over is watched from here on.
        if (answer === 'running' || !(stopping || isLeaseLost(running))) return answer
      }
    },

    async read(kind, id) {
      const kept = await documents.get(kind, id)
      if (kept === undefined) return undefined
      const job = Job.parse(kept.value)
      if (job.status !== 'running' || here.get(`${kind}/${id}`)?.phase === 'working') return job
      // A claim that lapses at once tells whether anybody holds the job.
      const [probe, now] = [world.id(), world.now()]
      if (!(await documents.acquireLease(kind, id, probe, now, now))) return job
      await documents.releaseLease(kind, id, probe)
      return { ...job, status: 'stopped', message: 'It was interrupted.' }
    },

    async close() {
      closed = true
      const all = [...here.values()]
      for (const running of all) running.stop('Showrunner was shut down.')
      await Promise.all(all.map((running) => running.ended))
    },
  }

  function begin(kind: DocumentKind, id: string, work: JobWork, forget: () => void): ActiveJob {
    const stop = new AbortController()
    const over = new AbortController()
    const callers = new Set<(progress: Progress) => void>()
    const running: ActiveJob = {
      listeners: callers,
      latestProgress: undefined,
      phase: 'claiming',
      signal: stop.signal,
      finished: over.signal,
      stop: (message) => stop.abort(new JobStopped(message)),
      tell(progress) {
        running.latestProgress = progress
        for (const caller of callers) caller(progress)
      },
      ended: Promise.resolve(),
    }
    running.ended = runWithLease(kind, id, work, running)
      .catch((error: unknown) => world.log('a job could not be kept', { kind, id, error: nameOf(error) }))
      .finally(() => {
        forget()
        over.abort()
      })
    return running
  }

  /** From taking the lease to giving it back. */
  async function runWithLease(kind: DocumentKind, id: string, work: JobWork, running: ActiveJob): Promise<void> {
    if ((await acquire(kind, id, running)) === 'ended') return
    running.phase = 'working'
    const done = new AbortController()
    const beat = heartbeat(kind, id, running, done.signal)
    try {
      await runAndSave(kind, id, work, running)
    } finally {
      done.abort()
      await beat
      await documents.releaseLease(kind, id, owner)
    }
  }

  /** `ended`: it ran elsewhere and is over, or nobody here waits any more. */
  async function acquire(kind: DocumentKind, id: string, running: ActiveJob): Promise<'mine' | 'ended'> {
    for (let tries = 0; ; tries++) {
      if (running.signal.aborted) return 'ended'
      if (await documents.acquireLease(kind, id, owner, world.now(), world.now() + LEASE_MS)) {
        if (tries === 0) return 'mine'
        const kept = await documents.get(kind, id)
        if (kept === undefined || Job.parse(kept.value).status === 'running') return 'mine'
        await documents.releaseLease(kind, id, owner)
        return 'ended'
      }
      running.phase = 'watching'
      const kept = await documents.get(kind, id)
      const progress = kept && Job.parse(kept.value).progress
      if (progress && progress.message !== running.latestProgress?.message) running.tell(progress)
      await sleepOrAbort(world, POLL_MS, running.signal)
    }
  }

  async function heartbeat(kind: DocumentKind, id: string, running: ActiveJob, done: AbortSignal): Promise<void> {
    let until = world.now() + LEASE_MS
    for (;;) {
      await sleepOrAbort(world, BEAT_MS, done)
      if (done.aborted) return
      const next = world.now() + LEASE_MS
      const held = await documents.acquireLease(kind, id, owner, world.now(), next).catch(() => world.now() < until)
      if (!held) return running.stop(LEASE_LOST)
      until = next
    }
  }

  async function runAndSave(kind: DocumentKind, id: string, work: JobWork, running: ActiveJob): Promise<void> {
    const kept = await documents.get(kind, id)
    let version = kept?.version ?? 0
    let document = kept && Job.parse(kept.value).document
    const put = async (job: Job): Promise<void> => {
      const next = isLeaseLost(running) ? undefined : await documents.put(kind, id, job, version, world.now())
      if (next === undefined) {
        running.stop(LEASE_LOST)
        throw running.signal.reason
      }
      version = next
    }
    const inProgress = (): Job => ({
      status: 'running',
      document,
      ...(running.latestProgress && { progress: running.latestProgress }),
    })
    // A new version at once, so that a process that only seemed dead cannot save any more.
    if (kept) await put(inProgress())
    const run: JobRun = {
      document,
      signal: running.signal,
      progress: (progress) => running.tell(progress),
      async save(next) {
        document = next
        await put(inProgress())
      },
    }
    const ending = await work(run).catch((error: unknown) => endingOf(error, running))
    if (isLeaseLost(running) || (version === 0 && document === undefined)) return
    await put({ ...inProgress(), ...ending })
  }

  function endingOf(error: unknown, { signal }: ActiveJob): JobOutcome | { status: 'failed'; message: string } {
    if (signal.aborted) {
      return {
        status: 'stopped',
        message: signal.reason instanceof JobStopped ? signal.reason.message : 'It was stopped.',
      }
    }
    if (error instanceof GenerateError) return { status: 'failed', message: error.message }
    world.log('a job failed on an error of ours', { error: nameOf(error) })
    return {
      status: 'failed',
      message: 'Something went wrong inside Showrunner. What was finished is saved: try again.',
    }
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
