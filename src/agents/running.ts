import { GenerateError } from '../contract/errors.ts'
import type { World } from '../contract/world.ts'
import { type Progress, rising } from './progress.ts'

/** A job as this process sees it: running here, or watched while another process runs it. */
export interface Running {
  readonly callers: Set<(progress: Progress) => void>
  /** Aborts, with a `Stopped`, when the job is to stop. */
  readonly signal: AbortSignal
  /** Aborts when everything is over and saved. */
  readonly over: AbortSignal
  latest: Progress | undefined
  phase: 'claiming' | 'watching' | 'working'
  /** Never rejects. */
  ended: Promise<void>
  stop(message: string): void
  tell(progress: Progress): void
}

/** Why a job was stopped, in words for a person. */
export class Stopped extends Error {}

export const LOST = 'Another process goes on with it.'

export function isLost({ signal }: Running): boolean {
  return signal.reason instanceof Stopped && signal.reason.message === LOST
}

export interface Attendance {
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
export async function waitFor(
  running: Running,
  on: Attendance,
  until: number,
  world: World,
): Promise<'ended' | 'running'> {
  const caller = rising(on.onProgress)
  running.callers.add(caller.tell)
  if (running.latest) caller.tell(running.latest)
  try {
    while (!running.over.aborted) {
      if (on.signal.aborted) {
        running.callers.delete(caller.tell)
        if (running.callers.size === 0) {
          running.stop('It was cancelled.')
          await running.ended
        }
        throw new GenerateError({ kind: 'cancelled' }, 'Cancelled.')
      }
      const leftMs = until - world.now()
      if (leftMs <= 0) {
        running.callers.delete(caller.tell)
        // Watching a job of another process for nobody would be idle work.
        if (running.phase === 'watching' && running.callers.size === 0) running.stop('Nobody waits.')
        return 'running'
      }
      const told = caller.heard()
      await pause(world, Math.min(leftMs, SIGN_OF_LIFE_MS), AbortSignal.any([on.signal, running.over]))
      if (running.latest && told === caller.heard() && !running.over.aborted) caller.tell(running.latest)
    }
    return 'ended'
  } finally {
    running.callers.delete(caller.tell)
  }
}

/** Sleeps until the time is up or the signal aborts, and minds neither. */
export async function pause(world: World, ms: number, signal: AbortSignal): Promise<void> {
  await world.sleep(ms, signal).catch(() => undefined)
}
