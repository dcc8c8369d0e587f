import { GenerateError } from '../contract/errors.ts'
import type { World } from '../contract/world.ts'

/** Why a signal was aborted, as the failure it stands for: the timeout that aborted it, or else the caller's cancel. */
export function abortOf(signal: AbortSignal): GenerateError {
  if (signal.reason instanceof GenerateError) return signal.reason
  return new GenerateError({ kind: 'cancelled' }, 'The call was cancelled.')
}

/** The promise's outcome, or the abort if that comes first. The promise is left to itself then, and no listener stays. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const one = abortables(signal)
  return one.wait(promise).finally(one.stop)
}

/** The same for many promises, one after the other, with one listener for all until `stop`. */
export function abortables(signal: AbortSignal): { wait<T>(promise: Promise<T>): Promise<T>; stop(): void } {
  let refuse: ((error: GenerateError) => void) | undefined
  const abort = (): void => refuse?.(abortOf(signal))
  signal.addEventListener('abort', abort, { once: true })
  return {
    wait: (promise) =>
      new Promise((resolve, reject) => {
        refuse = reject
        promise.then(resolve, reject)
        if (signal.aborted) abort()
      }),
    stop: () => signal.removeEventListener('abort', abort),
  }
}

/** Waits; an abort ends the wait as the failure it stands for. */
export async function pause(world: World, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await world.sleep(ms, signal)
  } catch (cause) {
    if (signal.aborted) throw abortOf(signal)
    throw cause
  }
}
