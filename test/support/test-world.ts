import type { World } from '../../src/contract/world.ts'

export interface TestWorld extends World {
  /** Lets time pass: sleepers wake in order, and everything that can run, runs between them. */
  advance(ms: number): Promise<void>
  readonly logLines: readonly string[]
  /** Sleeps that are under way: a test may assert that no timer was left behind. */
  readonly pendingSleeps: number
}

/** A world whose clock only moves by `advance`, with repeatable random numbers and ids. Starts at 2026-01-01T00:00Z. */
export function testWorld(
  options: {
    readonly fetch?: World['fetch']
    readonly now?: number
    readonly random?: () => number
    readonly timeZone?: string
  } = {},
): TestWorld {
  let now = options.now ?? Date.UTC(2026, 0, 1)
  let ids = 0
  const logged: string[] = []
  const sleepers = new Set<{ readonly at: number; wake(): void }>()
  return {
    now: () => now,
    random: options.random ?? (() => 0.5),
    id: () => `id${++ids}`,
    log: (event, facts) => void logged.push(facts ? `${event} ${JSON.stringify(facts)}` : event),
    logLines: logged,
    get pendingSleeps() {
      return sleepers.size
    },
    timeZone: () => options.timeZone ?? 'UTC',
    fetch: options.fetch ?? (() => Promise.reject(new Error('no network in tests'))),
    sleep(ms, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason)
      return new Promise((resolve, reject) => {
        const stop = (): void => {
          sleepers.delete(sleeper)
          reject(signal?.reason)
        }
        const wake = (): void => {
          signal?.removeEventListener('abort', stop)
          resolve()
        }
        const sleeper = { at: now + ms, wake }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', stop, { once: true })
      })
    },
    async advance(ms) {
      const end = now + ms
      for (;;) {
        for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
        const next = [...sleepers].filter((sleeper) => sleeper.at <= end).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        now = next.at
        sleepers.delete(next)
        next.wake()
      }
      now = end
    },
  }
}
