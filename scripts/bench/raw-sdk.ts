import { OpenAI } from 'openai'
import {
  API_KEY,
  type Contestant,
  type ContestantAnswer,
  type ContestantOptions,
  PROMPT,
  versionOf,
} from './contestant.ts'

/** The package that most programs speak to this wire with, as it comes. The others are measured against it. */
export async function openRawSdk({ origin, maxWaitMs }: ContestantOptions): Promise<Contestant> {
  const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: API_KEY, ...(maxWaitMs && { timeout: maxWaitMs }) })
  return {
    version: versionOf('openai'),
    ask: (mode, model) => (mode === 'stream' ? askStreaming(client, model) : askWhole(client, model)),
  }
}

const messages = [{ role: 'user' as const, content: PROMPT }]

/** Through the raw SDK, for itself and for gateways that speak its wire. */
export async function askStreaming(client: OpenAI, model: string): Promise<ContestantAnswer> {
  const stream = await client.chat.completions.create({
    model,
    messages,
    stream: true,
    stream_options: { include_usage: true },
  })
  const text: string[] = []
  let finish: string | undefined
  for await (const { choices } of stream) {
    const [choice] = choices
    if (choice?.delta.content) text.push(choice.delta.content)
    finish = choice?.finish_reason ?? finish
  }
  return { text: text.join(''), finish }
}

export async function askWhole(client: OpenAI, model: string): Promise<ContestantAnswer> {
  const { choices } = await client.chat.completions.create({ model, messages })
  return { text: choices[0]?.message.content ?? '', finish: choices[0]?.finish_reason }
}
