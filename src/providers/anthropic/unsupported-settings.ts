import type { OnUnsupported } from '../errors/classify.ts'
import { getPath } from '../http/json-access.ts'

/** What can be left out of a Messages request when a model refuses it, as `Learned` remembers it. */
export type UnsupportedParameter =
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
const PARAMETER_PATTERNS: readonly (readonly [RegExp, UnsupportedParameter, readonly string[]])[] = [
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
export function createUnsupportedHandler(
  body: unknown,
  add: (parameter: UnsupportedParameter) => boolean,
): OnUnsupported {
  return (parameter) => {
    const match = PARAMETER_PATTERNS.find(
      ([name, , path]) => name.test(parameter.toLowerCase()) && getPath(body, ...path) !== undefined,
    )
    return match !== undefined && add(match[1])
  }
}
