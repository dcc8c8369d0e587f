import type { Limit, LimitRule, Slate } from '../../contract/limit.ts'
import { matches } from '../../contract/match.ts'
import type { RoutingPolicy } from '../../contract/roster.ts'
import type { World } from '../../contract/world.ts'
import { type Cells, forgiving, inMemory, onSlate } from './cell.ts'
import { concurrent, NOBODY } from './concurrent.ts'
import { AWAKE, cooldown } from './cooldown.ts'
import { NOTHING_TAKEN, rate } from './rate.ts'

/** Every limit that calls have to pass, and which of them a model has to. */
export interface Limits {
  /** In the order in which they are reserved: rests first, then the rules as configured. */
  of(provider: string, model: string): readonly Limit[]
  /** The provider's rest and the model's. */
  rests(provider: string, model: string): readonly Limit[]
  /** Those of the configured rules. */
  readonly rules: readonly Limit[]
  /** Every rest that was asked for so far, under way or not. */
  met(): readonly Limit[]
}

/**
 * One limit a rule and kind, shared by all models that the rule matches: `{ match: 'openai', concurrent: 2 }` is two
 * calls to OpenAI, not two a model.
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
  const rules = policy.limits.map((rule) => ({ match: rule.match, limits: limitsOf(rule, kept, shared?.world) }))
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
  function of(provider: string, model: string): readonly Limit[] {
    const name = `${provider}/${model}`
    const found = known.get(name) ?? [
      ...rests(provider, model),
      ...rules.filter((rule) => matches(rule.match, provider, model)).flatMap((rule) => rule.limits),
    ]
    known.set(name, found)
    return found
  }

  return {
    rests,
    of,
    rules: rules.flatMap((rule) => rule.limits),
    met: () => [...met.values()],
  }
}

function limitsOf(
  { match, requestsPerMinute, tokensPerMinute, concurrent: atOnce }: LimitRule,
  cells: Cells,
  shared: World | undefined,
): readonly Limit[] {
  const count = (n: number): string => n.toLocaleString('en-US')
  const perMinute = (of: 'requests' | 'tokens', most: number | undefined): readonly Limit[] =>
    most === undefined
      ? []
      : [
          rate(
            `${match}: ${count(most)} ${of} a minute`,
            { of, most, windowMs: 60_000 },
            cells(`${match}: ${of} a minute`, NOTHING_TAKEN),
          ),
        ]
  return [
    ...perMinute('requests', requestsPerMinute),
    ...perMinute('tokens', tokensPerMinute),
    ...(atOnce === undefined
      ? []
      : [
          concurrent(
            `${match}: ${count(atOnce)} calls at once`,
            atOnce,
            cells(`${match}: calls at once`, NOBODY),
            shared,
          ),
        ]),
  ]
}
