import type { Generate } from '../contract/generate.ts'
import type { Ledger } from '../contract/ledger.ts'
import type { Limit, SharedState } from '../contract/limit.ts'
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
import { accounting } from './layers/accounting.ts'
import { admission } from './layers/admission.ts'
import { defaults } from './layers/defaults.ts'
import { type CandidatePipeline, fallback } from './layers/fallback.ts'
import { retry } from './layers/retry.ts'
import { streamContract } from './layers/stream-contract.ts'
import { timeouts } from './layers/timeouts.ts'
import { createLimits } from './limits/index.ts'

/** Picks a model, asks it, goes elsewhere when it fails, and keeps every limit and the books. */
export interface Router {
  /**
   * Answers a request by any name of a model. Throws `GenerateError` only: the failure of the one candidate there was,
   * or `exhausted` with those of all; `cancelled` as soon as the call's signal is aborted.
   */
  readonly generate: Generate
  /** Could a model be asked just now? `cooling_down`: it rests after failures. `busy`: a limit is used up. */
  modelStatus(provider: string, model: string): Promise<ModelStatus>
  /** Every configured limit, and every rest that is under way, with when it lets the next call through: ms since the epoch. */
  limitStates(): Promise<readonly LimitState[]>
  /** What a name means now: who would be asked for plain text, in order. Throws `GenerateError` where it means nobody. */
  resolve(name: string, signal: AbortSignal): Promise<readonly Candidate[]>
}

type ModelStatus = 'ready' | 'cooling_down' | 'busy'

interface LimitState {
  readonly name: string
  /** Now, or in the past, where a call would be let through at once. */
  readonly freeAt: number
}

export function createRouter(deps: {
  readonly world: World
  readonly registry: ModelRegistry
  readonly policy: RoutingPolicy
  /** Opened at the first call that costs. */
  readonly ledger: () => Promise<Pick<Ledger, 'hold'>>
  /** Opened at the first call. Absent: limits and rests are this process's own. */
  readonly sharedState?: () => Promise<SharedState>
}): Router {
  const { world, registry, policy } = deps
  const limits = createLimits(policy, deps.sharedState && { sharedState: deps.sharedState, world })
  const latency = createLatencyTracker()

  async function modelStatus(provider: string, model: string): Promise<ModelStatus> {
    const now = world.now()
    const cooldowns = limits.cooldownsFor(provider, model)
    for (const limit of limits.limitsFor(provider, model)) {
      if ((await limit.freeAt(now)) > now) return cooldowns.includes(limit) ? 'cooling_down' : 'busy'
    }
    return 'ready'
  }

  const resolverDeps: ResolverDeps = {
    registry,
    policy,
    async order(list) {
      const states = await Promise.all(list.map(({ provider, facts }) => modelStatus(provider.id, facts.id)))
      const busy = new Set(list.filter((_, i) => states[i] !== 'ready').map(candidateName))
      return orderCandidates(policy.strategy, list, {
        firstTokenMs: (model) => latency.estimateMs(model, world.now()),
        isBusy: (model) => busy.has(model),
        random: world.random,
      })
    },
  }

  /** From the top: its tries, its limits, its money, its clock, its wire. */
  function buildPipeline(candidate: Candidate): CandidatePipeline {
    const { provider, facts } = candidate
    const name = candidateName(candidate)
    const layers = [
      defaults(facts),
      retry(world, policy),
      admission(world, limits.limitsFor(provider.id, facts.id), name, policy.maxWaitMs),
      accounting(world, deps.ledger, candidate),
      timeouts(world, policy.timeouts, name),
      streamContract(world, name),
    ]
    const handler = layers.reduceRight<Handler>((next, layer) => layer(next), provider.generate)
    const cooldowns = limits.cooldownsFor(provider.id, facts.id)
    const cooldownUntil = async (now: number): Promise<number> =>
      Math.max(...(await Promise.all(cooldowns.map((cooldown) => cooldown.freeAt(now)))))
    return { candidate, handler, cooldownUntil }
  }

  const routeCall: Handler = (request, context) =>
    lazyStream(async () => {
      const { candidates, failures: failed } = await abortable(
        resolveCandidates(resolverDeps, request, context.signal),
        context.signal,
      )
      return fallback(world, policy, candidates.map(buildPipeline), failed)(request, context)
    })
  const answerCall = structuredOutput(routeCall)

  return {
    modelStatus,
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
      const { candidates, failures: failed } = await resolveName(
        resolverDeps,
        name,
        { requirements: PLAIN_TEXT, hasOwnFallbacks: false },
        signal,
      )
      if (candidates.length === 0 && failed[0]) throw failed[0].error
      return candidates
    },
    generate: (request, call) =>
      lazyStream(async () => {
        if (call.signal.aborted) throw abortError(call.signal)
        const context = createCallContext(call, world.now(), policy.timeouts.totalMs, policy.maxAttempts)
        return answerCall(request, {
          ...context,
          onAttempt(attempt) {
            latency.record(attempt)
            call.onAttempt?.(attempt)
          },
        })
      }),
  }
}
