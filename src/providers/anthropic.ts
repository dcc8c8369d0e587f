import type { Call, GenerateEvent, GenerateRequest } from '../contract/generate.ts'
import type { Provider } from '../contract/provider.ts'
import type { World } from '../contract/world.ts'
import type { Account, Deps } from './account.ts'
import { readMessages } from './anthropic-answer.ts'
import { createAnthropicClient } from './anthropic-client.ts'
import { jsonPlan } from './anthropic-json.ts'
import { learner } from './anthropic-learn.ts'
import { messagesRequest } from './anthropic-request.ts'
import { kindOf, readAnswer } from './body.ts'
import { cancelled } from './failure.ts'
import { createLearned } from './learned.ts'
import { listModels } from './models.ts'

/**
 * Anthropic's Messages API, and everyone who speaks it. Always streaming. `start` waits a moment for the input counts,
 * which this wire tells first. What a model refuses by its words in a 400 is thrown once with `learned` and left out
 * from then on. `pause_turn`, which only server tools bring about, ends as `length`: there is more to come.
 */
export function anthropic(account: Account, { world, facts }: Deps): Provider {
  const client = createAnthropicClient(account, world)
  const learned = createLearned()

  async function* generate(request: GenerateRequest, call: Call): AsyncGenerator<GenerateEvent, void, undefined> {
    const { model } = request
    const asked = { account, model }
    if (call.signal.aborted) throw cancelled(asked)
    const about = { facts: facts(model), quirks: account.quirks ?? {}, refused: learned.of(model) }
    const json = request.json && (await jsonPlan(request, about))
    const { body, ignored } = messagesRequest(request, about, json)
    const left = new AbortController()
    const signal = AbortSignal.any([call.signal, left.signal])
    try {
      const learn = learner(body, (parameter) => learned.add(model, parameter))
      const response = await client.send({ method: 'post', path: '/messages', body }, { asked, signal, learn })
      const as = kindOf(response, asked)
      const start: Start = { type: 'start', provider: account.id, model, ignored }
      const reading = readMessages(asked, world, start, json)
      yield* startedSoon(readAnswer(response, { as, asked, signal: call.signal, world, reading }), start, world)
    } finally {
      left.abort('left')
    }
  }

  return {
    id: account.id,
    generate,
    prefill: true,
    models: (signal) => listModels(client, account, world, signal, { limit: '1000' }),
  }
}

type Start = Extract<GenerateEvent, { type: 'start' }>

/** How long `start` waits for the first event, which tells the input counts. It mostly comes with the headers. */
const SOON_MS = 250

/** The same events, of which the first is `start`: the reading's own with its counts, or after a moment without them. */
async function* startedSoon(
  events: AsyncGenerator<GenerateEvent, void, undefined>,
  start: Start,
  world: World,
): AsyncGenerator<GenerateEvent, void, undefined> {
  const came = new AbortController()
  const first = events.next()
  const soon = world.sleep(SOON_MS, came.signal).catch(() => undefined)
  try {
    const early = await Promise.race([first, soon])
    if (early?.value?.type !== 'start') yield start
    const begun = await first
    if (!begun.done && (early || begun.value.type !== 'start')) yield begun.value
    if (!begun.done) yield* events
  } finally {
    came.abort('came')
    first.catch(() => undefined)
    events.return().catch(() => undefined)
  }
}
