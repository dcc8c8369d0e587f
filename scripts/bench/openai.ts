import { OpenAI } from 'openai'
import { type Contestant, type Heard, KEY, QUESTION, type Setting, versionOf } from './contestant.ts'

/** The package that most programs speak to this wire with, as it comes. The others are measured against it. */
export async function rawSdk({ origin, patienceMs }: Setting): Promise<Contestant> {
  const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: KEY, ...(patienceMs && { timeout: patienceMs }) })
  return {
    version: versionOf('openai'),
    ask: (mode, model) => (mode === 'stream' ? streamed(client, model) : whole(client, model)),
  }
}

const messages = [{ role: 'user' as const, content: QUESTION }]

/** Through the raw SDK, for itself and for gateways that speak its wire. */
export async function streamed(client: OpenAI, model: string): Promise<Heard> {
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

export async function whole(client: OpenAI, model: string): Promise<Heard> {
  const { choices } = await client.chat.completions.create({ model, messages })
  return { text: choices[0]?.message.content ?? '', finish: choices[0]?.finish_reason }
}
