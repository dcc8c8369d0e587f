import type { SharedState } from '../../contract/limit.ts'

/** Where one limit keeps its state: in this process, or on a slate that several share. States are plain JSON. */
export interface StateCell<S> {
  /** As it was `maxAgeMs` ago at most. */
  read(now: number, maxAgeMs: number): Promise<S>
  /** Changes the state, alone; `change` may be run again, so it must do nothing else. A state as fresh as the first is forgotten. */
  update<T>(change: (state: S) => readonly [next: S, answer: T]): Promise<T>
}

/** Makes cells by name; `fresh` is the state of a limit of which nothing is known. */
export type StateStore = <S>(name: string, fresh: S) => StateCell<S>

/**
 * How old what others know may be where a limit is only asked about, as it is for every model of a list. Who reserves
 * always meets the state itself.
 */
export const MAX_READ_AGE_MS = 50

/** Cells that last as long as the process. What is changed is changed at once, before the promise is handed out. */
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
 * Cells that all processes with the same slate share, under names that begin with `prefix`. It is opened at the first
 * look, and one look is for all of them.
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
    // What this program and its migrations have written needs no second look.
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
        // A look that began before must not hide it.
        ;(await cachedRead?.values.catch(() => undefined))?.set(key, written)
        return answer
      },
    }
  }
}

/**
 * The same cells, for what is better known to one process than not at all: when the shared one cannot be used, that is
 * said once and each process goes on by itself.
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
