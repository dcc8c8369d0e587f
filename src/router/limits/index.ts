import { LIMIT_KINDS, type Limit, type LimitRule, type SharedState } from '../../contract/limit.ts'
import { matchesModel } from '../../contract/match.ts'
import type { Provider } from '../../contract/provider.ts'
import type { RoutingPolicy } from '../../contract/registry.ts'
import type { World } from '../../contract/world.ts'
import { formatCount } from '../../lib/text.ts'
import { concurrency } from './concurrency.ts'
import { type Cooldown, cooldown, NO_COOLDOWN } from './cooldown.ts'
import { combineAlgorithms, createLimit, type LimitAlgorithm } from './rule.ts'
import { slidingWindow } from './sliding-window.ts'
import { MAX_READ_AGE_MS, memoryStore, sharedStore, withLocalFallback } from './state-store.ts'

/** The part of a provider by which its limits are found. */
export type LimitedProvider = Pick<Provider, 'id' | 'accountId'>

/** Every limit that calls have to pass, and which of them apply to a model. */
export interface Limits {
  /** In the order in which they are reserved: cooldowns first, then the rules as configured. */
  limitsFor(provider: LimitedProvider, model: string): readonly Limit[]
  /** Whether a model can be asked now. The only place that is asked for it. */
  availability(provider: LimitedProvider, model: string, now: number): Promise<Availability>
  /** The most tokens that the rules allow one call to a model; infinity where no rule counts tokens. */
  maxTokensPerCall(provider: string, model: string): number
  /** Ends the cooldown of a provider's account. */
  liftCooldown(provider: LimitedProvider): Promise<void>
  /** Each limit of the configured rules separately, for display. */
  readonly ruleLimits: readonly LimitView[]
  /** Every cooldown that was asked about so far, under way or not. */
  knownCooldowns(): readonly Limit[]
}

export interface Availability {
  /** `busy`: a rule's limit is used up. */
  readonly status: 'ready' | 'cooling_down' | 'busy'
  /** When the cooldowns end: ms since the epoch, `now` or before where there is none. */
  readonly cooldownUntil: number
}

type LimitView = Pick<Limit, 'name' | 'freeAt'>

/**
 * One limit a rule, shared by all models that the rule matches: `{ match: 'openai', concurrent: 2 }` is two calls to
 * OpenAI, not two a model. A call passes all limits of one rule in one change.
 *
 * With `shared` the limits are those of all processes that share the state; without it they end with the process. Where
 * the shared state cannot be used, calls under a rule fail and say so, and cooldowns continue in this process alone.
 */
export function createLimits(
  policy: Pick<RoutingPolicy, 'limits' | 'cooldownMs' | 'maxAttemptsPerModel'>,
  shared?: { readonly sharedState: () => Promise<SharedState>; readonly world: World },
): Limits {
  const rules = createRules(policy.limits, shared)
  const cooldowns = createCooldowns(policy, shared)
  const limitsByModel = new Map<string, readonly Limit[]>()
  const rulesFor = (provider: string, model: string) =>
    rules.filter(({ rule }) => matchesModel(rule.match, provider, model))

  function limitsFor(provider: LimitedProvider, model: string): readonly Limit[] {
    const key = `${provider.accountId} ${provider.id}/${model}`
    const found = limitsByModel.get(key) ?? [
      ...cooldowns.of(provider, model),
      ...rulesFor(provider.id, model).map(({ limit }) => limit),
    ]
    limitsByModel.set(key, found)
    return found
  }

  return {
    limitsFor,
    async availability(provider, model, now) {
      const moments = await Promise.all(limitsFor(provider, model).map((limit) => limit.freeAt(now)))
      const cooldownCount = cooldowns.of(provider, model).length
      const cooldownUntil = Math.max(...moments.slice(0, cooldownCount))
      const isBusy = moments.slice(cooldownCount).some((at) => at > now)
      return { cooldownUntil, status: cooldownUntil > now ? 'cooling_down' : isBusy ? 'busy' : 'ready' }
    },
    maxTokensPerCall: (provider, model) =>
      Math.min(...rulesFor(provider, model).map(({ rule }) => rule.tokensPerMinute ?? Number.POSITIVE_INFINITY)),
    liftCooldown: (provider) => cooldowns.account(provider).lift(),
    ruleLimits: rules.flatMap(({ views }) => views),
    knownCooldowns: cooldowns.known,
  }
}

type Shared = { readonly sharedState: () => Promise<SharedState>; readonly world: World }

function createRules(rules: readonly LimitRule[], shared: Shared | undefined) {
  const stateStore = shared ? sharedStore(shared.sharedState, 'rule: ') : memoryStore
  return rules.map((rule, n) => {
    // Two rules for the same models have a state each.
    const before = rules.slice(0, n).filter(({ match }) => match === rule.match).length
    const parts = algorithmsOf(rule, shared?.world)
    const combined = combineAlgorithms(rule.match, parts)
    const cell = stateStore(before === 0 ? rule.match : `${rule.match} (${before + 1})`, combined.initial)
    const views = Object.entries(parts).map(([key, part]): LimitView => {
      const alone = combineAlgorithms(part.name, { [key]: part })
      return { name: part.name, freeAt: async (now) => alone.freeAt(await cell.read(now, MAX_READ_AGE_MS), now) }
    })
    return { rule, limit: createLimit(combined, cell, shared?.world), views }
  })
}

/** Cooldowns belong to an account (base URL and key), so that a corrected key begins without one. */
function createCooldowns(
  policy: Pick<RoutingPolicy, 'cooldownMs' | 'maxAttemptsPerModel'>,
  shared: Shared | undefined,
) {
  const stateStore = shared
    ? withLocalFallback(sharedStore(shared.sharedState, 'cooldown: '), (error) =>
        shared.world.log('cooldowns_not_shared', { error: String(error) }),
      )
    : memoryStore
  const options = {
    cooldownMs: policy.cooldownMs,
    failures: policy.maxAttemptsPerModel,
    ...(shared && { startedAt: shared.world.now() }),
  }
  const byKey = new Map<string, Cooldown>()
  function get(key: string, name: string, scope: 'model' | 'provider'): Cooldown {
    const found =
      byKey.get(key) ?? cooldown(`${name}: cooldown after failures`, scope, options, stateStore(key, NO_COOLDOWN))
    byKey.set(key, found)
    return found
  }
  const account = ({ id, accountId }: LimitedProvider): Cooldown => get(`${id} ${accountId}`, id, 'provider')
  return {
    account,
    of: (provider: LimitedProvider, model: string): readonly Cooldown[] => [
      account(provider),
      get(`${provider.id} ${provider.accountId}/${model}`, `${provider.id}/${model}`, 'model'),
    ],
    known: (): readonly Cooldown[] => [...byKey.values()],
  }
}

/** The limits of one rule. With `shared` this process has a name among those that share its slots. */
function algorithmsOf(
  { match, ...limits }: LimitRule,
  shared: Pick<World, 'id'> | undefined,
): Readonly<Record<string, LimitAlgorithm<unknown>>> {
  const rows = Object.entries(LIMIT_KINDS).flatMap(([field, kind]) => {
    const max = limits[field as keyof typeof LIMIT_KINDS]
    if (max === undefined) return []
    const name = `${match}: ${formatCount(max)} ${kind.label}`
    const algorithm: LimitAlgorithm<unknown> =
      'windowMs' in kind
        ? slidingWindow(name, { of: kind.measure, most: max, windowMs: kind.windowMs })
        : concurrency(name, max, shared?.id())
    return [[field, algorithm] as const]
  })
  return Object.fromEntries(rows)
}
