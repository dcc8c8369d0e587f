import type { Slate } from '../../contract/limit.ts'

/** Where one limit keeps its state: in this process, or on a slate that several share. States are plain JSON. */
export interface Cell<S> {
  /** As it was `maxAgeMs` ago at most. */
  read(now: number, maxAgeMs: number): Promise<S>
  /** Changes the state, alone; `change` may be run again, so it must do nothing else. A state as fresh as the first is forgotten. */
  change<T>(now: number, change: (state: S) => readonly [next: S, answer: T]): Promise<T>
}

/** Makes cells by name; `fresh` is the state of a limit of which nothing is known. */
export type Cells = <S>(name: string, fresh: S) => Cell<S>

/** Cells that last as long as the process. What is changed is changed at once, before the promise is handed out. */
export const inMemory: Cells = (_, fresh) => {
  let state = fresh
  return {
    read: async () => state,
    async change(_now, change) {
      const [next, answer] = change(state)
      state = next
      return answer
    },
  }
}

/** Cells that all processes with the same slate share. It is opened at the first look. */
export function onSlate(slate: () => Promise<Slate>): Cells {
  return <S>(name: string, fresh: S): Cell<S> => {
    // What this program and its migrations have written needs no second look.
    const stateOf = (value: unknown): S => (value === undefined ? fresh : (value as S))
    let glance: { readonly state: S; readonly at: number } | undefined
    return {
      async read(now, maxAgeMs) {
        if (!glance || now < glance.at || now - glance.at >= maxAgeMs) {
          glance = { state: stateOf(await (await slate()).read(name)), at: now }
        }
        return glance.state
      },
      async change(now, change) {
        const [state, answer] = await (await slate()).change(name, (value) => {
          const before = stateOf(value)
          const [next, given] = change(before)
          const written = next === fresh ? undefined : next === before ? value : next
          return [written, [next, given] as const]
        })
        glance = { state, at: now }
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
      change: (now, change) => otherwise(ours.change(now, change), () => own.change(now, change)),
    }
  }
}
