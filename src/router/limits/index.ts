import type { Limit, LimitRule, Slate } from '../../contract/limit.ts'
import { matches } from '../../contract/match.ts'
import type { RoutingPolicy } from '../../contract/roster.ts'
import type { World } from '../../contract/world.ts'
import { forgiving, GLANCE_MS, inMemory, onSlate } from './cell.ts'
import { concurrent } from './concurrent.ts'
import { AWAKE, cooldown } from './cooldown.ts'
import { rate } from './rate.ts'
import { allOf, limitOf, type Rule } from './rule.ts'

/** Every limit that calls have to pass, and which of them a model has to. */
export interface Limits {
  /** In the order in which they are reserved: rests first, then the rules as configured. */
  of(provider: string, model: string): readonly Limit[]
  /** The provider's rest and the model's. */
  rests(provider: string, model: string): readonly Limit[]
  /** Each limit of the configured rules by itself, to be looked at. */
  readonly rules: readonly View[]
  /** Every rest that was asked for so far, under way or not. */
  met(): readonly Limit[]
}

type View = Pick<Limit, 'name' | 'freeAt'>

/**
 * One limit a rule, shared by all models that the rule matches: `{ match: 'openai', concurrent: 2 }` is two calls to
 * OpenAI, not two a model. What one rule limits is passed in one change.
 *
 * With a slate the limits are those of all processes that share it; without one they are forgotten when the process
 * ends. Where a rule cannot be kept because the slate cannot be used, its calls fail and say so; rests, which nobody
 * asked for, go on in this process alone.
 */
export function createLimits(
  policy: Pick<RoutingPolicy, 'limits' | 'restMs' | 'attempts'>,
  shared?: { readonly slate: () => Promise<Slate>; readonly world: World },
): Limits {
  const kept = shared ? onSlate(shared.slate, 'limit: ') : inMemory
  const rules = policy.limits.map((rule, n) => {
    // Two rules for the same models count each for itself.
    const before = policy.limits.slice(0, n).filter(({ match }) => match === rule.match).length
    const parts = partsOf(rule, shared?.world)
    const whole = allOf(rule.match, parts)
    const cell = kept(before === 0 ? rule.match : `${rule.match} (${before + 1})`, whole.fresh)
    const views = Object.entries(parts).map(([key, part]): View => {
      const alone = allOf(part.name, { [key]: part })
      return { name: part.name, freeAt: async (now) => alone.freeAt(await cell.read(now, GLANCE_MS), now) }
    })
    return { match: rule.match, limit: limitOf(whole, cell, shared?.world), views }
  })
  const cells = shared
    ? forgiving(onSlate(shared.slate, 'rest: '), (error) =>
        shared.world.log('rests_not_shared', { error: String(error) }),
      )
    : inMemory
  const met = new Map<string, Limit>()
  const rest = (name: string, level: 'model' | 'provider'): Limit => {
    const limit =
      met.get(name) ?? cooldown(name, level, { restMs: policy.restMs, failures: policy.attempts }, cells(name, AWAKE))
    met.set(name, limit)
    return limit
  }
  const rests = (provider: string, model: string): readonly Limit[] => [
    rest(`${provider}: rest after failures`, 'provider'),
    rest(`${provider}/${model}: rest after failures`, 'model'),
  ]
  const known = new Map<string, readonly Limit[]>()

  return {
    rests,
    of(provider, model) {
      const name = `${provider}/${model}`
      const found = known.get(name) ?? [
        ...rests(provider, model),
        ...rules.filter(({ match }) => matches(match, provider, model)).map(({ limit }) => limit),
      ]
      known.set(name, found)
      return found
    },
    rules: rules.flatMap(({ views }) => views),
    met: () => [...met.values()],
  }
}

/** What one rule limits. With `shared` this process has a name among those that share the state of its places. */
function partsOf(
  { match, requestsPerMinute, tokensPerMinute, concurrent: atOnce }: LimitRule,
  shared: Pick<World, 'id'> | undefined,
): Readonly<Record<string, Rule<unknown>>> {
  // As `toLocaleString` would, which takes 12 ms the first time; this is asked for at the start.
  const count = (n: number): string => String(n).replace(/\B(?=(?:\d{3})+$)/g, ',')
  const perMinute = (of: 'requests' | 'tokens', most: number): Rule<unknown> =>
    rate(`${match}: ${count(most)} ${of} a minute`, { of, most, windowMs: 60_000 })
  return {
    ...(requestsPerMinute !== undefined && { requests: perMinute('requests', requestsPerMinute) }),
    ...(tokensPerMinute !== undefined && { tokens: perMinute('tokens', tokensPerMinute) }),
    ...(atOnce !== undefined && {
      calls: concurrent(`${match}: ${count(atOnce)} calls at once`, atOnce, shared?.id()),
    }),
  }
}
