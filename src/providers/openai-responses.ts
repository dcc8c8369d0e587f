import type { Provider } from '../contract/provider.ts'
import type { Account, Deps } from './account.ts'
import { openaiProvider } from './openai-provider.ts'
import { readResponses } from './openai-responses-answer.ts'
import { responsesRequest } from './openai-responses-request.ts'

/** OpenAI's Responses API, and everyone who speaks it. */
export function openaiResponses(account: Account, deps: Deps): Provider {
  return openaiProvider(account, deps, {
    path: () => '/responses',
    build: responsesRequest,
    read: (asked) => readResponses(asked, deps.world),
  })
}
