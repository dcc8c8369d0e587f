import type { Limit, LimitRule, SharedState } from '../../contract/limit.ts'
import { matchesModel } from '../../contract/match.ts'
import type { RoutingPolicy } from '../../contract/registry.ts'
import type { World } from '../../contract/world.ts'
import { concurrency } from './concurrency.ts'
import { cooldown, NO_COOLDOWN } from './cooldown.ts'
import { combineAlgorithms, createLimit, type LimitAlgorithm } from './rule.ts'
import { slidingWindow } from './sliding-window.ts'
import { MAX_READ_AGE_MS, memoryStore, sharedStore, withLocalFallback } from './state-store.ts'

/** Every limit that calls have to pass, and which of them a model has to. */
export interface Limits {
  /** In the order in which they are reserved: rests first, then the rules as configured. */
  limitsFor(provider: string, model: string): readonly Limit[]
  /** The provider's rest and the model's. */
  cooldownsFor(provider: string, model: string): readonly Limit[]
  /** Each limit of the configured rules by itself, to be looked at. */
  readonly ruleLimits: readonly LimitView[]
  /** Every rest that was asked for so far, under way or not. */
  knownCooldowns(): readonly Limit[]
}

type LimitView = Pick<Limit, 'name' | 'freeAt'>

/**
 * One limit a rule, shared by all models that the rule matches: `{ match: 'openai', concurrent: 2 }` is two calls to
 * OpenAI, not two a model. What one rule limits is passed in one change.
 *
 * With a slate the limits are those of all processes that share it; without one they are forgotten when the process
 * ends. Where a rule cannot be kept because the slate cannot be used, its calls fail and say so; rests, which nobody
 * asked for, go on in this process alone.
 */
export function createLimits(
  policy: Pick<RoutingPolicy, 'limits' | 'cooldownMs' | 'maxAttemptsPerModel'>,
  shared?: { readonly sharedState: () => Promise<SharedState>; readonly world: World },
): Limits {
  const stateStore = shared ? sharedStore(shared.sharedState, 'limit: ') : memoryStore
  const rules = policy.limits.map((rule, n) => {
    // Two rules for the same models count each for itself.
    const before = policy.limits.slice(0, n).filter(({ match }) => match === rule.match).length
    const parts = algorithmsOf(rule, shared?.world)
    const combined = combineAlgorithms(rule.match, parts)
    const cell = stateStore(before === 0 ? rule.match : `${rule.match} (${before + 1})`, combined.initial)
    const views = Object.entries(parts).map(([key, part]): LimitView => {
      const alone = combineAlgorithms(part.name, { [key]: part })
      return { name: part.name, freeAt: async (now) => alone.freeAt(await cell.read(now, MAX_READ_AGE_MS), now) }
    })
    return { match: rule.match, limit: createLimit(combined, cell, shared?.world), views }
  })
  const cooldownStore = shared
    ? withLocalFallback(sharedStore(shared.sharedState, 'rest: '), (error) =>
        shared.world.log('rests_not_shared', { error: String(error) }),
      )
    : memoryStore
  const cooldowns = new Map<string, Limit>()
  const cooldownOf = (name: string, level: 'model' | 'provider'): Limit => {
    const limit =
      cooldowns.get(name) ??
      cooldown(
        name,
        level,
        { restMs: policy.cooldownMs, failures: policy.maxAttemptsPerModel },
        cooldownStore(name, NO_COOLDOWN),
      )
    cooldowns.set(name, limit)
    return limit
  }
  const cooldownsFor = (provider: string, model: string): readonly Limit[] => [
    cooldownOf(`${provider}: rest after failures`, 'provider'),
    cooldownOf(`${provider}/${model}: rest after failures`, 'model'),
  ]
  const limitsByModel = new Map<string, readonly Limit[]>()

  return {
    cooldownsFor,
    limitsFor(provider, model) {
      const name = `${provider}/${model}`
      const found = limitsByModel.get(name) ?? [
        ...cooldownsFor(provider, model),
        ...rules.filter(({ match }) => matchesModel(match, provider, model)).map(({ limit }) => limit),
      ]
      limitsByModel.set(name, found)
      return found
    },
    ruleLimits: rules.flatMap(({ views }) => views),
    knownCooldowns: () => [...cooldowns.values()],
  }
}

/** What one rule limits. With `shared` this process has a name among those that share the state of its places. */
function algorithmsOf(
  { match, requestsPerMinute, tokensPerMinute, concurrent: maxConcurrent }: LimitRule,
  shared: Pick<World, 'id'> | undefined,
): Readonly<Record<string, LimitAlgorithm<unknown>>> {
  // As `toLocaleString` would, which takes 12 ms the first time; this is asked for at the start.
  const count = (n: number): string => String(n).replace(/\B(?=(?:\d{3})+$)/g, ',')
  const perMinute = (of: 'requests' | 'tokens', most: number): LimitAlgorithm<unknown> =>
    slidingWindow(`${match}: ${count(most)} ${of} a minute`, { of, most, windowMs: 60_000 })
  return {
    ...(requestsPerMinute !== undefined && { requests: perMinute('requests', requestsPerMinute) }),
    ...(tokensPerMinute !== undefined && { tokens: perMinute('tokens', tokensPerMinute) }),
    ...(maxConcurrent !== undefined && {
      calls: concurrency(`${match}: ${count(maxConcurrent)} calls at once`, maxConcurrent, shared?.id()),
    }),
  }
}
