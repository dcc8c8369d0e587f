import type { World } from '../../contract/world.ts'
import type { Account } from '../account.ts'
import { authHeader, type Client, createSdkClient } from '../http/client.ts'

/** A client through the `openai` package, which takes no key, organisation, address or header from the environment. */
export function createOpenaiClient(account: Account, world: World): Client {
  const headers = authHeader(account, { name: 'authorization', bare: account.quirks?.keyWithoutBearer === true })
  return createSdkClient(account, world, headers, 'OpenAI', async (sdkOptions) => {
    const { OpenAI } = await import('openai')
    return new OpenAI({
      ...sdkOptions,
      baseURL: account.baseUrl.replace(/\/+$/, ''),
      apiKey: account.key ?? 'none',
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
    })
  })
}
