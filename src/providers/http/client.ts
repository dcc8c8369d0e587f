import type { World } from '../../contract/world.ts'
import type { Account, RequestTarget } from '../account.ts'
import { classifyHttpError, classifyNetworkError, invalidKeyError, type OnUnsupported } from '../errors/classify.ts'

/** Sends requests to one account through a vendor's package. */
export interface Client {
  /** Resolves when a 2xx response's headers are in; its body is the caller's to read. Rejects with `GenerateError`. */
  send(
    request: HttpRequest,
    options: { target: RequestTarget; signal: AbortSignal; onUnsupported?: OnUnsupported },
  ): Promise<Response>
}

export interface HttpRequest {
  readonly method: 'get' | 'post'
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: Readonly<Record<string, unknown>>
}

/** The part of a vendor's package that is used: it builds the request and passes it to our `fetch`. */
export interface VendorSdk {
  get(path: string, options: SdkRequestOptions): { asResponse(): Promise<Response> }
  post(path: string, options: SdkRequestOptions): { asResponse(): Promise<Response> }
}

interface SdkRequestOptions {
  query?: Record<string, string>
  body?: unknown
  signal: AbortSignal
}

/** The options of every package: no retries, no log but `world.log`, no time limit of its own. */
export interface SdkOptions {
  readonly fetch: typeof globalThis.fetch
  readonly logger: Logger
  readonly logLevel: 'warn'
  readonly maxRetries: 0
  readonly timeout: number
}

/** The package's own time limit, which never applies because the signals end a request before. */
const DAY_MS = 86_400_000

/**
 * A client of an account. `loadSdk` loads the package at the first request. Headers that the package takes from the
 * environment are not sent: only `headers` and those that every request needs. No redirect is followed, because it would
 * take the key to another host. `sdkName` is the package's name in `user-agent`.
 */
export function createSdkClient(
  account: Account,
  world: World,
  headers: Readonly<Record<string, string>>,
  sdkName: string,
  loadSdk: (sdkOptions: SdkOptions) => Promise<VendorSdk>,
): Client {
  let sdkPromise: Promise<VendorSdk> | undefined
  const sdkOptions: SdkOptions = {
    fetch: createSdkFetch(world, { ...headers, ...account.headers }, sdkName),
    logger: createSdkLogger(account, world),
    logLevel: 'warn',
    maxRetries: 0,
    timeout: DAY_MS,
  }
  return {
    async send({ method, path, query, body }, { target, signal, onUnsupported }) {
      // Sending a header with another character fails with an error that quotes the header.
      if (account.key !== undefined && !/^[\x21-\x7e]+$/.test(account.key)) throw invalidKeyError(target)
      sdkPromise ??= loadSdk(sdkOptions)
      const sdk = await sdkPromise
      try {
        return await sdk[method](path, { ...(query && { query }), ...(body && { body }), signal }).asResponse()
      } catch (error) {
        const httpError = findHttpStatusError(error)
        if (httpError && !signal.aborted)
          throw classifyHttpError({ ...target, path }, httpError, world.now(), onUnsupported)
        throw classifyNetworkError(target, error, signal)
      }
    },
  }
}

/** The header that holds an account's key: `standard` unless the vendor is known to want another. */
export function authHeader(
  { key, quirks }: Account,
  standard: { readonly name: string; readonly bare: boolean },
): Readonly<Record<string, string>> {
  if (key === undefined) return {}
  const { name, bare } = quirks?.keyHeader
    ? { name: quirks.keyHeader, bare: quirks.keyWithoutBearer === true }
    : standard
  return { [name]: bare ? key : `Bearer ${key}` }
}

/** An answer with an error status, thrown through the package's own error handling. */
class HttpStatusError extends Error {
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

/** More of an error's body is not read: every vendor's is shorter, and a longer one would fill memory. */
const MAX_ERROR_CHARS = 64 * 1024

const PACKAGE_HEADERS = ['accept', 'content-type', 'user-agent']

function createSdkFetch(
  world: World,
  accountHeaders: Readonly<Record<string, string>>,
  sdkName: string,
): typeof globalThis.fetch {
  const ownHeaders = Object.fromEntries(
    Object.entries(accountHeaders).map(([name, value]) => [name.toLowerCase(), value]),
  )
  return async (address, init) => {
    const requestHeaders = init?.headers instanceof Headers ? init.headers : new Headers(init?.headers)
    const sdkHeaders = PACKAGE_HEADERS.flatMap((name) => {
      const value = requestHeaders.get(name)
      // The package takes its name from a class, whose name the bundler shortens.
      return value === null ? [] : [[name, value.replace(/^[\w$]+(?=\/JS )/, sdkName)]]
    })
    const headers: Record<string, string> = { ...Object.fromEntries(sdkHeaders), ...ownHeaders }
    const response = await world.fetch(address, { ...init, headers, redirect: 'manual' })
    if (response.ok) return response
    throw new HttpStatusError(response, await readErrorBody(response, init?.signal ?? new AbortController().signal))
  }
}

async function readErrorBody(response: Response, signal: AbortSignal): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  const decoder = new TextDecoder()
  const close = (): void => void reader.cancel().catch(() => undefined)
  signal.addEventListener('abort', close, { once: true })
  let text = ''
  try {
    while (!signal.aborted && text.length < MAX_ERROR_CHARS) {
      const { done, value } = await reader.read()
      if (done) break
      text += decoder.decode(value, { stream: true })
    }
  } catch {
    // The status decides, even where the body broke off.
  } finally {
    signal.removeEventListener('abort', close)
    close()
  }
  return text
}

function findHttpStatusError(error: unknown): HttpStatusError | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if (at instanceof HttpStatusError) return at
  }
  return undefined
}

type Logger = Readonly<Record<'error' | 'warn' | 'info' | 'debug', (message: string, ...rest: unknown[]) => void>>

/** Only the package's own sentence is logged, never the details beside it, which may hold a request. */
function createSdkLogger({ id, key, wire }: Account, world: World): Logger {
  const logAt = (level: string) => (message: string) => {
    const line = key ? String(message).replaceAll(key, '[key]') : String(message)
    world.log('sdk', { provider: id, wire, level, message: line.slice(0, 200) })
  }
  return { error: logAt('error'), warn: logAt('warn'), info: logAt('info'), debug: logAt('debug') }
}
