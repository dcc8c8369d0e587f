import type { Provider } from '../../contract/provider.ts'
import type { Account, ProviderDeps } from '../account.ts'
import { buildChatRequest } from './chat-request.ts'
import { createChatDecoder } from './chat-response.ts'
import { createOpenaiProvider } from './provider.ts'

/** OpenAI's Chat Completions, and everyone who speaks it. */
export function createChatProvider(account: Account, deps: ProviderDeps): Provider {
  return createOpenaiProvider(account, deps, {
    path: () => '/chat/completions',
    buildRequest: buildChatRequest,
    createDecoder: (target) => createChatDecoder(target, deps.world),
  })
}
