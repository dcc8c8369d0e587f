import type { Provider, Wire } from '../contract/provider.ts'
import type { Account, Deps } from './account.ts'
import { anthropic } from './anthropic.ts'
import { azure } from './azure.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiResponses } from './openai-responses.ts'
import { rehearsal } from './rehearsal.ts'

export type { Account, Deps } from './account.ts'

/** A provider for an account, by the wire it speaks. Loads no SDK and asks nothing until its first request. */
export function createProvider(account: Account, deps: Deps): Provider {
  return WIRES[account.wire](account, deps)
}

const WIRES: Readonly<Record<Wire, (account: Account, deps: Deps) => Provider>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  anthropic,
  azure,
  rehearsal,
}
