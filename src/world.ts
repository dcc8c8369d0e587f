import type { World } from './contract/world.ts'

/** The real world: the machine's clock, chance, network and stderr. The only file that may touch them. */
export function realWorld(): World {
  return {
    now: () => Date.now(),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const stop = (): void => {
          clearTimeout(timer)
          reject(signal?.reason)
        }
        const timer = setTimeout(() => {
          signal?.removeEventListener('abort', stop)
          resolve()
        }, ms)
        signal?.addEventListener('abort', stop, { once: true })
      }),
    random: () => Math.random(),
    // Crypto is loaded when the first id is made. 60 bits of chance after 40 bits of seconds: sorts by time, unique without asking anyone, easy to read aloud.
    id: () =>
      Math.floor(Date.now() / 1000).toString(32) +
      BigInt(`0x${process.getBuiltinModule('node:crypto').randomBytes(8).toString('hex')}`)
        .toString(32)
        .slice(0, 12),
    log(event, facts = {}) {
      const knownFacts = Object.entries(facts).filter(([, value]) => value !== undefined)
      process.stderr.write(
        `showrunner: ${event}${knownFacts.map(([key, value]) => ` ${key}=${JSON.stringify(value)}`).join('')}\n`,
      )
    },
    timeZone: () => new Intl.DateTimeFormat().resolvedOptions().timeZone,
    fetch: (input, init) => globalThis.fetch(input, init),
  }
}
