import type { Provider } from '../../contract/provider.ts'
import type { Account, ProviderDeps } from '../account.ts'
import { createOpenaiProvider } from './provider.ts'
import { buildResponsesRequest } from './responses-request.ts'
import { createResponsesDecoder } from './responses-response.ts'

/** OpenAI's Responses API, and everyone who speaks it. */
export function createResponsesProvider(account: Account, deps: ProviderDeps): Provider {
  return createOpenaiProvider(account, deps, {
    path: () => '/responses',
    buildRequest: buildResponsesRequest,
    createDecoder: (target) => createResponsesDecoder(target, deps.world),
  })
}
