import type { Setting } from '../contract/generate.ts'
import type { JsonMode } from './request/json-mode.ts'

/** What is odd about one vendor on OpenAI's wires: facts about its server, as data. An absent field means: as OpenAI. */
export interface Quirks {
  /** Who wants the newer name; the older is what everyone else takes. */
  readonly maxTokensField?: 'max_completion_tokens'
  /** Refuses `stream_options`, or sends the token counts unasked. */
  readonly noStreamUsage?: true
  readonly seedField?: 'random_seed'
  /** Settings that no model of the vendor takes. */
  readonly refuses?: readonly Setting[]
  /** Settings that its reasoning models do not take. */
  readonly refusesWhenThinking?: readonly Setting[]
  /** How many stop sequences it takes; OpenAI's four unless said. */
  readonly maxStops?: number
  /** The best way it takes a wish for JSON, whatever the catalog says. */
  readonly jsonMode?: JsonMode
  readonly noJsonWithTools?: true
  /** What it cannot do while streaming: the answer is then asked for whole. */
  readonly noStreamingWith?: readonly ('json' | 'tools')[]
  readonly reasoningStyle?: 'effort' | 'openrouter' | 'together' | 'thinking' | 'enable_thinking'
  /** Wants tool call ids of nine letters and digits. */
  readonly shortCallIds?: true
  /** Goes with every tool call in a conversation's past. */
  readonly toolCallExtras?: Readonly<Record<string, unknown>>
  /** The header of its key, where that is not `authorization`. */
  readonly keyHeader?: string
  /** The key stands in its header by itself, without `Bearer`. */
  readonly keyWithoutBearer?: true
}
