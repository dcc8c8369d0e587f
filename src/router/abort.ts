import { GenerateError } from '../contract/errors.ts'
import type { World } from '../contract/world.ts'

/** Why a signal was aborted, as the failure it stands for: the timeout that aborted it, or else the caller's cancel. */
export function abortError(signal: AbortSignal): GenerateError {
  if (signal.reason instanceof GenerateError) return signal.reason
  return new GenerateError({ kind: 'cancelled' }, 'The call was cancelled.')
}

/** The promise's outcome, or the abort if that comes first. The promise is left to itself then, and no listener stays. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(abortError(signal))
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Waits; an abort ends the wait as the failure it stands for. */
export async function abortableSleep(world: World, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await world.sleep(ms, signal)
  } catch (cause) {
    if (signal.aborted) throw abortError(signal)
    throw cause
  }
}
