import type { Provider } from '../contract/provider.ts'
import type { Account, Deps } from './account.ts'
import { readChat } from './openai-chat-answer.ts'
import { chatRequest } from './openai-chat-request.ts'
import { openaiProvider } from './openai-provider.ts'

/** OpenAI's Chat Completions, and everyone who speaks it. */
export function openaiChat(account: Account, deps: Deps): Provider {
  return openaiProvider(account, deps, {
    path: () => '/chat/completions',
    build: chatRequest,
    read: (asked) => readChat(asked, deps.world),
  })
}
