import type { Call, GenerateRequest } from '../../contract/generate.ts'
import type { Provider } from '../../contract/provider.ts'
import { type EventStream, lazyStream } from '../../contract/stream.ts'
import { type Account, computeAccountId, type ProviderDeps, type RequestTarget } from '../account.ts'
import { cancelledError } from '../errors/classify.ts'
import { listModels } from '../http/list-models.ts'
import { decodeResponse, type ResponseDecoder } from '../http/read-response.ts'
import type { ModelContext, WireRequest } from '../request/settings.ts'
import { createUnsupportedParameters } from '../request/unsupported-settings.ts'
import { createOpenaiClient } from './client.ts'

/** What tells one of OpenAI's wires from the other. */
export interface OpenaiWire {
  readonly path: (model: string) => string
  /** Azure's dated API. */
  readonly query?: Readonly<Record<string, string>>
  buildRequest(request: GenerateRequest, modelContext: ModelContext): WireRequest
  createDecoder(target: RequestTarget): ResponseDecoder
}

/**
 * A provider on one of OpenAI's wires. It remembers for as long as it lives which parameters a model has refused: the
 * refusal is thrown once with `learned`, and from then on the parameter is left out and listed in `start.ignored`.
 */
export function createOpenaiProvider(account: Account, { world, facts }: ProviderDeps, wire: OpenaiWire): Provider {
  const client = createOpenaiClient(account, world)
  const unsupported = createUnsupportedParameters()

  const generate = (request: GenerateRequest, call: Call): EventStream =>
    lazyStream(async () => {
      const target = { account, model: request.model }
      if (call.signal.aborted) throw cancelledError(target)
      const { model } = request
      const { body, ignored } = wire.buildRequest(request, {
        facts: facts(model),
        quirks: account.quirks ?? {},
        unsupported: unsupported.forModel(model),
      })
      // Only what was sent can be left out, and without these there is no request.
      const onUnsupported = (parameter: string): boolean => {
        const root = [parameter.split('.')[0] ?? '', PARAMETER_ALIASES[parameter] ?? ''].find((name) => name in body)
        return root !== undefined && !REQUIRED_PARAMETERS.has(root) && unsupported.add(model, root)
      }
      const { signal } = call
      const response = await client.send(
        { method: 'post', path: wire.path(model), body, ...(wire.query && { query: wire.query }) },
        { target, signal, onUnsupported },
      )
      const start = { type: 'start', provider: account.id, model, ignored } as const
      const { maxOutputTokens } = request
      return decodeResponse(response, {
        target,
        signal,
        world,
        decoder: wire.createDecoder(target),
        start,
        maxOutputTokens,
      })
    })

  return {
    id: account.id,
    accountId: computeAccountId(account),
    generate,
    listModels: (signal) => listModels(client, account, world, signal, wire.query),
  }
}

const REQUIRED_PARAMETERS: ReadonlySet<string> = new Set(['model', 'messages', 'input', 'stream', 'tools'])

/** Ollama's name for what it takes as `reasoning_effort`. */
const PARAMETER_ALIASES: Readonly<Record<string, string>> = { thinking: 'reasoning_effort' }
