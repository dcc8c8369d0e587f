import { normalizeContext } from '@earendil-works/pi-ai'
import { stream } from '@earendil-works/pi-ai/api/openai-completions'
import { KEY, type Open, QUESTION, versionOf } from '../../scripts/bench/contestant.ts'

/** pi-ai, which always streams. */
export const open: Open = async ({ origin, patienceMs }) => {
  return {
    version: versionOf('@earendil-works/pi-ai', 'judges'),
    async ask(_mode, id) {
      const model = {
        id,
        name: id,
        api: 'openai-completions' as const,
        provider: 'bench',
        baseUrl: `${origin}/v1`,
        reasoning: false,
        input: ['text' as const],
        cost: { input: 1, output: 4, cacheRead: 0, cacheWrite: 0 },
        contextWindow: 128_000,
        maxTokens: 8_192,
      }
      const context = normalizeContext({ messages: [{ role: 'user', content: QUESTION, timestamp: Date.now() }] })
      const events = stream(model, context, { apiKey: KEY, ...(patienceMs && { timeoutMs: patienceMs }) })
      const text: string[] = []
      for await (const event of events) {
        if (event.type === 'text_delta') text.push(event.delta)
        if (event.type === 'error') throw new Error(event.error.errorMessage ?? event.reason)
      }
      const { stopReason } = await events.result()
      return { text: text.join(''), finish: stopReason }
    },
  }
}
