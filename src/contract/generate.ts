import type { FailureKind } from './errors.ts'

/**
 * The interface of everything that answers: a request and a call go in, a stream of events comes out. A provider, a
 * retry, a fallback, the whole router and a test fake are all a `Generate`, so they compose as layers.
 *
 * One `start` comes first and one `end` last, with any number of other events between; or a `GenerateError` is thrown,
 * at any moment. Above the router a `start` with `continues` may come between: another model continues the answer. A
 * reader that stops early must call `return()` (a `break` in `for await` does): the upstream request is then aborted
 * and its cost is booked.
 */
export type Generate = (request: GenerateRequest, call: Call) => AsyncIterable<GenerateEvent>

/** A request to a model. Provider-neutral: every wire maps it, none extends it. */
export interface GenerateRequest {
  /** Above the router: `provider/model`, a bare model name, an alias or `auto`. Below it: the vendor's own model id. */
  readonly model: string
  /** Names to try after `model`, in order. Read by the router only. */
  readonly fallbacks?: readonly string[]
  readonly system?: string
  readonly messages: readonly Message[]
  readonly tools?: readonly ToolSpec[]
  readonly toolChoice?: 'auto' | 'none' | 'required'
  /** Asks for one JSON value of this JSON Schema (draft 2020-12). Above the router the answer always fits it. */
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

/** A setting that a model may refuse. Dropped settings are listed by this name in `start.ignored`. */
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
  /** Parsed arguments. Calls arrive whole, because half a JSON value is of no use. */
  readonly args: unknown
}

export type JsonSchema = { readonly [keyword: string]: unknown }

export type GenerateEvent =
  /** The upstream accepted the request (response headers are in). `usage` holds early counts, such as the input's. */
  | {
      readonly type: 'start'
      readonly provider: string
      readonly model: string
      readonly ignored: readonly Setting[]
      readonly usage?: Usage
      /** The model before it broke off; this one continues the text so far, which stays valid. */
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

/** Is the event part of the answer? Role chunks, empty texts and thinking are not. */
export function isContent(event: GenerateEvent): boolean {
  return event.type === 'call' || (event.type === 'text' && event.text !== '')
}

export type FinishReason = 'stop' | 'length' | 'content_filter' | 'tool_calls'

/** Token counts as the provider reported them. A missing field was not reported; it is never zero by default. */
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

/** Everything that a call carries besides the request. */
export interface Call {
  /** Groups the attempts of one call in the ledger and the report. */
  readonly id: string
  /** The caller: a tool's name, or `library`. The ledger reports by it. */
  readonly tool: string
  readonly signal: AbortSignal
  /** When the whole call, fallbacks included, must be over: ms since the epoch. */
  readonly deadline?: number
  /** The most that all attempts of this call together may cost, in micro-dollars. */
  readonly maxMicroUsd?: number
  /** Called with every attempt as it is settled, in order, failed and cancelled ones too. */
  readonly onAttempt?: (attempt: Attempt) => void
}

/** One request to one model, after it ended. */
export interface Attempt {
  /** `provider/model`. */
  readonly model: string
  readonly outcome: 'ok' | FailureKind
  /** When it was sent, ms since the epoch. */
  readonly at: number
  readonly latencyMs: number
  /** Undefined: no content came. */
  readonly firstTokenMs: number | undefined
  readonly usage: Usage
  /** Undefined: the price is not known. */
  readonly microUsd: number | undefined
  /** True where `usage` or `microUsd` was estimated because the provider did not report it. */
  readonly estimated: boolean
  /** How much more than `microUsd` the vendor may still bill; absent: nothing. */
  readonly inDoubtMicroUsd?: number
  /** For people, a sentence each: a budget that is nearly spent, an implausible count, a fallback that was passed over. */
  readonly warnings?: readonly string[]
}
