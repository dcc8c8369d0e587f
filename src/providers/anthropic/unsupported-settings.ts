import type { OnUnsupported } from '../errors/classify.ts'
import { getPath } from '../http/json-access.ts'

/** The parts of a Messages request that are left out once a model has refused them. */
export type UnsupportedParameter =
  | 'temperature'
  | 'top_p'
  | 'stop_sequences'
  | 'tool_choice'
  /** Thinking by a budget, which newer models refuse. */
  | 'thinking.type.enabled'
  | 'thinking'
  | 'effort'
  | 'format'
  /** A conversation that ends with the assistant's own words. */
  | 'prefill'

/** The name in a refusal, the parameter, and its place in the body. The first entry that was sent applies. */
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

/** Learns from the refusals of one request. Only a part that was sent can be left out. */
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
