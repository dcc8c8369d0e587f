import type { Provider } from '../../contract/provider.ts'
import type { Account, ProviderDeps } from '../account.ts'
import { buildChatRequest } from './chat-request.ts'
import { createChatDecoder } from './chat-response.ts'
import { createOpenaiProvider, type OpenaiWire } from './provider.ts'

/** OpenAI's Chat Completions, and every vendor that speaks it. */
export function createChatProvider(account: Account, deps: ProviderDeps): Provider {
  return createOpenaiProvider(account, deps, chatWire(account, deps))
}

export function chatWire({ quirks }: Account, { world }: ProviderDeps): OpenaiWire {
  return {
    path: () => '/chat/completions',
    buildRequest: buildChatRequest,
    createDecoder: (target) => createChatDecoder(target, world, quirks),
  }
}
