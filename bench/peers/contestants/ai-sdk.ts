import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { generateText, streamText } from 'ai'
import { API_KEY, type OpenContestant, PROMPT, versionOf } from '../../../scripts/bench/contestant.ts'

/** Vercel's AI SDK. An error that its stream carries as a part counts as seen, though its `textStream` leaves it out. */
export const open: OpenContestant = async ({ origin, maxWaitMs }) => {
  const provider = createOpenAICompatible({
    name: 'bench',
    baseURL: `${origin}/v1`,
    apiKey: API_KEY,
    includeUsage: true,
  })
  const limit = maxWaitMs ? { timeout: { firstChunkMs: maxWaitMs, chunkMs: maxWaitMs, stepMs: 4 * maxWaitMs } } : {}
  return {
    version: versionOf('ai', 'bench/peers'),
    async ask(mode, id) {
      const model = provider(id)
      if (mode === 'whole') {
        const { text, finishReason } = await generateText({ model, prompt: PROMPT, ...limit })
        return { text, finish: finishReason }
      }
      const text: string[] = []
      let finish: string | undefined
      const { fullStream } = streamText({ model, prompt: PROMPT, onError: () => {}, ...limit })
      for await (const part of fullStream) {
        if (part.type === 'text-delta') text.push(part.text)
        if (part.type === 'error') throw part.error
        if (part.type === 'abort') throw new Error('aborted')
        if (part.type === 'finish') finish = part.finishReason
      }
      return { text: text.join(''), finish }
    },
  }
}
