import type { Generate } from '../contract/generate.ts'
import type { Hold, HoldRequest } from '../contract/ledger.ts'
import type { Limit, SharedState } from '../contract/limit.ts'
import type { Provider } from '../contract/provider.ts'
import type { Candidate, ModelRegistry, RoutingPolicy } from '../contract/registry.ts'
import { lazyStream } from '../contract/stream.ts'
import type { World } from '../contract/world.ts'
import { abortable, abortError } from './abort.ts'
import { createLatencyTracker } from './candidates/latency.ts'
import { PLAIN_TEXT } from './candidates/requirements.ts'
import { type ResolverDeps, resolveCandidates, resolveName } from './candidates/resolve.ts'
import { orderCandidates } from './candidates/strategy.ts'
import { createCallContext, type Handler } from './context.ts'
import { candidateName } from './format.ts'
import { structuredOutput } from './json/structured.ts'
import { accounting, type SpendingLedger } from './layers/accounting.ts'
import { admission } from './layers/admission.ts'
import type { CandidatePipeline } from './layers/candidate.ts'
import { defaults, type LearnedRefusals } from './layers/defaults.ts'
import { fallback } from './layers/fallback.ts'
import { retry } from './layers/retry.ts'
import { streamContract } from './layers/stream-contract.ts'
import { timeouts } from './layers/timeouts.ts'
import { type Availability, createLimits, type LimitedProvider } from './limits/index.ts'
import { measurePrompt } from './metering/estimate-tokens.ts'

/** Chooses a model, asks it, asks others when it fails, keeps every limit, and records every cost. */
export interface Router {
  /**
   * Answers a request by any name of a model. Throws `GenerateError` only: the failure of the one candidate there was,
   * or `exhausted` with those of all; `cancelled` as soon as the call's signal is aborted.
   */
  readonly generate: Generate
  /** Whether a model can be asked now. `cooling_down`: after failures. `busy`: a limit is used up. */
  modelStatus(provider: LimitedProvider, model: string): Promise<Availability['status']>
  /** Every configured limit, and every cooldown under way, with when the next call passes: ms since the epoch. */
  limitStates(): Promise<readonly LimitState[]>
  /** Ends the cooldown of a provider's account, because the provider has just answered with its key. */
  liftCooldown(provider: LimitedProvider): Promise<void>
  /** The candidates of a name for plain text, in order. Throws `GenerateError` where it has none. */
  resolve(name: string, signal: AbortSignal): Promise<readonly Candidate[]>
  /** Resolves when no attempt is unsettled: after an abort of all calls, when the money of each is booked. */
  whenIdle(): Promise<void>
}

interface LimitState {
  readonly name: string
  /** `now`, or in the past, where a call would pass at once. */
  readonly freeAt: number
}

