import type { World } from '../../contract/world.ts'
import type { Account } from '../account.ts'
import { authHeader, type Client, createSdkClient } from '../http/client.ts'

/**
 * The version of the API that its documentation, every recording and every other vendor on this wire use. The key goes as
 * `x-api-key` with it; the package would send the key as `Bearer`, and a version of its own.
 */
const API_VERSION = '2023-06-01'

/**
 * A client through `@anthropic-ai/sdk`, which takes no key, profile, address, header or telemetry from the environment.
 * Its `messages` are not used, because they print warnings about old models to stderr.
 */
export function createAnthropicClient(account: Account, world: World): Client {
  const headers = { 'anthropic-version': API_VERSION, ...authHeader(account, { name: 'x-api-key', bare: true }) }
  const client = createSdkClient(account, world, headers, 'Anthropic', async (sdkOptions) => {
    const { Anthropic } = await import('@anthropic-ai/sdk')
    return new Anthropic({
      ...sdkOptions,
      baseURL: withoutVersionPath(account.baseUrl),
      apiKey: account.key ?? 'none',
      authToken: null,
      webhookKey: null,
      openTelemetry: false,
    })
  })
  return { send: (request, on) => client.send({ ...request, path: `/v1${request.path}` }, on) }
}

/** Addresses come with and without the `/v1` that is part of every path. */
function withoutVersionPath(baseUrl: string): string {
  return baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '')
}
