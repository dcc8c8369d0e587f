import type { ModelFacts, Wire } from '../contract/provider.ts'
import type { World } from '../contract/world.ts'
import type { Quirks } from './quirks.ts'

/** An address to send requests to, with its credentials. The configuration makes one for each vendor with a key. */
export interface Account {
  /** The name in `provider/model`. */
  readonly id: string
  readonly wire: Wire
  /** With or without a trailing slash. */
  readonly baseUrl: string
  /** Absent: the server wants none (a local engine). */
  readonly key?: string
  /** The environment variables the key may come from, for error messages. Absent: `<ID>_API_KEY`. */
  readonly keyNames?: readonly string[]
  /** Sent with every request, beside the key's own. */
  readonly headers?: Readonly<Record<string, string>>
  /** Azure's dated API. Absent: its v1 API, which wants none. */
  readonly apiVersion?: string
  /** Azure: model -> deployment. A model that is not named here is its own deployment. */
  readonly deployments?: Readonly<Record<string, string>>
  readonly quirks?: Quirks
  /** Runs on this machine. */
  readonly local?: boolean
  /** The understudy's. */
  readonly seed?: number
}

/** The account and model of one request: the names that a failure's message may use. */
export interface RequestTarget {
  readonly account: Pick<Account, 'id' | 'keyNames' | 'wire'>
  readonly model: string
  /** The request's path after the base URL. */
  readonly path?: string
}

/** The dependencies of a provider besides its account. */
export interface ProviderDeps {
  readonly world: World
  /** The catalog's facts of a model of this account; undefined for an unknown model. */
  facts(model: string): ModelFacts | undefined
}

/** `together-ai.v2` -> `TOGETHER_AI_V2`: how a provider's id is spelled in the names of its environment variables. */
export function envPrefix(id: string): string {
  return id.toUpperCase().replace(/[^A-Z0-9]/g, '_')
}

/**
 * A short hash of base URL and key: what is known about an account's health (a cooldown after a refused key) belongs to
 * it, so that a corrected key or another address begins without a history. 16 hexadecimal digits, the same in every
 * process; the key cannot be computed from it. Crypto is loaded here because a start needs none.
 */
export function computeAccountId({ id, baseUrl, key }: Pick<Account, 'id' | 'baseUrl' | 'key'>): string {
  const { createHash } = process.getBuiltinModule('node:crypto')
  const address = baseUrl.replace(/\/+$/, '')
  return createHash('sha256')
    .update(JSON.stringify(['showrunner account', id, address, key ?? null]))
    .digest('hex')
    .slice(0, 16)
}
