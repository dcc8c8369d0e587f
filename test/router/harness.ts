import { type Failure, GenerateError } from '../../src/contract/errors.ts'
import type { Attempt, Call, GenerateEvent, GenerateRequest } from '../../src/contract/generate.ts'
import { FREE } from '../../src/contract/price.ts'
import type { ModelFacts, Provider } from '../../src/contract/provider.ts'
import type { Candidate, ModelRegistry, RoutingPolicy } from '../../src/contract/registry.ts'
import { createRouter, type Router } from '../../src/router/index.ts'
import { type FakeLedger, fakeLedger } from '../support/fake-ledger.ts'
import { type TestWorld, testWorld } from '../support/test-world.ts'

/**
 * The behaviour of an upstream for one request: a whole text, a failure, or steps: an event to send, an error to throw,
 * milliseconds to take, or to hang (`deaf`: without heeding an abort).
 */
export type UpstreamScript = string | GenerateError | readonly ScriptStep[]
export type ScriptStep = GenerateEvent | Error | number | 'hang' | 'deaf'

export interface FakeUpstream {
  readonly candidate: Candidate
  /** The requests, each as the wire would get it. */
  readonly requests: readonly GenerateRequest[]
  /** Requests whose stream was read to its end or closed. */
  readonly closedCount: number
  readonly abortedCount: number
}

export const USAGE = { inputTokens: 100, cachedInputTokens: 0, outputTokens: 20, reasoningTokens: 0 } as const
const PRICE = { input: 3_000_000, output: 15_000_000, source: 'test' } as const

export const makeError = (failure: Failure): GenerateError => new GenerateError(failure, `it is ${failure.kind}`)
export const startEvent = (model: string): GenerateEvent => {
  const slash = model.indexOf('/')
  return { type: 'start', provider: model.slice(0, slash), model: model.slice(slash + 1), ignored: [] }
}
export const textEvent = (words: string): GenerateEvent => ({ type: 'text', text: words })
export const endEvent = (finish: 'stop' | 'length' | 'content_filter' = 'stop'): GenerateEvent => ({
  type: 'end',
  finish,
  usage: USAGE,
})