export function createRouter(deps: {
  readonly world: World
  readonly registry: ModelRegistry
  readonly policy: RoutingPolicy
  /** Opened at the first call that costs. */
  readonly ledger: () => Promise<SpendingLedger>
  /** Opened at the first call. Absent: limits and cooldowns are this process's own. */
  readonly sharedState?: () => Promise<SharedState>
}): Router {
  const { world, registry, policy } = deps
  const limits = createLimits(policy, deps.sharedState && { sharedState: deps.sharedState, world })
  const latency = createLatencyTracker()
  const learned: LearnedRefusals = { bounds: new Map(), schemas: new Set() }
  const money = trackHolds(deps.ledger)

  const availability = (provider: Provider, model: string, now: number) => limits.availability(provider, model, now)
  const resolverDeps: ResolverDeps = {
    registry,
    policy,
    async order(list) {
      const now = world.now()
      const states = await Promise.all(list.map(({ provider, facts }) => availability(provider, facts.id, now)))
      const busy = new Set(list.filter((_, i) => states[i]?.status !== 'ready').map(candidateName))
      return orderCandidates(policy.strategy, list, {
        firstTokenMs: (model) => latency.estimateMs(model, world.now()),
        isBusy: (model) => busy.has(model),
        random: world.random,
      })
    },
  }

  /** The layers of one candidate, outermost first: retries, the request's form, limits, money, clock, wire. */
  function buildPipeline(candidate: Candidate): CandidatePipeline {
    const { provider, facts } = candidate
    const name = candidateName(candidate)
    const wire = streamContract(world, name)(provider.generate)
    const paid = accounting(
      world,
      money.ledger,
      candidate,
      policy.maxWaitMs,
    )(timeouts(world, policy.timeouts, candidate)(wire))
    const admitted = admission(world, limits.limitsFor(provider, facts.id), name, policy.maxWaitMs)(paid)
    const shaped = defaults(candidate, learned, limits.maxTokensPerCall(provider.id, facts.id))(admitted)
    return {
      candidate,
      handler: retry(world, policy)(shaped),
      cooldownUntil: async (now) => (await availability(provider, facts.id, now)).cooldownUntil,
    }
  }

  const routeCall: Handler = (request, context) =>
    lazyStream(async () => {
      const { candidates, failures } = await abortable(
        resolveCandidates(resolverDeps, request, context.promptSize, context.signal),
        context.signal,
      )
      const isFirst = context.totals.attempts === 0
      if (isFirst && candidates.length > 0) context.totals.warnings.push(...passedOver(failures))
      return fallback(world, policy, candidates.map(buildPipeline), failures)(request, context)
    })
  const answerCall = structuredOutput(world, routeCall)

  return {
    modelStatus: async (provider, model) => (await limits.availability(provider, model, world.now())).status,
    liftCooldown: limits.liftCooldown,
    whenIdle: money.whenIdle,
    async limitStates() {
      const now = world.now()
      const stateOf = async (limit: Pick<Limit, 'name' | 'freeAt'>): Promise<LimitState> => ({
        name: limit.name,
        freeAt: await limit.freeAt(now),
      })
      const rules = await Promise.all(limits.ruleLimits.map(stateOf))
      const cooldowns = await Promise.all(limits.knownCooldowns().map(stateOf))
      return [...rules, ...cooldowns.filter(({ freeAt }) => freeAt > now)]
    },
    async resolve(name, signal) {
      const options = { requirements: PLAIN_TEXT, hasOwnFallbacks: false }
      const { candidates, failures } = await resolveName(resolverDeps, name, options, signal)
      if (candidates.length === 0 && failures[0]) throw failures[0].error
      return candidates
    },
    generate: (request, call) =>
      lazyStream(async () => {
        if (call.signal.aborted) throw abortError(call.signal)
        const context = createCallContext(call, {
          now: world.now(),
          totalMs: policy.timeouts.totalMs,
          maxAttempts: policy.maxAttempts,
          promptSize: measurePrompt(request),
          onAttempt: latency.record,
        })
        return answerCall(request, context)
      }),
  }
}

/** Sentences about fallbacks that could not be asked, for the warnings of a call that another model answers. */
function passedOver(failures: Awaited<ReturnType<typeof resolveCandidates>>['failures']): readonly string[] {
  return failures
    .filter(({ error }) => error.failure.kind === 'unknown_model')
    .map(({ name, error }) => `The fallback ${name} was passed over. ${error.message}`)
}

/** The same ledger, and when none of its holds is open. */
function trackHolds(open: () => Promise<SpendingLedger>) {
  let openHolds = 0
  let waiting: (() => void)[] = []
  function onEnded(): void {
    openHolds--
    if (openHolds > 0) return
    for (const resolve of waiting) resolve()
    waiting = []
  }
  async function hold(request: HoldRequest): Promise<Hold> {
    openHolds++
    const placed = await (await open()).hold(request).catch((error: unknown) => {
      onEnded()
      throw error
    })
    if (!placed.ok) {
      onEnded()
      return placed
    }
    return {
      ok: true,
      settle: (entry) => placed.settle(entry).finally(onEnded),
      release: () => placed.release().finally(onEnded),
    }
  }
  return {
    ledger: async (): Promise<SpendingLedger> => ({ hold, budgets: async (now) => (await open()).budgets(now) }),
    whenIdle: (): Promise<void> =>
      openHolds === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
  }
}
