import { azure } from '../../src/providers/azure.ts'
import { openaiChat } from '../../src/providers/openai-chat.ts'
import { openaiResponses } from '../../src/providers/openai-responses.ts'
import { keepsTheProviderContract } from '../contracts/provider.ts'
import { chatSays, responsesSays } from './openai-says.ts'

const refuses = {
  request: { temperature: 1, topP: 1 },
  facts: { refuses: ['temperature', 'topP'] },
  ignored: ['temperature', 'topP'],
} as const

keepsTheProviderContract('Chat Completions', {
  make: (account, deps) => openaiChat({ ...account, id: 'vendor', wire: 'openai-chat' }, deps),
  ...chatSays,
  ignores: refuses,
})

keepsTheProviderContract('Responses', {
  make: (account, deps) => openaiResponses({ ...account, id: 'openai', wire: 'openai-responses' }, deps),
  ...responsesSays,
  ignores: { request: { stop: ['END'], seed: 7, maxOutputTokens: 1 }, ignored: ['stop', 'seed', 'maxOutputTokens'] },
})

keepsTheProviderContract('Azure with a dated API', {
  make: (account, deps) => azure({ ...account, id: 'azure', wire: 'azure', apiVersion: '2024-10-21' }, deps),
  ...chatSays,
  ignores: refuses,
})
