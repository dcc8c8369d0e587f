import type { GenerateRequest } from '../../contract/generate.ts'
import type { LiveModel, Provider } from '../../contract/provider.ts'
import { type Account, computeAccountId, type ProviderDeps } from '../account.ts'
import type { ModelContext } from '../request/settings.ts'
import { buildChatRequest } from './chat-request.ts'
import { createChatDecoder } from './chat-response.ts'
import { createOpenaiProvider } from './provider.ts'
import { buildResponsesRequest } from './responses-request.ts'
import { createResponsesDecoder } from './responses-response.ts'

/**
 * Azure OpenAI. With an `apiVersion` its dated addresses (`/openai/deployments/{deployment}/chat/completions`), without
 * one its v1 API (`/openai/v1`), where OpenAI's newer models are asked on Responses and all others on Chat Completions.
 * The address may be the bare endpoint or already end in `/openai` or `/openai/v1`.
 */
export function createAzureProvider(account: Account, deps: ProviderDeps): Provider {
  const { apiVersion, deployments = {} } = account
  const quirks = {
    keyHeader: 'api-key',
    keyWithoutBearer: true,
    maxTokensField: 'max_completion_tokens',
    ...account.quirks,
  } as const
  const endpoint = account.baseUrl.replace(/\/+$/, '').replace(/\/openai(?:\/v1)?$/, '')
  const azureAccount: Account = { ...account, quirks, baseUrl: `${endpoint}/openai${apiVersion ? '' : '/v1'}` }
  const deploymentOf = (model: string): string => (Object.hasOwn(deployments, model) && deployments[model]) || model
  const withDeployment = (build: typeof buildChatRequest) => (request: GenerateRequest, modelContext: ModelContext) =>
    build({ ...request, model: deploymentOf(request.model) }, modelContext)

  const chat = createOpenaiProvider(azureAccount, deps, {
    path: (model) => `${apiVersion ? `/deployments/${encodeURIComponent(deploymentOf(model))}` : ''}/chat/completions`,
    ...(apiVersion && { query: { 'api-version': apiVersion } }),
    buildRequest: withDeployment(buildChatRequest),
    createDecoder: (target) => createChatDecoder(target, deps.world),
  })
  const responses = createOpenaiProvider(azureAccount, deps, {
    path: () => '/responses',
    buildRequest: withDeployment(buildResponsesRequest),
    createDecoder: (target) => createResponsesDecoder(target, deps.world),
  })
  return {
    id: account.id,
    ...(chat.stopsWhenClosed && { stopsWhenClosed: true }),
    accountId: computeAccountId(account),
    generate: (request, call) =>
      (!apiVersion && RESPONSES_MODELS.test(request.model) ? responses : chat).generate(request, call),
    /** Azure lists the models that could be deployed. With a map, its deployments are listed once the key was accepted. */
    async listModels(signal): Promise<readonly LiveModel[]> {
      const listed = await chat.listModels(signal)
      const deployedModels = Object.keys(deployments)
      return deployedModels.length === 0
        ? listed
        : deployedModels.map((id) => listed.find((model) => model.id === id) ?? { id })
    },
  }
}

/**
 * OpenAI's models that Azure serves on Responses, some of the newest only there when tools are involved. A name rule,
 * because a deployment has no facts; every other model takes Chat Completions.
 * https://learn.microsoft.com/azure/ai-foundry/openai/how-to/responses
 */
const RESPONSES_MODELS = /^(?:gpt-(?:4o|4\.1|4\.5|[5-9])|o\d|codex|computer-use)/i
