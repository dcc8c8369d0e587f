import type { SharedState } from '../../contract/limit.ts'

/** The state of one limit, in this process or shared between several. States are plain JSON. */
export interface StateCell<S> {
  /** The state, at most `maxAgeMs` old. */
  read(now: number, maxAgeMs: number): Promise<S>
  /** Updates the state atomically. `change` may run more than once, so it must be pure. A state equal to the initial one is deleted. */
  update<T>(change: (state: S) => readonly [next: S, answer: T]): Promise<T>
}

/** Makes cells by name; `initial` is the state of a limit that was never used. */
export type StateStore = <S>(name: string, initial: S) => StateCell<S>

/**
 * How old the shared state may be where a limit is only asked about, as for every model of a list. A reservation always
 * reads the state itself.
 */
export const MAX_READ_AGE_MS = 50

/** Cells that last as long as the process. `update` changes the state before it returns its promise. */
export const memoryStore: StateStore = (_, initial) => {
  let state = initial
  return {
    read: async () => state,
    async update(change) {
      const [next, answer] = change(state)
      state = next
      return answer
    },
  }
}

/**
 * Cells that all processes with the same shared state have in common, under names that begin with `prefix`. The shared
 * state is opened at the first read, and one read serves all cells.
 */
export function sharedStore(sharedState: () => Promise<SharedState>, prefix: string): StateStore {
  let cachedRead: { readonly at: number; readonly values: Promise<Map<string, unknown>> } | undefined

  function readCached(now: number, maxAgeMs: number): Promise<Map<string, unknown>> {
    if (!cachedRead || now < cachedRead.at || now - cachedRead.at >= maxAgeMs) {
      const values = sharedState().then(async (shared) => new Map(await shared.read(prefix)))
      const latest = { at: now, values }
      cachedRead = latest
      values.catch(() => {
        if (cachedRead === latest) cachedRead = undefined
      })
    }
    return cachedRead.values
  }

  return <S>(name: string, initial: S): StateCell<S> => {
    const key = prefix + name
    // Values were written by this program, so they are not validated again.
    const stateOf = (value: unknown): S => (value === undefined ? initial : (value as S))
    return {
      read: async (now, maxAgeMs) => stateOf((await readCached(now, maxAgeMs)).get(key)),
      async update(change) {
        const [written, answer] = await (await sharedState()).update(key, (value) => {
          const before = stateOf(value)
          const [next, given] = change(before)
          const after = next === initial ? undefined : next === before ? value : next
          return [after, [after, given] as const]
        })
        // A read that began before this change must not hide it.
        ;(await cachedRead?.values.catch(() => undefined))?.set(key, written)
        return answer
      },
    }
  }
}

/**
 * The same cells for state that is useful within one process too: when the shared state cannot be used, `onError` is
 * called once and each process continues alone.
 */
export function withLocalFallback(shared: StateStore, onError: (error: unknown) => void): StateStore {
  let reported = false
  return (name, initial) => {
    const [sharedCell, localCell] = [shared(name, initial), memoryStore(name, initial)]
    const orLocal = <T>(work: Promise<T>, instead: () => Promise<T>): Promise<T> =>
      work.catch((error: unknown) => {
        if (!reported) onError(error)
        reported = true
        return instead()
      })
    return {
      read: (now, maxAgeMs) => orLocal(sharedCell.read(now, maxAgeMs), () => localCell.read(now, maxAgeMs)),
      update: (change) => orLocal(sharedCell.update(change), () => localCell.update(change)),
    }
  }
}
