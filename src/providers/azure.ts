import type { GenerateRequest } from '../contract/generate.ts'
import type { LiveModel, Provider } from '../contract/provider.ts'
import type { Account, Deps } from './account.ts'
import { readChat } from './openai-chat-answer.ts'
import { type About, chatRequest } from './openai-chat-request.ts'
import { openaiProvider } from './openai-provider.ts'
import { readResponses } from './openai-responses-answer.ts'
import { responsesRequest } from './openai-responses-request.ts'

/**
 * Azure OpenAI. With an `apiVersion` its dated addresses (`/openai/deployments/{deployment}/chat/completions`), without
 * one its v1 API (`/openai/v1`), where OpenAI's newer models are spoken to by Responses and all others by Chat
 * Completions. The address may be the bare endpoint or already end in `/openai` or `/openai/v1`.
 */
export function azure(account: Account, deps: Deps): Provider {
  const { apiVersion, deployments = {} } = account
  const quirks = {
    keyHeader: 'api-key',
    keyBare: true,
    maxTokensField: 'max_completion_tokens',
    ...account.quirks,
  } as const
  const endpoint = account.baseUrl.replace(/\/+$/, '').replace(/\/openai(?:\/v1)?$/, '')
  const own: Account = { ...account, quirks, baseUrl: `${endpoint}/openai${apiVersion ? '' : '/v1'}` }
  const deploymentOf = (model: string): string => (Object.hasOwn(deployments, model) && deployments[model]) || model
  const deployed = (build: typeof chatRequest) => (request: GenerateRequest, about: About) =>
    build({ ...request, model: deploymentOf(request.model) }, about)

  const chat = openaiProvider(own, deps, {
    path: (model) => `${apiVersion ? `/deployments/${encodeURIComponent(deploymentOf(model))}` : ''}/chat/completions`,
    ...(apiVersion && { query: { 'api-version': apiVersion } }),
    build: deployed(chatRequest),
    read: (asked) => readChat(asked, deps.world),
  })
  const responses = openaiProvider(own, deps, {
    path: () => '/responses',
    build: deployed(responsesRequest),
    read: (asked) => readResponses(asked, deps.world),
  })
  return {
    id: account.id,
    generate: (request, call) =>
      (!apiVersion && RESPONSES.test(request.model) ? responses : chat).generate(request, call),
    /** Azure lists what it could deploy, not what is: with a map, the map is what there is, once the key has been let in. */
    async models(signal): Promise<readonly LiveModel[]> {
      const listed = await chat.models(signal)
      const named = Object.keys(deployments)
      return named.length === 0 ? listed : named.map((id) => listed.find((model) => model.id === id) ?? { id })
    },
  }
}

/**
 * OpenAI's models that Azure serves on Responses, some of the newest nowhere else when tools are involved. A name rule,
 * because a deployment has no facts; what does not fit it is spoken to by Chat Completions, which all the others take.
 * https://learn.microsoft.com/azure/ai-foundry/openai/how-to/responses
 */
const RESPONSES = /^(?:gpt-(?:4o|4\.1|4\.5|[5-9])|o\d|codex|computer-use)/i
