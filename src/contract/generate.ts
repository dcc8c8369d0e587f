import type { FailureKind } from './errors.ts'

/**
 * The one shape in the building: a request and a call in, a stream of events out. A provider, a retry, a fallback,
 * the whole router and a test fake are all a `Generate`, so they compose as layers.
 *
 * One `start` comes first and one `end` last, with any number of the others between; or a `GenerateError` is thrown,
 * at any moment. Above the router a `start` with `continues` may stand between: another model goes on. A reader that stops early must call `return()` (a `break` in `for await` does): the upstream request
 * is then aborted and what was spent is booked.
 */
export type Generate = (request: GenerateRequest, call: Call) => AsyncIterable<GenerateEvent>

/** What is asked of a model. Provider-neutral: every wire maps it, none extends it. */
export interface GenerateRequest {
  /** Above the router: any name A2 allows (`anthropic/claude-sonnet-5`, an alias, `auto`). Below it: the vendor's own model id. */
  readonly model: string
  /** Names to try after `model`, in order. Read by the router only. */
  readonly fallbacks?: readonly string[]
  readonly system?: string
  readonly messages: readonly Message[]
  readonly tools?: readonly ToolSpec[]
  readonly toolChoice?: 'auto' | 'none' | 'required'
  /** Asks for one JSON value of this JSON Schema (draft 2020-12). Above the router the answer is sure to fit it. */
  readonly json?: { readonly name?: string; readonly schema: JsonSchema }
  /** Reasoning included. The router always sets it before a provider sees the request. */
  readonly maxOutputTokens?: number
  readonly temperature?: number
  readonly topP?: number
  readonly stop?: readonly string[]
  readonly seed?: number
  readonly reasoningEffort?: ReasoningEffort
}

export type ReasoningEffort = 'none' | 'low' | 'medium' | 'high'

/** A setting that a model may refuse; what was dropped is listed, by this name, in `start.ignored`. */
export type Setting =
  | 'temperature'
  | 'topP'
  | 'stop'
  | 'seed'
  | 'reasoningEffort'
  | 'json'
  | 'tools'
  | 'toolChoice'
  | 'images'
  | 'maxOutputTokens'

export type Message =
  | { readonly role: 'user'; readonly parts: readonly Part[] }
  | { readonly role: 'assistant'; readonly parts: readonly Part[]; readonly calls?: readonly ToolCall[] }
  | { readonly role: 'tool'; readonly callId: string; readonly parts: readonly Part[]; readonly failed?: boolean }

export type Part =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly mimeType: string; readonly base64: string }

export interface ToolSpec {
  readonly name: string
  readonly description: string
  readonly schema: JsonSchema
}

export interface ToolCall {
  readonly id: string
  readonly name: string
  /** Parsed arguments. Calls arrive whole: half a JSON value helps nobody. */
  readonly args: unknown
}

export type JsonSchema = { readonly [keyword: string]: unknown }

export type GenerateEvent =
  /** The upstream said yes (response headers are in). `usage` holds what is known this early, such as the input count. */
  | {
      readonly type: 'start'
      readonly provider: string
      readonly model: string
      readonly ignored: readonly Setting[]
      readonly usage?: Usage
      /** The model before it broke off; this one goes on from the text so far, which stands. */
      readonly continues?: true
    }
  | { readonly type: 'text'; readonly text: string }
  /** Reasoning. An empty text is a sign of life from a model that thinks in private. Never part of the answer. */
  | { readonly type: 'thinking'; readonly text: string }
  /** The connection is alive, although nothing of the answer came. */
  | { readonly type: 'ping' }
  /** The text since the last `start` was reasoning, as only its end showed. It is no part of the answer. */
  | { readonly type: 'retract' }
  | { readonly type: 'call'; readonly call: ToolCall }
  | { readonly type: 'end'; readonly finish: FinishReason; readonly usage: Usage }

export type FinishReason = 'stop' | 'length' | 'content_filter' | 'tool_calls'

/** Token counts as the provider gave them. A missing field was not told; it is never zero by default. */
export interface Usage {
  /** All input: cached reads and cache writes included. */
  readonly inputTokens?: number
  /** The part of the input that was read from the provider's cache. */
  readonly cachedInputTokens?: number
  /** The part of the input that was written to the provider's cache. */
  readonly cacheWriteTokens?: number
  /** The part of `cacheWriteTokens` that the provider keeps for an hour, which costs more than the usual five minutes. */
  readonly cacheWriteHourTokens?: number
  /** All output: reasoning included. */
  readonly outputTokens?: number
  /** The part of the output that was reasoning. */
  readonly reasoningTokens?: number
  /** The vendor's own bill for this request in whole micro-dollars, where it reports one (OpenRouter's `usage.cost`). */
  readonly billedMicroUsd?: number
  /** A dearer tier that the vendor served the request in (`priority`). Absent: the usual one. */
  readonly serviceTier?: string
}

/** Everything a call carries that is not the question itself. */
export interface Call {
  /** Groups the attempts of one call in the ledger and the report. */
  readonly id: string
  /** Who is asking: a tool's name, or `library`. The ledger reports by it. */
  readonly tool: string
  readonly signal: AbortSignal
  /** When the whole call, fallbacks included, must be over: ms since the epoch. */
  readonly deadline?: number
  /** The most that all attempts of this call together may cost, in micro-dollars. */
  readonly maxMicroUsd?: number
  /** Told of every attempt as it is settled, in order: the failed and the cancelled too. */
  readonly onAttempt?: (attempt: Attempt) => void
}

/** One request to one model: what became of it. */
export interface Attempt {
  /** `provider/model`. */
  readonly model: string
  readonly outcome: 'ok' | FailureKind
  /** When it went out, ms since the epoch. */
  readonly at: number
  readonly latencyMs: number
  /** Undefined: no token came. */
  readonly firstTokenMs: number | undefined
  readonly usage: Usage
  /** Undefined: the price is not known. */
  readonly microUsd: number | undefined
  /** True where `usage` or `microUsd` was estimated because the provider did not tell. */
  readonly estimated: boolean
  /** What a person should know, a sentence each: a budget that this attempt took past 80 %. */
  readonly warnings?: readonly string[]
}
