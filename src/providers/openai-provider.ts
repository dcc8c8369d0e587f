import type { Call, GenerateRequest } from '../contract/generate.ts'
import type { Provider } from '../contract/provider.ts'
import { type Events, later } from '../contract/stream.ts'
import type { Account, Deps } from './account.ts'
import { type Reading, readAnswer } from './answer.ts'
import { kindOf } from './body.ts'
import { type Asked, cancelled } from './failure.ts'
import { createLearned } from './learned.ts'
import { listModels } from './models.ts'
import type { About, Built } from './openai-chat-request.ts'
import { createClient } from './openai-client.ts'

/** What tells one of OpenAI's wires from the other. */
export interface OpenaiWire {
  readonly path: (model: string) => string
  /** Azure's dated API. */
  readonly query?: Readonly<Record<string, string>>
  build(request: GenerateRequest, about: About): Built
  read(asked: Asked): Reading
}

/**
 * A provider on one of OpenAI's wires. It remembers for as long as it lives which parameters a model has refused: the
 * refusal is thrown once with `learned`, and from then on the parameter is left out and listed in `start.ignored`.
 */
export function openaiProvider(account: Account, { world, facts }: Deps, wire: OpenaiWire): Provider {
  const client = createClient(account, world)
  const learned = createLearned()

  const generate = (request: GenerateRequest, call: Call): Events =>
    later(async () => {
      const asked = { account, model: request.model }
      if (call.signal.aborted) throw cancelled(asked)
      const { model } = request
      const { body, ignored } = wire.build(request, {
        facts: facts(model),
        quirks: account.quirks ?? {},
        refused: learned.of(model),
      })
      // Only what was sent can be left out, and without these there is no request.
      const learn = (parameter: string): boolean => {
        const root = [parameter.split('.')[0] ?? '', ALSO[parameter] ?? ''].find((name) => name in body)
        return root !== undefined && !ESSENTIAL.has(root) && learned.add(model, root)
      }
      const { signal } = call
      const response = await client.send(
        { method: 'post', path: wire.path(model), body, ...(wire.query && { query: wire.query }) },
        { asked, signal, learn },
      )
      const as = kindOf(response, asked)
      const start = { type: 'start', provider: account.id, model, ignored } as const
      return readAnswer(response, { as, asked, signal, world, reading: wire.read(asked), start })
    })

  return { id: account.id, generate, models: (signal) => listModels(client, account, world, signal, wire.query) }
}

const ESSENTIAL: ReadonlySet<string> = new Set(['model', 'messages', 'input', 'stream', 'tools'])

/** Ollama's name for what it takes as `reasoning_effort`. */
const ALSO: Readonly<Record<string, string>> = { thinking: 'reasoning_effort' }
