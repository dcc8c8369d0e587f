import type { Generate, Setting } from './generate.ts'
import type { Price } from './price.ts'

/** Something that answers requests: a vendor account, a local engine, the understudy. */
export interface Provider {
  /** The name in `provider/model`: `anthropic`, `azure`, `ollama`. */
  readonly id: string
  /** A short hash of base URL and key. Cooldowns belong to it, so that a corrected key begins without one. */
  readonly accountId: string
  readonly generate: Generate
  /** True where an answer continues the assistant's own words at the end of a conversation, if the model takes that. */
  readonly prefill?: boolean
  /** True where the vendor documents that it stops generating, and billing, when the connection closes. */
  readonly stopsWhenClosed?: boolean
  /** The models that the key may use, asked live (`GET /models`). Throws `GenerateError`. */
  listModels(signal: AbortSignal): Promise<readonly LiveModel[]>
}

export interface LiveModel {
  readonly id: string
  readonly contextTokens?: number
}

/** The wires that a provider of the configuration may speak. */
export const WIRES = ['openai-chat', 'openai-responses', 'anthropic', 'azure'] as const
/** `rehearsal` is the understudy, which has no wire. */
export type Wire = (typeof WIRES)[number] | 'rehearsal'

export type Ability = 'text' | 'images' | 'tools' | 'json' | 'thinking'

/** The facts about a model before it is called. An absent field is not known. */
export interface ModelFacts {
  /** The vendor's own id, without the provider. */
  readonly id: string
  readonly name: string
  readonly contextTokens?: number
  readonly maxOutputTokens?: number
  readonly abilities: readonly Ability[]
  /** The price of the requested day. Absent: not known, which is not the same as free. */
  readonly price?: Price
  /** Settings that the model is known to refuse; a wire leaves them out and says so in `start.ignored`. */
  readonly refuses?: readonly Setting[]
  /** The values of its effort setting, weakest first, as the vendor spells them (`none`, `minimal`, `low` … `xhigh`, `max`). */
  readonly efforts?: readonly string[]
  /** The range of its thinking budget in tokens, where it takes one. */
  readonly thinkingBudget?: { readonly min?: number; readonly max?: number }
  /** True where thinking can only be switched on and off. */
  readonly thinkingToggle?: boolean
  /** False: the last message may not be the assistant's. */
  readonly prefill?: boolean
  /** `YYYY-MM-DD`. */
  readonly released?: string
  readonly status?: 'alpha' | 'beta' | 'deprecated'
  /** Where these facts come from, with their date. */
  readonly source: string
}

/** A vendor in the catalog: its address, its wire, the names of its key. */
export interface Vendor {
  readonly id: string
  readonly name: string
  readonly wire: Wire
  /**
   * As the wire's own SDK takes it, without a trailing slash: with `/v1` or the like on the OpenAI wires, without it on
   * `anthropic`. May hold `${NAME}` for an environment variable. Absent: the address must be configured.
   */
  readonly baseUrl?: string
  /** Environment variables that hold its key, in order of preference. */
  readonly keyNames: readonly string[]
  readonly doc?: string
}

/** The known models, their abilities and prices. Opened at first use, from data in the package; no network. */
export interface Catalog {
  /** The sources of the data with their dates, for people. */
  readonly source: string
  readonly vendors: readonly Vendor[]
  vendor(id: string): Vendor | undefined
  /** All models of a vendor that can write text. `at` (ms since the epoch) picks the prices of that day. */
  models(vendor: string, at: number): readonly ModelFacts[]
  /** By an exact id, or one with a routing suffix that the vendor documents (`:nitro`). `at` as above. */
  model(vendor: string, id: string, at: number): ModelFacts | undefined
}
