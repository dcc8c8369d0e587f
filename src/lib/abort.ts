/** The part of `World` that waiting needs. */
interface Sleeper {
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Turns an aborted signal into the error that is thrown; without one it is the signal's own reason. */
type AbortErrorOf = (signal: AbortSignal) => unknown

const reasonOf: AbortErrorOf = (signal) => signal.reason

/**
 * The promise's outcome, or the abort if that comes first. The promise is not stopped by the abort, and no listener
 * stays behind. Rejects with `errorOf(signal)`.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal, errorOf: AbortErrorOf = reasonOf): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(errorOf(signal))
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
  })
}

/** Waits `ms`. An abort ends the wait with `errorOf(signal)`. */
export async function pause(
  world: Sleeper,
  ms: number,
  signal: AbortSignal,
  errorOf: AbortErrorOf = reasonOf,
): Promise<void> {
  try {
    await world.sleep(ms, signal)
  } catch (cause) {
    if (signal.aborted) throw errorOf(signal)
    throw cause
  }
}

/** Thrown by `withTimeout` when the time is over. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
  readonly afterMs: number
  constructor(afterMs: number) {
    super(`It took longer than ${afterMs} ms.`)
    this.afterMs = afterMs
  }
}

/**
 * Runs `work` for `ms` at most. Its signal aborts when the time is over (reason: the `TimeoutError` that is thrown) or
 * when `signal` aborts (its reason is thrown); work that ignores its signal is left to itself. No timer stays behind.
 */
export async function withTimeout<T>(
  world: Sleeper,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const timeout = new AbortController()
  const finished = new AbortController()
  const combined = signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal
  world.sleep(ms, finished.signal).then(
    () => timeout.abort(new TimeoutError(ms)),
    () => undefined, // the work ended first
  )
  try {
    combined.throwIfAborted()
    return await abortable(work(combined), combined)
  } finally {
    finished.abort()
  }
}
