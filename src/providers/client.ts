import type { World } from '../contract/world.ts'
import type { Account } from './account.ts'
import { type Asked, keyUnfit, type Learn, refused, unreached } from './failure.ts'

/** The way to one account: requests go out through a vendor's package, and come back as a response or as a failure. */
export interface Client {
  /** Resolves when a 2xx response's headers are in; its body is the caller's to read. Rejects with `GenerateError`. */
  send(request: Request, on: { asked: Asked; signal: AbortSignal; learn?: Learn }): Promise<Response>
}

export interface Request {
  readonly method: 'get' | 'post'
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: Readonly<Record<string, unknown>>
}

/** What is used of a vendor's package: it builds the request and takes it to our `fetch`. */
export interface Sdk {
  get(path: string, options: Options): { asResponse(): Promise<Response> }
  post(path: string, options: Options): { asResponse(): Promise<Response> }
}

interface Options {
  query?: Record<string, string>
  body?: unknown
  signal: AbortSignal
}

/** What every package is set up with: no retries, no log but `world.log`, no time limit of its own. */
export interface Wiring {
  readonly fetch: typeof globalThis.fetch
  readonly logger: Logger
  readonly logLevel: 'warn'
  readonly maxRetries: 0
  readonly timeout: number
}

/** The package's own patience; ours is above it, in the signals. */
const DAY_MS = 86_400_000

/**
 * A client of an account. The package is loaded by `open` at the first request, and whatever headers it takes from the
 * environment stay here: what goes out is `headers` and what every request needs, and no redirect is followed, for it
 * would carry a key to another host.
 */
export function clientOf(
  account: Account,
  world: World,
  headers: Readonly<Record<string, string>>,
  open: (wiring: Wiring) => Promise<Sdk>,
): Client {
  let made: Promise<Sdk> | undefined
  const wiring: Wiring = {
    fetch: fetchOf(world, { ...headers, ...account.headers }),
    logger: loggerOf(account, world),
    logLevel: 'warn',
    maxRetries: 0,
    timeout: DAY_MS,
  }
  return {
    async send({ method, path, query, body }, { asked, signal, learn }) {
      // A header with such a character in it is an error whose text holds the header.
      if (account.key !== undefined && !/^[\x21-\x7e]+$/.test(account.key)) throw keyUnfit(asked)
      made ??= open(wiring)
      const sdk = await made
      try {
        return await sdk[method](path, { ...(query && { query }), ...(body && { body }), signal }).asResponse()
      } catch (error) {
        const refusal = findRefusal(error)
        if (refusal && !signal.aborted) throw refused(asked, refusal, world.now(), learn)
        throw unreached(asked, error, signal)
      }
    },
  }
}

/** The header that holds an account's key: `standard` unless the vendor is known to want another. */
export function keyHeader(
  { key, quirks }: Account,
  standard: { readonly name: string; readonly bare: boolean },
): Readonly<Record<string, string>> {
  if (key === undefined) return {}
  const { name, bare } = quirks?.keyHeader ? { name: quirks.keyHeader, bare: quirks.keyBare === true } : standard
  return { [name]: bare ? key : `Bearer ${key}` }
}

/** An answer with an error status, on its way out through the package's own error handling. */
class Refusal extends Error {
  readonly status: number
  readonly headers: Headers
  readonly body: string
  constructor(response: Response, body: string) {
    super('refused')
    this.status = response.status
    this.headers = response.headers
    this.body = body
  }
}

/** Of an error's body no more is read: enough for every vendor's, too little to fill memory. */
const ERROR_BYTES = 64 * 1024

const PACKAGE_HEADERS = ['accept', 'content-type', 'user-agent']

function fetchOf(world: World, own: Readonly<Record<string, string>>): typeof globalThis.fetch {
  const ours = Object.fromEntries(Object.entries(own).map(([name, value]) => [name.toLowerCase(), value]))
  return async (address, init) => {
    const given = init?.headers instanceof Headers ? init.headers : new Headers(init?.headers)
    const theirs = PACKAGE_HEADERS.map((name) => [name, given.get(name)]).filter(([, value]) => value !== null)
    const headers: Record<string, string> = { ...Object.fromEntries(theirs), ...ours }
    const response = await world.fetch(address, { ...init, headers, redirect: 'manual' })
    if (response.ok) return response
    throw new Refusal(response, await beginning(response, init?.signal ?? new AbortController().signal))
  }
}

async function beginning(response: Response, signal: AbortSignal): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  const decoder = new TextDecoder()
  const close = (): void => void reader.cancel().catch(() => undefined)
  signal.addEventListener('abort', close, { once: true })
  let text = ''
  try {
    while (!signal.aborted && text.length < ERROR_BYTES) {
      const { done, value } = await reader.read()
      if (done) break
      text += decoder.decode(value, { stream: true })
    }
  } catch {
    // Half a refusal is still one: the status decides.
  } finally {
    signal.removeEventListener('abort', close)
    close()
  }
  return text
}

function findRefusal(error: unknown): Refusal | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if (at instanceof Refusal) return at
  }
  return undefined
}

type Logger = Readonly<Record<'error' | 'warn' | 'info' | 'debug', (message: string, ...rest: unknown[]) => void>>

/** Only the package's own sentence is logged, never the details beside it, which may hold a request. */
function loggerOf({ id, key, wire }: Account, world: World): Logger {
  const at = (level: string) => (message: string) => {
    const line = key ? String(message).replaceAll(key, '[key]') : String(message)
    world.log('sdk', { provider: id, wire, level, message: line.slice(0, 200) })
  }
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') }
}
