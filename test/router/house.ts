import { type Failure, GenerateError } from '../../src/contract/errors.ts'
import type { Attempt, Call, GenerateEvent, GenerateRequest } from '../../src/contract/generate.ts'
import { FREE } from '../../src/contract/price.ts'
import type { ModelFacts, Provider } from '../../src/contract/provider.ts'
import type { Candidate, Roster, RoutingPolicy } from '../../src/contract/roster.ts'
import { createRouter, type Router } from '../../src/router/index.ts'
import { type FakeLedger, fakeLedger } from '../support/ledger.ts'
import { type TestWorld, testWorld } from '../support/world.ts'

/**
 * What an upstream does when it is asked: answers in a text, fails, or goes through steps of its own: an event to send,
 * an error to throw, milliseconds to take, or to hang (`deaf`: without heeding an abort).
 */
export type Play = string | GenerateError | readonly PlayStep[]
export type PlayStep = GenerateEvent | Error | number | 'hang' | 'deaf'

export interface Upstream {
  readonly candidate: Candidate
  /** The requests that came, each as the wire would see it. */
  readonly asked: readonly GenerateRequest[]
  /** Requests whose stream was read to its end or closed. */
  readonly closed: number
  readonly aborted: number
}

export const USAGE = { inputTokens: 100, cachedInputTokens: 0, outputTokens: 20, reasoningTokens: 0 } as const
const PRICE = { input: 3_000_000, output: 15_000_000, source: 'test' } as const

export const error = (failure: Failure): GenerateError => new GenerateError(failure, `it is ${failure.kind}`)
export const start = (model: string): GenerateEvent => {
  const slash = model.indexOf('/')
  return { type: 'start', provider: model.slice(0, slash), model: model.slice(slash + 1), ignored: [] }
}
export const text = (words: string): GenerateEvent => ({ type: 'text', text: words })
export const end = (finish: 'stop' | 'length' | 'content_filter' = 'stop'): GenerateEvent => ({
  type: 'end',
  finish,
  usage: USAGE,
})

/** A model that plays its turns in order, and its last one from then on. */
export function upstream(
  world: TestWorld,
  name: string,
  plays: readonly Play[],
  more: Partial<ModelFacts> & { readonly local?: boolean; readonly auto?: boolean; readonly unpriced?: true } = {},
): Upstream {
  const { local = false, auto = true, unpriced, ...facts } = more
  const id = name.slice(name.indexOf('/') + 1)
  const asked: GenerateRequest[] = []
  const count = { closed: 0, aborted: 0 }
  const provider: Provider = {
    id: name.slice(0, name.indexOf('/')),
    models: async () => [],
    async *generate(request, call) {
      const play = plays[Math.min(asked.length, plays.length - 1)] ?? 'hello'
      asked.push(request)
      call.signal.addEventListener('abort', () => count.aborted++, { once: true })
      try {
        yield* played(world, name, play, call.signal)
      } finally {
        count.closed++
      }
    },
  }
  return {
    candidate: {
      provider,
      local,
      auto,
      facts: {
        id,
        name: id,
        contextTokens: 200_000,
        maxOutputTokens: 64_000,
        abilities: ['text', 'tools', 'images', 'json'],
        ...(!unpriced && { price: local ? FREE : PRICE }),
        source: 'test',
        ...facts,
      },
    },
    asked,
    get closed() {
      return count.closed
    },
    get aborted() {
      return count.aborted
    },
  }
}

async function* played(world: TestWorld, name: string, play: Play, signal: AbortSignal): AsyncGenerator<GenerateEvent> {
  if (play instanceof GenerateError) throw play
  for (const step of typeof play === 'string' ? [start(name), text(play), end()] : play) {
    if (step instanceof Error) throw step
    if (step === 'deaf') await new Promise(() => {})
    else if (step === 'hang')
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    else if (typeof step === 'number') await world.sleep(step, signal)
    else if (typeof step === 'object') yield step
  }
}

