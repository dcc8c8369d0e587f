import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { generateText, streamText } from 'ai'
import { KEY, type Open, QUESTION, versionOf } from '../../scripts/bench/contestant.ts'

/** Vercel's AI SDK. An error that its stream carries as a part counts as seen, though its `textStream` leaves it out. */
export const open: Open = async ({ origin, patienceMs }) => {
  const provider = createOpenAICompatible({ name: 'bench', baseURL: `${origin}/v1`, apiKey: KEY, includeUsage: true })
  const limit = patienceMs ? { timeout: { firstChunkMs: patienceMs, chunkMs: patienceMs, stepMs: 4 * patienceMs } } : {}
  return {
    version: versionOf('ai', 'judges'),
    async ask(mode, id) {
      const model = provider(id)
      if (mode === 'whole') {
        const { text, finishReason } = await generateText({ model, prompt: QUESTION, ...limit })
        return { text, finish: finishReason }
      }
      const text: string[] = []
      let finish: string | undefined
      const { fullStream } = streamText({ model, prompt: QUESTION, onError: () => {}, ...limit })
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
