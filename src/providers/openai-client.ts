import type { OpenAI } from 'openai'
import type { World } from '../contract/world.ts'
import type { Account } from './account.ts'
import { bytesOf } from './body.ts'
import { type Asked, keyUnfit, type Learn, refused, unreached } from './failure.ts'

/** The way to one account: requests go out through the `openai` package, and come back as a response or as a failure. */
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

/** The package's own patience; ours is above it, in the signals. */
const DAY_MS = 86_400_000

/**
 * A client of an account. The package is loaded at the first request and set up so that nothing of its own comes in or
 * goes out: no retries, no keys, organisations, addresses or headers from the environment, no log but `world.log`, and
 * no redirects, which would carry a key to another host.
 */
export function createClient(account: Account, world: World): Client {
  let made: Promise<OpenAI> | undefined
  const open = (): Promise<OpenAI> => {
    made ??= import('openai').then((sdk) => new sdk.OpenAI(settings(account, world)))
    return made
  }
  return {
    async send({ method, path, query, body }, { asked, signal, learn }) {
      // A header with such a character in it is an error whose text holds the header.
      if (account.key !== undefined && !/^[\x21-\x7e]+$/.test(account.key)) throw keyUnfit(asked)
      const client = await open()
      try {
        return await client[method](path, { ...(query && { query }), ...(body && { body }), signal }).asResponse()
      } catch (error) {
        const refusal = findRefusal(error)
        if (refusal && !signal.aborted) throw refused(asked, refusal, world.now(), learn)
        throw unreached(asked, error, signal)
      }
    },
  }
}

function settings(account: Account, world: World): ConstructorParameters<typeof OpenAI>[0] {
  return {
    baseURL: account.baseUrl.replace(/\/+$/, ''),
    apiKey: account.key ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: DAY_MS,
    fetch: fetchOf(account, world),
    logLevel: 'warn',
    logger: loggerOf(account, world),
  }
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

function fetchOf(account: Account, world: World): typeof globalThis.fetch {
  return async (address, init) => {
    const given = new Headers(init?.headers)
    const headers = new Headers()
    for (const name of PACKAGE_HEADERS) {
      const value = given.get(name)
      if (value !== null) headers.set(name, value)
    }
    if (account.key !== undefined) {
      const { keyHeader = 'authorization', keyBare = false } = account.quirks ?? {}
      headers.set(keyHeader, keyBare ? account.key : `Bearer ${account.key}`)
    }
    for (const [name, value] of Object.entries(account.headers ?? {})) headers.set(name, value)
    const response = await world.fetch(address, { ...init, headers, redirect: 'manual' })
    if (response.ok) return response
    throw new Refusal(response, await beginning(response, init?.signal ?? new AbortController().signal))
  }
}

async function beginning(response: Response, signal: AbortSignal): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const piece of bytesOf(response, signal)) {
      text += decoder.decode(piece, { stream: true })
      if (text.length >= ERROR_BYTES) break
    }
  } catch {
    // Half a refusal is still one: the status decides.
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
function loggerOf({ id, key }: Account, world: World): Logger {
  const at = (level: string) => (message: string) => {
    const line = key ? String(message).replaceAll(key, '[key]') : String(message)
    world.log('openai', { provider: id, level, message: line.slice(0, 200) })
  }
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') }
}
