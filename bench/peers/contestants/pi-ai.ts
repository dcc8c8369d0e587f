import { normalizeContext } from '@earendil-works/pi-ai'
import { stream } from '@earendil-works/pi-ai/api/openai-completions'
import { API_KEY, type OpenContestant, PROMPT, versionOf } from '../../../scripts/bench/contestant.ts'

/** pi-ai, which always streams. */
export const open: OpenContestant = async ({ origin, maxWaitMs }) => {
  return {
    version: versionOf('@earendil-works/pi-ai', 'bench/peers'),
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
      const context = normalizeContext({ messages: [{ role: 'user', content: PROMPT, timestamp: Date.now() }] })
      const events = stream(model, context, { apiKey: API_KEY, ...(maxWaitMs && { timeoutMs: maxWaitMs }) })
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
