import { GenerateError } from '../contract/errors.ts'
import type { World } from '../contract/world.ts'
import * as lib from '../lib/abort.ts'

/** Why a signal was aborted, as a `GenerateError`: the one it was aborted with (a timeout), else `cancelled`. */
export function abortError(signal: AbortSignal): GenerateError {
  if (signal.reason instanceof GenerateError) return signal.reason
  return new GenerateError({ kind: 'cancelled' }, 'The call was cancelled.')
}

/** `lib/abort.ts`, with `abortError` as the error. */
export const abortable = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> =>
  lib.abortable(promise, signal, abortError)

/** Waits `ms`; an abort ends the wait with `abortError`. */
export const abortableSleep = (world: World, ms: number, signal: AbortSignal): Promise<void> =>
  lib.pause(world, ms, signal, abortError)