/** A model that plays its scripts in order, and repeats the last one from then on. */
export function fakeUpstream(
  world: TestWorld,
  name: string,
  scripts: readonly UpstreamScript[],
  more: Partial<ModelFacts> & {
    readonly local?: boolean
    readonly auto?: boolean
    readonly unpriced?: true
    readonly stopsWhenClosed?: boolean
  } = {},
): FakeUpstream {
  const { local = false, auto = true, unpriced, stopsWhenClosed = false, ...facts } = more
  const id = name.slice(name.indexOf('/') + 1)
  const asked: GenerateRequest[] = []
  const count = { closed: 0, aborted: 0 }
  const provider: Provider = {
    id: name.slice(0, name.indexOf('/')),
    accountId: name.slice(0, name.indexOf('/')),
    stopsWhenClosed,
    listModels: async () => [],
    async *generate(request, call) {
      const script = scripts[Math.min(asked.length, scripts.length - 1)] ?? 'hello'
      asked.push(request)
      call.signal.addEventListener('abort', () => count.aborted++, { once: true })
      try {
        yield* runScript(world, name, script, call.signal)
      } finally {
        count.closed++
      }
    },
  }
  return {
    candidate: {
      provider,
      local,
      autoEligible: auto,
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
    requests: asked,
    get closedCount() {
      return count.closed
    },
    get abortedCount() {
      return count.aborted
    },
  }
}

async function* runScript(
  world: TestWorld,
  name: string,
  play: UpstreamScript,
  signal: AbortSignal,
): AsyncGenerator<GenerateEvent> {
  if (play instanceof GenerateError) throw play
  for (const step of typeof play === 'string' ? [startEvent(name), textEvent(play), endEvent()] : play) {
    if (step instanceof Error) throw step
    if (step === 'deaf') await new Promise(() => {})
    else if (step === 'hang')
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    else if (typeof step === 'number') await world.sleep(step, signal)
    else if (typeof step === 'object') yield step
  }
}

/** The provider of a `fakeUpstream`, as limits know it. */
export const account = (id: string) => ({ id, accountId: id })

export const POLICY: RoutingPolicy = {
  aliases: {},
  defaultModel: undefined,
  fallbacks: [],
  strategy: 'order',
  maxAttemptsPerModel: 3,
  maxAttempts: 8,
  maxWaitMs: 15_000,
  cooldownMs: 20_000,
  onStreamError: 'continue',
  hedgeAfterMs: undefined,
  timeouts: { connectMs: 30_000, firstTokenMs: 120_000, idleMs: 60_000, totalMs: 600_000 },
  limits: [],
}

export function registryOf(candidates: readonly Candidate[], notReady: readonly string[] = []): ModelRegistry {
  const candidateName = ({ provider, facts }: Candidate): string => `${provider.id}/${facts.id}`
  return {
    listReady: async () => candidates,
    listNames: async () => [...candidates.map(candidateName), ...notReady],
    explainNothingReady: async () => 'No key was found. Set one.',
    async findModel(provider, model) {
      const name = `${provider}/${model}`
      const found = candidates.find((one) => candidateName(one) === name)
      if (found) return found
      if (notReady.includes(name)) throw new GenerateError({ kind: 'auth' }, `${provider} has no key.`)
      throw new GenerateError({ kind: 'unknown_model', model: name }, `There is no model ${name}.`)
    },
  }
}

/** Refuses a hold; undefined grants it. */
export type RefuseHold = NonNullable<Parameters<typeof fakeLedger>[0]>

export interface Harness {
  readonly world: TestWorld
  readonly router: Router
  readonly ledger: FakeLedger
  readonly attempts: readonly Attempt[]
  /** Asks and reads to the end while the clock advances. */
  collectEvents(request?: Partial<GenerateRequest>, call?: Partial<Call>): Promise<readonly GenerateEvent[]>
  /** The same for a call that fails: returns its error, and throws if there is none. */
  expectError(request?: Partial<GenerateRequest>, call?: Partial<Call>): Promise<GenerateError>
  request(more?: Partial<GenerateRequest>): GenerateRequest
  call(more?: Partial<Call>): Call
}

/** A router over some upstreams, in a test world. */
export function createHarness(
  make: (world: TestWorld) => readonly FakeUpstream[],
  options: {
    readonly policy?: Partial<RoutingPolicy>
    readonly notReady?: readonly string[]
    readonly refuse?: RefuseHold
    readonly random?: () => number
  } = {},
): Harness & { readonly upstreams: readonly FakeUpstream[] } {
  const world = testWorld(options.random ? { random: options.random } : {})
  const upstreams = make(world)
  const ledger = fakeLedger(options.refuse)
  const attempts: Attempt[] = []
  const registry = registryOf(
    upstreams.map((one) => one.candidate),
    options.notReady,
  )
  const router = createRouter({ world, registry, policy: { ...POLICY, ...options.policy }, ledger: async () => ledger })
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
    upstreams,
    router,
    ledger,
    attempts,
    request,
    call,
    collectEvents: (asked, more) =>
      advanceUntilSettled(world, Array.fromAsync(router.generate(request(asked), call(more)))),
    async expectError(asked, more) {
      const events = Array.fromAsync(router.generate(request(asked), call(more)))
      const cause = await advanceUntilSettled(
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

/** Advances the clock a second at a time until the promise is settled. */
export async function advanceUntilSettled<T>(world: TestWorld, promise: Promise<T>): Promise<T> {
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

export function answeringModel(events: readonly GenerateEvent[]): string | undefined {
  const [first] = events
  return first?.type === 'start' ? `${first.provider}/${first.model}` : undefined
}
