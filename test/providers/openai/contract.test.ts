import { createAzureProvider } from '../../../src/providers/openai/azure.ts'
import { createChatProvider } from '../../../src/providers/openai/chat.ts'
import { createResponsesProvider } from '../../../src/providers/openai/responses.ts'
import { testProviderContract } from '../../suites/provider.ts'
import { chatFixtures, responsesFixtures } from './fixtures.ts'

const refuses = {
  request: { temperature: 1, topP: 1 },
  facts: { refuses: ['temperature', 'topP'] },
  ignored: ['temperature', 'topP'],
} as const

testProviderContract('Chat Completions', {
  make: (account, deps) => createChatProvider({ ...account, id: 'vendor', wire: 'openai-chat' }, deps),
  ...chatFixtures,
  ignores: refuses,
})

testProviderContract('Responses', {
  make: (account, deps) => createResponsesProvider({ ...account, id: 'openai', wire: 'openai-responses' }, deps),
  ...responsesFixtures,
  ignores: { request: { stop: ['END'], seed: 7, maxOutputTokens: 1 }, ignored: ['stop', 'seed', 'maxOutputTokens'] },
})

testProviderContract('Azure with a dated API', {
  make: (account, deps) =>
    createAzureProvider({ ...account, id: 'azure', wire: 'azure', apiVersion: '2024-10-21' }, deps),
  ...chatFixtures,
  ignores: refuses,
})