export const POLICY: RoutingPolicy = {
  aliases: {},
  defaultModel: undefined,
  fallbacks: [],
  strategy: 'order',
  attempts: 3,
  attemptsInAll: 8,
  patienceMs: 15_000,
  restMs: 20_000,
  onBreak: 'continue',
  hedgeAfterMs: undefined,
  timeouts: { connectMs: 30_000, firstTokenMs: 120_000, silenceMs: 60_000, totalMs: 600_000 },
  limits: [],
}

export function rosterOf(candidates: readonly Candidate[], notReady: readonly string[] = []): Roster {
  const nameOf = ({ provider, facts }: Candidate): string => `${provider.id}/${facts.id}`
  return {
    ready: async () => candidates,
    names: async () => [...candidates.map(nameOf), ...notReady],
    nothingReady: async () => 'No key was found. Set one.',
    async find(provider, model) {
      const name = `${provider}/${model}`
      const found = candidates.find((one) => nameOf(one) === name)
      if (found) return found
      if (notReady.includes(name)) throw new GenerateError({ kind: 'auth' }, `${provider} has no key.`)
      throw new GenerateError({ kind: 'unknown_model', model: name }, `There is no model ${name}.`)
    },
  }
}

/** What the ledger refuses, if anything. */
export type Refuse = NonNullable<Parameters<typeof fakeLedger>[0]>

export interface House {
  readonly world: TestWorld
  readonly router: Router
  readonly ledger: FakeLedger
  readonly attempts: readonly Attempt[]
  /** Asks and reads to the end, while time passes as it is needed. */
  ask(request?: Partial<GenerateRequest>, call?: Partial<Call>): Promise<readonly GenerateEvent[]>
  /** The same, for what went wrong. */
  fails(request?: Partial<GenerateRequest>, call?: Partial<Call>): Promise<GenerateError>
  request(more?: Partial<GenerateRequest>): GenerateRequest
  call(more?: Partial<Call>): Call
}

/** A router over some upstreams, in a world that stands still until told to move. */
export function house(
  make: (world: TestWorld) => readonly Upstream[],
  options: {
    readonly policy?: Partial<RoutingPolicy>
    readonly notReady?: readonly string[]
    readonly refuse?: Refuse
    readonly random?: () => number
  } = {},
): House & { readonly up: readonly Upstream[] } {
  const world = testWorld(options.random ? { random: options.random } : {})
  const up = make(world)
  const ledger = fakeLedger(options.refuse)
  const attempts: Attempt[] = []
  const roster = rosterOf(
    up.map((one) => one.candidate),
    options.notReady,
  )
  const router = createRouter({ world, roster, policy: { ...POLICY, ...options.policy }, ledger: async () => ledger })
  let calls = 0
  const request = (more: Partial<GenerateRequest> = {}): GenerateRequest => ({
    model: 'auto',
    messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
    ...more,
  })
  const call = (more: Partial<Call> = {}): Call => ({
    id: `call${++calls}`,
    tool: 'test',
    signal: new AbortController().signal,
    onAttempt: (attempt) => attempts.push(attempt),
    ...more,
  })
  return {
    world,
    up,
    router,
    ledger,
    attempts,
    request,
    call,
    ask: (asked, more) => passing(world, Array.fromAsync(router.generate(request(asked), call(more)))),
    async fails(asked, more) {
      const events = Array.fromAsync(router.generate(request(asked), call(more)))
      const cause = await passing(
        world,
        events.then(
          (all) => new Error(`it answered: ${textOf(all)}`),
          (thrown: unknown) => thrown,
        ),
      )
      if (cause instanceof GenerateError) return cause
      throw cause
    },
  }
}

/** Lets time pass, a second at a time, until the promise is settled. */
export async function passing<T>(world: TestWorld, promise: Promise<T>): Promise<T> {
  let over = false
  const done = promise.finally(() => {
    over = true
  })
  done.catch(() => {})
  for (let second = 0; !over; second++) {
    if (second > 4_000) throw new Error('it is not over after an hour')
    await world.advance(1_000)
  }
  return done
}

export function textOf(events: readonly GenerateEvent[]): string {
  return events.map((event) => (event.type === 'text' ? event.text : '')).join('')
}

export function answeredBy(events: readonly GenerateEvent[]): string | undefined {
  const [first] = events
  return first?.type === 'start' ? `${first.provider}/${first.model}` : undefined
}
