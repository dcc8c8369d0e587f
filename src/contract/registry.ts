import type { LimitRule } from './limit.ts'
import type { ModelFacts, Provider } from './provider.ts'

/** The models that the router can ask. Built from the catalog, the configuration and the keys. */
export interface ModelRegistry {
  /** Every known model of every provider that is ready: its key is there, or its local engine is up. */
  listReady(signal: AbortSignal): Promise<readonly Candidate[]>
  /**
   * One model by its exact id. A provider that is ready is asked live for a model the catalog does not know. Throws
   * `GenerateError`: `auth` where the provider has no key (the message says how to set one), `unknown_model` otherwise.
   */
  findModel(provider: string, model: string, signal: AbortSignal): Promise<Candidate>
  /** All names, ready or not, as `provider/model`: to resolve bare names and to offer the nearest. */
  listNames(): Promise<readonly string[]>
  /** The message where no provider is ready: what was searched and how to set one up, in one paragraph. */
  explainNothingReady(): Promise<string>
}

export interface Candidate {
  readonly provider: Provider
  readonly facts: ModelFacts
  /** Runs on this machine. */
  readonly local: boolean
  /** False: `auto` never chooses it (the understudy; a vendor whose key is set for other programs). */
  readonly autoEligible: boolean
  /** True: only `provider/model` means it, because a working directory that is not trusted brought the provider. */
  readonly byFullNameOnly?: boolean
}

/** The orders that a person may configure for an alias's models and for what `auto` finds. */
export const STRATEGIES = ['order', 'cheapest', 'fastest', 'balanced'] as const
export type Strategy = (typeof STRATEGIES)[number]

/** The settings of the router; every field comes from the configuration or its defaults. */
export interface RoutingPolicy {
  /** Name -> models in order, each `provider/model`, a bare model name or another alias. `auto` may be overridden here. */
  readonly aliases: Readonly<Record<string, readonly string[]>>
  /** Aliases of a working directory that is not trusted: for names that mean nothing else. */
  readonly projectAliases?: Readonly<Record<string, readonly string[]>>
  /** The model of `auto` where `aliases` has no `auto`; undefined for the rule of `candidates/auto.ts`. */
  readonly defaultModel: string | undefined
  /** The setting that names `defaultModel`, for errors. */
  readonly defaultModelSetting?: string
  /** Tried after the default model when a call names no fallbacks. */
  readonly fallbacks: readonly string[]
  /** The order of an alias's models and of what `auto` finds. A call's own `model` and `fallbacks` keep their order. */
  readonly strategy: Strategy
  /** Requests to one candidate in one call at most, the first included. */
  readonly maxAttemptsPerModel: number
  /** Requests in one call at most, whatever the candidates. */
  readonly maxAttempts: number
  /** The longest wait before another try or for a limit to free; a longer one means the next candidate at once. */
  readonly maxWaitMs: number
  /** How long a model or an account is left alone after a failure, unless the upstream named a time. */
  readonly cooldownMs: number
  /** A stream that breaks after text was sent is continued by another model from that text, or fails. */
  readonly onStreamError: 'continue' | 'fail'
  /** After so long without a sign of life from the first model, a second is asked beside it. Undefined: never. */
  readonly hedgeAfterMs: number | undefined
  readonly timeouts: Timeouts
  readonly limits: readonly LimitRule[]
}

export interface Timeouts {
  /** To the response headers. */
  readonly connectMs: number
  /** From there to the first event, thinking included. */
  readonly firstTokenMs: number
  /** Between events. Between the wordless signs of a model that reasons unseen, `firstTokenMs` holds instead. */
  readonly idleMs: number
  /** The whole call, fallbacks included, where it sets no deadline of its own. */
  readonly totalMs: number
}
