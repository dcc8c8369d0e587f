import type { Setting } from '../contract/generate.ts'
import type { JsonMode } from './request/json-mode.ts'

/** How one vendor's server differs from OpenAI's, as data. An absent field means: as OpenAI. */
export interface Quirks {
  /** The newer name; every other vendor takes the older one. */
  readonly maxTokensField?: 'max_completion_tokens'
  /** Refuses `stream_options`, or sends the token counts unasked. */
  readonly noStreamUsage?: true
  readonly seedField?: 'random_seed'
  /** Settings that no model of the vendor takes. */
  readonly refuses?: readonly Setting[]
  /** Settings that its reasoning models do not take. */
  readonly refusesWhenThinking?: readonly Setting[]
  /** How many stop sequences it takes; absent: OpenAI's four. */
  readonly maxStops?: number
  /** The strictest JSON mode that it takes, whatever the catalog says. */
  readonly jsonMode?: JsonMode
  readonly noJsonWithTools?: true
  /** Requests that it does not stream: the answer is then asked for whole. */
  readonly noStreamingWith?: readonly ('json' | 'tools')[]
  readonly reasoningStyle?: 'effort' | 'openrouter' | 'together' | 'thinking' | 'enable_thinking'
  /** Wants tool call ids of nine letters and digits. */
  readonly shortCallIds?: true
  /** Fields of every tool call in a conversation's past. */
  readonly toolCallExtras?: Readonly<Record<string, unknown>>
  /** The header of its key, where that is not `authorization`. */
  readonly keyHeader?: string
  /** The header's value is the key alone, without `Bearer`. */
  readonly keyWithoutBearer?: true
  /** The path of its own bill in the usage, in US dollars. */
  readonly billPath?: string
  /**
   * The host (or the end of its name) at which a closed connection is documented to stop generation and billing. Another
   * address of the same vendor may be a gateway that does not stop.
   */
  readonly stopsWhenClosedAt?: string
}

/** True where the account's address is the one whose documentation says that a closed connection stops the billing. */
export function stopsWhenClosed(baseUrl: string, { stopsWhenClosedAt }: Quirks = {}): boolean {
  if (stopsWhenClosedAt === undefined || !URL.canParse(baseUrl)) return false
  const { hostname, protocol } = new URL(baseUrl)
  return protocol === 'https:' && (hostname === stopsWhenClosedAt || hostname.endsWith(`.${stopsWhenClosedAt}`))
}
