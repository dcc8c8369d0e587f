import type { FaultWire } from './faults.ts'

/** Every wire, as `showrunner.json` names it, what is spoken on it, and what its address ends with. */
export const WIRES = [
  { name: 'OpenAI Responses', speaks: 'responses', config: { wire: 'openai-responses' }, path: '/v1' },
  { name: 'Chat Completions', speaks: 'chat', config: { wire: 'openai-chat' }, path: '/v1' },
  { name: 'Anthropic Messages', speaks: 'messages', config: { wire: 'anthropic' }, path: '' },
  { name: 'Azure v1', speaks: 'responses', config: { wire: 'azure' }, path: '' },
  { name: 'Azure dated', speaks: 'chat', config: { wire: 'azure', api_version: '2024-10-21' }, path: '' },
] as const satisfies readonly {
  readonly name: string
  readonly speaks: FaultWire
  readonly config: object
  readonly path: string
}[]
