import { GenerateError } from '../../contract/errors.ts'
import type { Call, GenerateRequest } from '../../contract/generate.ts'
import type { Provider } from '../../contract/provider.ts'
import { type EventStream, lazyStream } from '../../contract/stream.ts'
import { type Account, computeAccountId, type ProviderDeps, type RequestTarget } from '../account.ts'
import { cancelledError } from '../errors/classify.ts'
import { listModels } from '../http/list-models.ts'
import { decodeResponse, type ResponseDecoder } from '../http/read-response.ts'
import { stopsWhenClosed } from '../quirks.ts'
import type { ModelContext, WireRequest } from '../request/settings.ts'
import { createUnsupportedParameters } from '../request/unsupported-settings.ts'
import { createOpenaiClient } from './client.ts'

/** The differences between OpenAI's wires. */
export interface OpenaiWire {
  /** Asked where the server has nothing at this wire's path. */
  readonly alternative?: OpenaiWire
  readonly path: (model: string) => string
  /** Azure's dated API. */
  readonly query?: Readonly<Record<string, string>>
  buildRequest(request: GenerateRequest, modelContext: ModelContext): WireRequest
  createDecoder(target: RequestTarget): ResponseDecoder
}

/**
 * A provider on one of OpenAI's wires. It remembers for as long as it lives which parameters a model has refused: the
 * refusal is thrown once with `learned`, and from then on the parameter is left out and listed in `start.ignored`. Where
 * the server has nothing at the wire's path, the alternative wire is asked at once, and used from then on if it answers.
 */
export function createOpenaiProvider(account: Account, { world, facts }: ProviderDeps, wire: OpenaiWire): Provider {
  const client = createOpenaiClient(account, world)
  const unsupported = createUnsupportedParameters()
  let current = wire

  /** Sends the request on a wire and returns its events. */
  async function send(request: GenerateRequest, { signal }: Call, used: OpenaiWire): Promise<EventStream> {
    const { model, maxOutputTokens } = request
    const target = { account, model }
    if (signal.aborted) throw cancelledError(target)
    const { body, ignored } = used.buildRequest(request, {
      facts: facts(model),
      quirks: account.quirks ?? {},
      unsupported: unsupported.forModel(model),
    })
    // Only a parameter that was sent can be left out, and without some there is no request.
    const onUnsupported = (parameter: string): boolean => {
      if (parameter === 'path') return used.alternative !== undefined
      const root = [parameter.split('.')[0] ?? '', PARAMETER_ALIASES[parameter] ?? ''].find((name) => name in body)
      return root !== undefined && !REQUIRED_PARAMETERS.has(root) && unsupported.add(model, root)
    }
    const response = await client.send(
      { method: 'post', path: used.path(model), body, ...(used.query && { query: used.query }) },
      { target, signal, onUnsupported },
    )
    // The server has this wire, whatever others it lacks.
    current = used
    const start = { type: 'start', provider: account.id, model, ignored } as const
    return decodeResponse(response, {
      target,
      signal,
      world,
      decoder: used.createDecoder(target),
      start,
      maxOutputTokens,
    })
  }

  const generate = (request: GenerateRequest, call: Call): EventStream =>
    lazyStream(async () => {
      try {
        return await send(request, call, current)
      } catch (error) {
        if (!wire.alternative || !isPathRefusal(error)) throw error
        return send(request, call, wire.alternative)
      }
    })

  return {
    id: account.id,
    accountId: computeAccountId(account),
    generate,
    ...(stopsWhenClosed(account.baseUrl, account.quirks) && { stopsWhenClosed: true }),
    listModels: (signal) => listModels(client, account, world, signal, wire.query),
  }
}

function isPathRefusal(error: unknown): boolean {
  if (!(error instanceof GenerateError) || error.failure.kind !== 'invalid_request') return false
  return error.failure.learned === true && error.failure.field === 'path'
}

const REQUIRED_PARAMETERS: ReadonlySet<string> = new Set(['model', 'messages', 'input', 'tools'])

/** Ollama's refusals say `thinking` where the parameter is `reasoning_effort`. */
const PARAMETER_ALIASES: Readonly<Record<string, string>> = { thinking: 'reasoning_effort' }
