import type { Learn } from './failure.ts'
import { at } from './unknown.ts'

/** What can be left out of a Messages request when a model refuses it, as `Learned` remembers it. */
export type Refusable =
  | 'temperature'
  | 'top_p'
  | 'stop_sequences'
  | 'tool_choice'
  /** Thinking by a budget: newer models think as they see fit. */
  | 'thinking.type.enabled'
  | 'thinking'
  | 'effort'
  | 'format'
  /** Its own words as the last of a conversation. */
  | 'prefill'

/** How a refusal names it, what it is, and where it would be in the body. In order: the first that was sent is meant. */
const NAMES: readonly (readonly [RegExp, Refusable, readonly string[]])[] = [
  [/^temperature$/, 'temperature', ['temperature']],
  [/^top_p$/, 'top_p', ['top_p']],
  [/^stop_sequences/, 'stop_sequences', ['stop_sequences']],
  [/^tool_choice/, 'tool_choice', ['tool_choice']],
  [/^thinking\.type\.enabled/, 'thinking.type.enabled', ['thinking', 'budget_tokens']],
  [/^thinking/, 'thinking', ['thinking']],
  [/^(?:output_config\.)?effort|^output_config$/, 'effort', ['output_config', 'effort']],
  [/^output_config|^output_format|^schema$|^compiled_grammar$/, 'format', ['output_config', 'format']],
  [/^prefill$/, 'prefill', ['messages']],
]

/** Learns from the refusals of one request: only what was sent can be left out the next time. */
export function learner(body: unknown, add: (parameter: Refusable) => boolean): Learn {
  return (parameter) => {
    const meant = NAMES.find(([name, , path]) => name.test(parameter.toLowerCase()) && at(body, ...path) !== undefined)
    return meant !== undefined && add(meant[1])
  }
}
