import { z } from 'zod'
import type { DocumentKind, DocumentStore } from '../../contract/document-store.ts'
import { GenerateError } from '../../contract/errors.ts'
import type { World } from '../../contract/world.ts'
import { type ActiveJob, isLeaseLost, JobStopped, leaseLost, sleepOrAbort } from './job-run.ts'
import type { Progress } from './progress.ts'

/** The envelope that is saved. `message` says why a job failed or stopped, in words for a person. */
export type Job = z.infer<typeof Job>
export const Job = z
  .object({
    status: z.enum(['running', 'complete', 'failed', 'stopped']),
    message: z.string().optional(),
    /** It stopped for a reason of the process that ran it, so a caller elsewhere that waits takes it over. */
    interrupted: z.boolean().optional(),
    progress: z.object({ message: z.string(), done: z.number(), total: z.number() }).readonly().optional(),
    /** The warnings of the last run, a sentence each. */
    warnings: z.array(z.string()).readonly().optional(),
    document: z.unknown(),
  })
  .readonly()

/**
 * The work of a job. It saves first, because an unsaved job is unknown to other processes. Throwing makes the job `failed`,
 * with the message of a `GenerateError` or of the store; a failed or stopped job can be resumed.
 */
export type JobWork = (run: JobRun) => Promise<JobOutcome>

export type JobOutcome = { readonly status: 'complete' } | { readonly status: 'stopped'; readonly message: string }

export interface JobRun {
  /** The last saved document of an earlier run; undefined: none. */
  readonly document: unknown
  /** Aborts when the job is to stop. The work must then end soon, by throwing. */
  readonly signal: AbortSignal
  /** Saves the document durably. Throws, and stops the run, when another process has taken the job over. */
  save(document: unknown): Promise<void>
  /** Reported to every caller, and kept with the next save. `done` and `total` are in units of the work's choice. */
  progress(progress: Progress): void
  /** Kept with the next save: a warning of this run for a person, such as a budget past 80 %. */
  warn(message: string): void
}

/** A dead process is noticed after this long. */
const LEASE_MS = 30_000
const HEARTBEAT_MS = 10_000
/** How often a job that runs elsewhere is looked at. */
const POLL_MS = 1_000

interface Deps {
  readonly documents: DocumentStore
  readonly world: World
  /** This process, for leases. */
  readonly owner: string
}

interface JobSpec {
  readonly kind: DocumentKind
  readonly id: string
  readonly work: JobWork
  forget(): void
}

/** Begins a run, or the watch of a run in another process. `ended` of the answer never rejects. */
export function startJob(deps: Deps, spec: JobSpec): ActiveJob {
  const [stop, register, finish] = [new AbortController(), new AbortController(), new AbortController()]
  const listeners: ActiveJob['listeners'] = new Set()
  const job: ActiveJob = {
    listeners,
    latestProgress: undefined,
    phase: 'claiming',
    unsaved: undefined,
    signal: stop.signal,
    registered: register.signal,
    finished: finish.signal,
    stop: (reason) => stop.abort(reason),
    register: () => register.abort(),
    report(progress) {
      job.latestProgress = progress
      for (const listener of listeners) listener(progress)
    },
    ended: Promise.resolve(),
  }
  job.ended = runWithLease(deps, spec, job)
    .catch((error: unknown) => {
      job.unsaved = messageOf(error)
      deps.world.log('a job could not be saved', { kind: spec.kind, id: spec.id, error: nameOf(error) })
    })
    .finally(() => {
      spec.forget()
      finish.abort()
    })
  return job
}

/** From taking the lease to giving it back. */
async function runWithLease(deps: Deps, spec: JobSpec, job: ActiveJob): Promise<void> {
  if ((await acquire(deps, spec, job)) === 'ended') return
  job.phase = 'working'
  const done = new AbortController()
  const beat = heartbeat(deps, spec, job, done.signal)
  try {
    await runAndSave(deps, spec, job)
  } finally {
    done.abort()
    await beat
    // A lease that cannot be given back lapses by itself, and must not hide why the run failed.
    await deps.documents.releaseLease(spec.kind, spec.id, deps.owner).catch(() => undefined)
  }
}

