import type { Provider } from '../../contract/provider.ts'
import type { Account, ProviderDeps } from '../account.ts'
import { chatWire } from './chat.ts'
import { createOpenaiProvider } from './provider.ts'
import { buildResponsesRequest } from './responses-request.ts'
import { createResponsesDecoder } from './responses-response.ts'

/**
 * OpenAI's Responses API, and every vendor that speaks it. Many servers behind an OpenAI address of one's own have Chat
 * Completions only, so that is the alternative.
 */
export function createResponsesProvider(account: Account, deps: ProviderDeps): Provider {
  return createOpenaiProvider(account, deps, {
    alternative: chatWire(account, deps),
    path: () => '/responses',
    buildRequest: buildResponsesRequest,
    createDecoder: (target) => createResponsesDecoder(target, deps.world, account.quirks),
  })
}
