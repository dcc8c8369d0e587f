import type { Call, GenerateEvent, GenerateRequest } from '../../contract/generate.ts'
import type { Provider } from '../../contract/provider.ts'
import { createStream, type EventStream, lazyStream } from '../../contract/stream.ts'
import type { World } from '../../contract/world.ts'
import { type Account, computeAccountId, type ProviderDeps } from '../account.ts'
import { cancelledError } from '../errors/classify.ts'
import { listModels } from '../http/list-models.ts'
import { decodeResponse } from '../http/read-response.ts'
import { stopsWhenClosed } from '../quirks.ts'
import { createUnsupportedParameters } from '../request/unsupported-settings.ts'
import { createAnthropicClient } from './client.ts'
import { planJson } from './json-output.ts'
import { buildMessagesRequest } from './request.ts'
import { createMessagesDecoder } from './response.ts'
import { createUnsupportedHandler } from './unsupported-settings.ts'

/**
 * Anthropic's Messages API, and every vendor that speaks it. `start` waits a moment for the input counts, which this wire
 * sends first. A setting that a model refuses in a 400 is thrown once with `learned` and left out from then on.
 */
export function createAnthropicProvider(account: Account, { world, facts }: ProviderDeps): Provider {
  const client = createAnthropicClient(account, world)
  const unsupported = createUnsupportedParameters()

  const generate = (request: GenerateRequest, call: Call): EventStream =>
    lazyStream(async () => {
      const { model } = request
      const { signal } = call
      const target = { account, model }
      if (signal.aborted) throw cancelledError(target)
      const modelContext = {
        facts: facts(model),
        quirks: account.quirks ?? {},
        unsupported: unsupported.forModel(model),
      }
      const jsonPlan = request.json && (await planJson(request, modelContext))
      const { body, ignored } = buildMessagesRequest(request, modelContext, jsonPlan)
      const onUnsupported = createUnsupportedHandler(body, (parameter) => unsupported.add(model, parameter))
      const response = await client.send({ method: 'post', path: '/messages', body }, { target, signal, onUnsupported })
      const start: Start = { type: 'start', provider: account.id, model, ignored }
      const decoder = createMessagesDecoder(target, world, start, jsonPlan)
      const { maxOutputTokens } = request
      return withEarlyStart(decodeResponse(response, { target, signal, world, decoder, maxOutputTokens }), start, world)
    })

  return {
    id: account.id,
    accountId: computeAccountId(account),
    generate,
    prefill: true,
    ...(stopsWhenClosed(account.baseUrl, account.quirks) && { stopsWhenClosed: true }),
    listModels: (signal) => listModels(client, account, world, signal, { limit: '1000' }),
  }
}

type Start = Extract<GenerateEvent, { type: 'start' }>

/** How long `start` waits for the first event and its input counts, which mostly come with the headers. */
const START_WAIT_MS = 250

/** The same events, with `start` first: the decoder's own with its counts, or after `START_WAIT_MS` one without them. */
function withEarlyStart(stream: EventStream, start: Start, world: World): EventStream {
  let pending: Promise<IteratorResult<GenerateEvent>> | undefined
  let started = false

  async function firstEvent(): Promise<IteratorResult<GenerateEvent>> {
    started = true
    const settled = new AbortController()
    const first = stream.next()
    try {
      const firstResult = await Promise.race([first, world.sleep(START_WAIT_MS, settled.signal).catch(() => undefined)])
      if (firstResult?.value?.type === 'start') return firstResult
      // A `start` of the decoder that comes late adds nothing to this one.
      pending = firstResult ? first : first.then((step) => (step.value?.type === 'start' ? stream.next() : step))
      pending.catch(() => undefined) // the reader gets the error with its next read
      return { value: start, done: false }
    } finally {
      settled.abort('came')
    }
  }

  return createStream({
    next() {
      if (!started) return firstEvent()
      const next = pending ?? stream.next()
      pending = undefined
      return next
    },
    close: async () => void (await stream.return()),
  })
}
