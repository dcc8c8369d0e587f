import type { GenerateEvent, GenerateRequest } from '../../../src/contract/generate.ts'
import type { ModelFacts } from '../../../src/contract/provider.ts'
import type { Account } from '../../../src/providers/account.ts'
import { createAnthropicProvider } from '../../../src/providers/anthropic/provider.ts'
import { testWorld } from '../../support/test-world.ts'
import { anthropicFixtures } from './fixtures.ts'

export const REQUEST: GenerateRequest = {
  model: 'm',
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
}
export const FACTS: ModelFacts = {
  id: 'm',
  name: 'M',
  abilities: ['text', 'tools', 'json', 'thinking'],
  source: 'test',
}
export const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max']

interface SentRequest {
  readonly url: string
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

/** A provider whose upstream answers from a list and repeats the last answer. */
export function stubProvider(
  answers: readonly (Response | (() => Response))[],
  options: { readonly account?: Partial<Account>; readonly facts?: ModelFacts | undefined } = { facts: FACTS },
) {
  const sent: SentRequest[] = []
  const world = testWorld({
    async fetch(url, init) {
      const text = typeof init?.body === 'string' ? init.body : '{}'
      sent.push({ url: String(url), headers: new Headers(init?.headers), body: JSON.parse(text) })
      const answer = answers[Math.min(sent.length, answers.length) - 1]
      if (!answer) throw new Error('no answer')
      return typeof answer === 'function' ? answer() : answer
    },
  })
  const account: Account = {
    id: 'anthropic',
    wire: 'anthropic',
    baseUrl: 'https://api.anthropic.com',
    key: 'sk-ant-1',
    ...options.account,
  }
  const provider = createAnthropicProvider(account, { world, facts: () => options.facts })
  const generate = (request: Partial<GenerateRequest> = {}, signal = new AbortController().signal) =>
    provider.generate({ ...REQUEST, ...request }, { id: 'c', tool: 't', signal })
  return { sent, world, provider, generate, ask: (request = {}) => Array.fromAsync(generate(request)) }
}

export const sseResponse =
  (...events: readonly string[]): (() => Response) =>
  () =>
    new Response(events.join(''), { headers: { 'content-type': 'text/event-stream' } })
export const okResponse = sseResponse(...anthropicFixtures.textStream('fine'))
export const errorResponse = (message: string) => (): Response =>
  Response.json(anthropicFixtures.errorBody(400, message), { status: 400 })

export const textOf = (events: readonly GenerateEvent[]): string =>
  events.map((one) => (one.type === 'text' ? one.text : '')).join('')
