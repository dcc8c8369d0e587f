import type { World } from './contract/world.ts'

/** The real world: the machine's clock, chance, network and stderr. The only file that may touch them. */
export function realWorld(): World {
  let dispatcher: object | undefined
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
    fetch: (input, init) => {
      dispatcher ??= createDispatcher()
      return globalThis.fetch(input, { ...init, ...dispatcher })
    },
  }
}

/**
 * The `dispatcher` option of `fetch` without the 300 s that Node gives an answer to begin and to continue: the router's
 * own limits end a request, and a model may think for longer. Node exports no dispatcher, so another of the kind that it
 * uses itself is made (also behind NODE_USE_ENV_PROXY). Without one, Node's limits hold. Seen to work on Node 22.13 to 26.
 */
export function createDispatcher(): object {
  void globalThis.Response // loads Node's client, which then has its dispatcher
  const current: unknown = ['undici.globalDispatcher.2', 'undici.globalDispatcher.1']
    .map((name) => Reflect.get(globalThis, Symbol.for(name)))
    .find((one) => typeof one === 'object' && one !== null)
  try {
    const Dispatcher = Object(current).constructor
    return current ? { dispatcher: Reflect.construct(Dispatcher, [{ headersTimeout: 0, bodyTimeout: 0 }]) } : {}
  } catch {
    return {}
  }
}
