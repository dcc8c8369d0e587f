import { GenerateError } from '../../contract/errors.ts'
import type { World } from '../../contract/world.ts'
import { createMonotonicProgress, type Progress } from './progress.ts'

/** A job as this process sees it: running here, or watched while another process runs it. */
export interface ActiveJob {
  readonly listeners: Set<(progress: Progress) => void>
  /** Aborts, with a `Stopped`, when the job is to stop. */
  readonly signal: AbortSignal
  /** Aborts when everything is over and saved. */
  readonly finished: AbortSignal
  latestProgress: Progress | undefined
  phase: 'claiming' | 'watching' | 'working'
  /** Never rejects. */
  ended: Promise<void>
  stop(message: string): void
  tell(progress: Progress): void
}

/** Why a job was stopped, in words for a person. */
export class JobStopped extends Error {}

export const LEASE_LOST = 'Another process goes on with it.'

export function isLeaseLost({ signal }: ActiveJob): boolean {
  return signal.reason instanceof JobStopped && signal.reason.message === LEASE_LOST
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
 * One caller's wait: until the job is over, `until` (ms since the epoch) has come, or the caller's signal aborts; then it
 * throws `cancelled`, and stops a job that nobody else waits for.
 */
export async function waitForJob(
  running: ActiveJob,
  on: WaitOptions,
  until: number,
  world: World,
): Promise<'ended' | 'running'> {
  const caller = createMonotonicProgress(on.onProgress)
  running.listeners.add(caller.report)
  if (running.latestProgress) caller.report(running.latestProgress)
  try {
    while (!running.finished.aborted) {
      if (on.signal.aborted) {
        running.listeners.delete(caller.report)
        if (running.listeners.size === 0) {
          running.stop('It was cancelled.')
          await running.ended
        }
        throw new GenerateError({ kind: 'cancelled' }, 'Cancelled.')
      }
      const leftMs = until - world.now()
      if (leftMs <= 0) {
        running.listeners.delete(caller.report)
        // Watching a job of another process for nobody would be idle work.
        if (running.phase === 'watching' && running.listeners.size === 0) running.stop('Nobody waits.')
        return 'running'
      }
      const told = caller.reportCount()
      await sleepOrAbort(world, Math.min(leftMs, SIGN_OF_LIFE_MS), AbortSignal.any([on.signal, running.finished]))
      if (running.latestProgress && told === caller.reportCount() && !running.finished.aborted)
        caller.report(running.latestProgress)
    }
    return 'ended'
  } finally {
    running.listeners.delete(caller.report)
  }
}

/** Sleeps until the time is up or the signal aborts, and minds neither. */
export async function sleepOrAbort(world: World, ms: number, signal: AbortSignal): Promise<void> {
  await world.sleep(ms, signal).catch(() => undefined)
}
