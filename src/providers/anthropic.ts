import type { Call, GenerateEvent, GenerateRequest } from '../contract/generate.ts'
import type { Provider } from '../contract/provider.ts'
import { type Events, events, later } from '../contract/stream.ts'
import type { World } from '../contract/world.ts'
import type { Account, Deps } from './account.ts'
import { readAnswer } from './answer.ts'
import { readMessages } from './anthropic-answer.ts'
import { createAnthropicClient } from './anthropic-client.ts'
import { jsonPlan } from './anthropic-json.ts'
import { learner } from './anthropic-learn.ts'
import { messagesRequest } from './anthropic-request.ts'
import { kindOf } from './body.ts'
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

  const generate = (request: GenerateRequest, call: Call): Events =>
    later(async () => {
      const { model } = request
      const { signal } = call
      const asked = { account, model }
      if (signal.aborted) throw cancelled(asked)
      const about = { facts: facts(model), quirks: account.quirks ?? {}, refused: learned.of(model) }
      const json = request.json && (await jsonPlan(request, about))
      const { body, ignored } = messagesRequest(request, about, json)
      const learn = learner(body, (parameter) => learned.add(model, parameter))
      const response = await client.send({ method: 'post', path: '/messages', body }, { asked, signal, learn })
      const as = kindOf(response, asked)
      const start: Start = { type: 'start', provider: account.id, model, ignored }
      const reading = readMessages(asked, world, start, json)
      return startedSoon(readAnswer(response, { as, asked, signal, world, reading }), start, world)
    })

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
function startedSoon(stream: Events, start: Start, world: World): Events {
  let second: Promise<IteratorResult<GenerateEvent>> | undefined
  let begun = false

  async function begin(): Promise<IteratorResult<GenerateEvent>> {
    begun = true
    const came = new AbortController()
    const first = stream.next()
    try {
      const early = await Promise.race([first, world.sleep(SOON_MS, came.signal).catch(() => undefined)])
      if (early?.value?.type === 'start') return early
      // Where it is late, a `start` of its own says no more than this one.
      second = early ? first : first.then((step) => (step.value?.type === 'start' ? stream.next() : step))
      second.catch(() => undefined) // whoever reads on is told
      return { value: start, done: false }
    } finally {
      came.abort('came')
    }
  }

  return events({
    next() {
      if (!begun) return begin()
      const due = second ?? stream.next()
      second = undefined
      return due
    },
    close: async () => void (await stream.return()),
  })
}
