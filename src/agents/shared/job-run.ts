import { GenerateError } from '../../contract/errors.ts'
import type { World } from '../../contract/world.ts'
import { createMonotonicProgress, type Progress } from './progress.ts'

/** A job as this process sees it: running here, or watched while another process runs it. */
export interface ActiveJob {
  readonly listeners: Set<(progress: Progress) => void>
  /** Aborts, with a `JobStopped`, when the job is to stop. */
  readonly signal: AbortSignal
  /** Aborts when the document store knows the job, so that its id may be given away. */
  readonly registered: AbortSignal
  /** Aborts when the job has ended and is saved. */
  readonly finished: AbortSignal
  latestProgress: Progress | undefined
  phase: 'claiming' | 'watching' | 'working'
  /** Why the document store could not keep the job, in words for a person. */
  unsaved: string | undefined
  /** Never rejects. */
  ended: Promise<void>
  stop(reason: JobStopped): void
  register(): void
  report(progress: Progress): void
}

/** Why a job was stopped. `message` is for a person. */
export class JobStopped extends Error {
  override readonly cause: StopCause
  constructor(cause: StopCause, message: string) {
    super(message)
    this.cause = cause
  }
}

/**
 * `caller`: the last caller in this process cancelled. `shutdown`: the process ends. `unattended`: no caller of this
 * process watches any more. `lease_lost`: another process runs the job now.
 */
export type StopCause = 'caller' | 'shutdown' | 'unattended' | 'lease_lost'

export const leaseLost = (): JobStopped => new JobStopped('lease_lost', 'Another process runs it now.')

export function isLeaseLost({ signal }: ActiveJob): boolean {
  return signal.reason instanceof JobStopped && signal.reason.cause === 'lease_lost'
}

export interface WaitOptions {
  readonly waitMs: number
  readonly signal: AbortSignal
  /** `done` rises with every call. While nothing new happens the last message is repeated every 4 s. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** Clients expect a sign of life every 5 s. */
const SIGN_OF_LIFE_MS = 4_000

/**
 * One caller's wait: until the job has ended, `until` (ms since the epoch) has come, or the caller's signal aborts; then
 * it throws `cancelled`, and stops a job that has no other caller. `running` is answered only when the job is registered.
 */
export async function waitForJob(
  job: ActiveJob,
  options: WaitOptions,
  until: number,
  world: World,
): Promise<'ended' | 'running'> {
  const caller = createMonotonicProgress(options.onProgress)
  job.listeners.add(caller.report)
  if (job.latestProgress) caller.report(job.latestProgress)
  try {
    while (!job.finished.aborted) {
      if (options.signal.aborted) {
        job.listeners.delete(caller.report)
        if (job.listeners.size === 0) {
          job.stop(new JobStopped('caller', 'It was cancelled.'))
          await job.ended
        }
        throw new GenerateError({ kind: 'cancelled' }, 'Cancelled.')
      }
      const leftMs = until - world.now()
      if (leftMs <= 0 && job.registered.aborted) {
        job.listeners.delete(caller.report)
        // Watching a job of another process without a caller would be idle work.
        if (job.phase === 'watching' && job.listeners.size === 0) {
          job.stop(new JobStopped('unattended', 'It is no longer watched.'))
        }
        return 'running'
      }
      const reports = caller.reportCount()
      const wakeUp = [options.signal, job.finished, ...(job.registered.aborted ? [] : [job.registered])]
      const sleepMs = leftMs > 0 ? Math.min(leftMs, SIGN_OF_LIFE_MS) : SIGN_OF_LIFE_MS
      await sleepOrAbort(world, sleepMs, AbortSignal.any(wakeUp))
      const isSilent = job.latestProgress !== undefined && reports === caller.reportCount()
      if (isSilent && job.latestProgress && !job.finished.aborted) caller.report(job.latestProgress)
    }
    return 'ended'
  } finally {
    job.listeners.delete(caller.report)
  }
}

/** Sleeps until the time is up or the signal aborts, and rejects in neither case. */
export async function sleepOrAbort(world: World, ms: number, signal: AbortSignal): Promise<void> {
  await world.sleep(ms, signal).catch(() => undefined)
}
