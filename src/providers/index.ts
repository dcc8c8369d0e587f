import type { Provider, Wire } from '../contract/provider.ts'
import type { Account, ProviderDeps } from './account.ts'
import { createAnthropicProvider } from './anthropic/provider.ts'
import { createAzureProvider } from './openai/azure.ts'
import { createChatProvider } from './openai/chat.ts'
import { createResponsesProvider } from './openai/responses.ts'
import { createUnderstudyProvider } from './understudy/provider.ts'

export type { Account, ProviderDeps } from './account.ts'

/** A provider for an account, by the wire it speaks. Loads no SDK and asks nothing until its first request. */
export function createProvider(account: Account, deps: ProviderDeps): Provider {
  return WIRES[account.wire](account, deps)
}

const WIRES: Readonly<Record<Wire, (account: Account, deps: ProviderDeps) => Provider>> = {
  'openai-chat': createChatProvider,
  'openai-responses': createResponsesProvider,
  anthropic: createAnthropicProvider,
  azure: createAzureProvider,
  rehearsal: createUnderstudyProvider,
}
