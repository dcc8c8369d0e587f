import type { Slate } from '../../contract/limit.ts'

/** Where one limit keeps its state: in this process, or on a slate that several share. States are plain JSON. */
export interface Cell<S> {
  /** As it was `maxAgeMs` ago at most. */
  read(now: number, maxAgeMs: number): Promise<S>
  /** Changes the state, alone; `change` may be run again, so it must do nothing else. A state as fresh as the first is forgotten. */
  change<T>(change: (state: S) => readonly [next: S, answer: T]): Promise<T>
}

/** Makes cells by name; `fresh` is the state of a limit of which nothing is known. */
export type Cells = <S>(name: string, fresh: S) => Cell<S>

/**
 * How old what others know may be where a limit is only asked about, as it is for every model of a list. Who reserves
 * always meets the state itself.
 */
export const GLANCE_MS = 50

/** Cells that last as long as the process. What is changed is changed at once, before the promise is handed out. */
export const inMemory: Cells = (_, fresh) => {
  let state = fresh
  return {
    read: async () => state,
    async change(change) {
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
export function onSlate(slate: () => Promise<Slate>, prefix: string): Cells {
  let glance: { readonly at: number; readonly values: Promise<Map<string, unknown>> } | undefined

  function look(now: number, maxAgeMs: number): Promise<Map<string, unknown>> {
    if (!glance || now < glance.at || now - glance.at >= maxAgeMs) {
      const values = slate().then(async (shared) => new Map(await shared.read(prefix)))
      const latest = { at: now, values }
      glance = latest
      values.catch(() => {
        if (glance === latest) glance = undefined
      })
    }
    return glance.values
  }

  return <S>(name: string, fresh: S): Cell<S> => {
    const key = prefix + name
    // What this program and its migrations have written needs no second look.
    const stateOf = (value: unknown): S => (value === undefined ? fresh : (value as S))
    return {
      read: async (now, maxAgeMs) => stateOf((await look(now, maxAgeMs)).get(key)),
      async change(change) {
        const [written, answer] = await (await slate()).change(key, (value) => {
          const before = stateOf(value)
          const [next, given] = change(before)
          const after = next === fresh ? undefined : next === before ? value : next
          return [after, [after, given] as const]
        })
        // A look that began before must not hide it.
        ;(await glance?.values.catch(() => undefined))?.set(key, written)
        return answer
      },
    }
  }
}

/**
 * The same cells, for what is better known to one process than not at all: when the shared one cannot be used, that is
 * said once and each process goes on by itself.
 */
export function forgiving(shared: Cells, say: (error: unknown) => void): Cells {
  let said = false
  return (name, fresh) => {
    const [ours, own] = [shared(name, fresh), inMemory(name, fresh)]
    const otherwise = <T>(work: Promise<T>, instead: () => Promise<T>): Promise<T> =>
      work.catch((error: unknown) => {
        if (!said) say(error)
        said = true
        return instead()
      })
    return {
      read: (now, maxAgeMs) => otherwise(ours.read(now, maxAgeMs), () => own.read(now, maxAgeMs)),
      change: (change) => otherwise(ours.change(change), () => own.change(change)),
    }
  }
}
