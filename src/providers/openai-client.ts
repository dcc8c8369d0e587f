import type { World } from '../contract/world.ts'
import type { Account } from './account.ts'
import { type Client, clientOf, keyHeader } from './client.ts'

/** A client through the `openai` package, which takes no key, organisation, address or header from the environment. */
export function createClient(account: Account, world: World): Client {
  const headers = keyHeader(account, { name: 'authorization', bare: account.quirks?.keyBare === true })
  return clientOf(account, world, headers, async (wiring) => {
    const { OpenAI } = await import('openai')
    return new OpenAI({
      ...wiring,
      baseURL: account.baseUrl.replace(/\/+$/, ''),
      apiKey: account.key ?? 'none',
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
    })
  })
}