/** `ended`: it ran elsewhere and has ended, or no caller here waits any more. */
async function acquire(
  { documents, world, owner }: Deps,
  { kind, id }: JobSpec,
  job: ActiveJob,
): Promise<'mine' | 'ended'> {
  for (let tries = 0; ; tries++) {
    if (job.signal.aborted) return 'ended'
    if (await documents.acquireLease(kind, id, owner, world.now(), world.now() + LEASE_MS)) {
      if (tries === 0) return 'mine'
      const kept = await documents.get(kind, id)
      if (kept === undefined) return 'mine'
      const { status, interrupted } = Job.parse(kept.value)
      if (status === 'running' || interrupted) return 'mine'
      await documents.releaseLease(kind, id, owner)
      return 'ended'
    }
    job.phase = 'watching'
    const kept = await documents.get(kind, id)
    if (kept) job.register()
    const progress = kept && Job.parse(kept.value).progress
    if (progress && progress.message !== job.latestProgress?.message) job.report(progress)
    await sleepOrAbort(world, POLL_MS, job.signal)
  }
}

async function heartbeat(
  { documents, world, owner }: Deps,
  { kind, id }: JobSpec,
  job: ActiveJob,
  done: AbortSignal,
): Promise<void> {
  let until = world.now() + LEASE_MS
  for (;;) {
    await sleepOrAbort(world, HEARTBEAT_MS, done)
    if (done.aborted) return
    const next = world.now() + LEASE_MS
    const held = await documents.acquireLease(kind, id, owner, world.now(), next).catch(() => world.now() < until)
    if (!held) return job.stop(leaseLost())
    until = next
  }
}

async function runAndSave({ documents, world }: Deps, { kind, id, work }: JobSpec, job: ActiveJob): Promise<void> {
  const kept = await documents.get(kind, id)
  let version = kept?.version ?? 0
  let document = kept && Job.parse(kept.value).document
  const warnings: string[] = []
  const put = async (envelope: Job): Promise<void> => {
    const next = isLeaseLost(job) ? undefined : await documents.put(kind, id, envelope, version, world.now())
    if (next === undefined) {
      job.stop(leaseLost())
      throw job.signal.reason
    }
    version = next
    job.register()
  }
  const inProgress = (): Job => ({
    status: 'running',
    document,
    ...(job.latestProgress && { progress: job.latestProgress }),
    ...(warnings.length > 0 && { warnings: [...new Set(warnings)] }),
  })
  // A new version at once, so that a process that only seemed dead cannot save any more.
  if (kept) await put(inProgress())
  const run: JobRun = {
    document,
    signal: job.signal,
    progress: (progress) => job.report(progress),
    warn: (message) => void warnings.push(message),
    async save(next) {
      document = next
      await put(inProgress())
    },
  }
  const ending = await work(run).catch((error: unknown) => endingOf(error, job, world))
  if (isLeaseLost(job)) return
  if (version > 0) return put({ ...inProgress(), ...ending })
  // Nothing of it was ever saved, so the only place for the reason is the answer of this call.
  if (ending.status === 'failed') job.unsaved = ending.message
}

type Ending =
  | JobOutcome
  | { status: 'stopped'; message: string; interrupted: true }
  | { status: 'failed'; message: string }

function endingOf(error: unknown, { signal }: ActiveJob, world: World): Ending {
  if (signal.aborted) {
    const message = signal.reason instanceof JobStopped ? signal.reason.message : 'It was stopped.'
    return { status: 'stopped', message, interrupted: true }
  }
  if (!isForPeople(error)) world.log('a job failed on an unexpected error', { error: nameOf(error) })
  return { status: 'failed', message: messageOf(error) }
}

/** Errors of the router and of the store say what to do; the message of any other may hold anything. */
function isForPeople(error: unknown): error is Error {
  return error instanceof GenerateError || (error instanceof Error && error.name === 'StoreError')
}

function messageOf(error: unknown): string {
  return isForPeople(error)
    ? error.message
    : 'Something went wrong inside Showrunner. What was finished is saved: try again.'
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
