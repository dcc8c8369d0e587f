import { z } from 'zod'
import type { Message } from '../../contract/generate.ts'
import { textMessage } from './ask-model.ts'

/**
 * One question of a job and its answer. A job keeps its turns in order and never changes one, so that the beginning of
 * every request is the same and is read from the prompt cache of the vendor.
 */
export type Turn = z.infer<typeof Turn>
export const Turn = z.lazy(() =>
  z
    .object({
      stage: z.string(),
      /** The user message as it was sent. */
      question: z.string(),
      /** The answer as it was accepted. */
      answer: z.string(),
      /** The replacement of a long answer where the window of the model does not hold the conversation. */
      summary: z.string().optional(),
    })
    .readonly(),
)

/** About 3.5 characters of English are a token; an estimate for windows, never for money. */
const CHARACTERS_PER_TOKEN = 3.5

export function estimateTokens(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN)
}

/**
 * The turns as messages. `maxTokens` is their share of the window: where they are longer, the oldest answers with a summary
 * are replaced by it, and `shortened` counts these.
 */
export function buildHistory(
  turns: readonly Turn[],
  maxTokens: number,
): { readonly messages: readonly Message[]; readonly shortened: number } {
  let excess = turns.reduce((sum, turn) => sum + turn.question.length + turn.answer.length, 0)
  excess -= maxTokens * CHARACTERS_PER_TOKEN
  let shortened = 0
  const messages = turns.flatMap(({ question, answer, summary }): readonly Message[] => {
    const isReplaced = excess > 0 && summary !== undefined && summary.length < answer.length
    if (isReplaced) {
      excess -= answer.length - summary.length
      shortened += 1
    }
    return [textMessage('user', question), textMessage('assistant', isReplaced ? summary : answer)]
  })
  return { messages, shortened }
}
