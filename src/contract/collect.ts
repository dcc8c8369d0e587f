import { GenerateError } from './errors.ts'
import type { FinishReason, GenerateEvent, Setting, ToolCall, Usage } from './generate.ts'

/** A whole answer: a stream that was read to its end. */
export interface Answer {
  /** The last one, where several models continued each other. */
  readonly provider: string
  /** The vendor's own model id, without the provider. */
  readonly model: string
  readonly text: string
  /** The model's reasoning, where it shows any. Not part of the answer. */
  readonly thinking: string
  readonly calls: readonly ToolCall[]
  readonly finish: FinishReason
  readonly usage: Usage
  readonly ignored: readonly Setting[]
}

/**
 * Reads a stream to its end. Throws `GenerateError`: whatever the stream throws, and `bad_response` where it stops
 * without an `end`.
 */
export async function collectAnswer(stream: AsyncIterable<GenerateEvent>): Promise<Answer> {
  const origin: { provider: string; model: string; ignored: readonly Setting[] } = {
    provider: '',
    model: '',
    ignored: [],
  }
  const text: string[] = []
  /** Where the text of the model that answers now begins. */
  let textStart = 0
  const thinking: string[] = []
  const calls: ToolCall[] = []
  for await (const event of stream) {
    switch (event.type) {
      case 'start':
        textStart = text.length
        origin.provider = event.provider
        origin.model = event.model
        origin.ignored = [...new Set([...origin.ignored, ...event.ignored])]
        break
      case 'text':
        text.push(event.text)
        break
      case 'thinking':
        thinking.push(event.text)
        break
      case 'retract':
        thinking.push(...text.splice(textStart))
        break
      case 'call':
        calls.push(event.call)
        break
      case 'end':
        return {
          ...origin,
          text: text.join(''),
          thinking: thinking.join(''),
          calls,
          finish: event.finish,
          usage: event.usage,
        }
    }
  }
  throw new GenerateError({ kind: 'bad_response' }, 'The answer stopped before its end. Try again.')
}
