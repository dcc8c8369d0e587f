import type { Limit, LimitRule } from '../../contract/limit.ts'
import { matches } from '../../contract/match.ts'
import type { RoutingPolicy } from '../../contract/roster.ts'
import { concurrent } from './concurrent.ts'
import { cooldown } from './cooldown.ts'
import { rate } from './rate.ts'

/** Every limit of this process, and which of them a model has to pass. */
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
 * calls to OpenAI, not two a model. Limits forget when the process ends.
 */
export function createLimits(policy: Pick<RoutingPolicy, 'limits' | 'restMs' | 'attempts'>): Limits {
  const rules = policy.limits.map((rule) => ({ match: rule.match, limits: limitsOf(rule) }))
  const met = new Map<string, Limit>()
  const rest = (name: string, level: 'model' | 'provider'): Limit => {
    const limit = met.get(name) ?? cooldown(name, level, { restMs: policy.restMs, failures: policy.attempts })
    met.set(name, limit)
    return limit
  }
  const rests = (provider: string, model: string): readonly Limit[] => [
    rest(`${provider}: rest after failures`, 'provider'),
    rest(`${provider}/${model}: rest after failures`, 'model'),
  ]

  return {
    rests,
    of: (provider, model) => [
      ...rests(provider, model),
      ...rules.filter((rule) => matches(rule.match, provider, model)).flatMap((rule) => rule.limits),
    ],
    rules: rules.flatMap((rule) => rule.limits),
    met: () => [...met.values()],
  }
}

function limitsOf({ match, requestsPerMinute, tokensPerMinute, concurrent: atOnce }: LimitRule): readonly Limit[] {
  const count = (n: number): string => n.toLocaleString('en-US')
  return [
    ...(requestsPerMinute === undefined
      ? []
      : [rate(`${match}: ${count(requestsPerMinute)} requests a minute`, 'requests', requestsPerMinute)]),
    ...(tokensPerMinute === undefined
      ? []
      : [rate(`${match}: ${count(tokensPerMinute)} tokens a minute`, 'tokens', tokensPerMinute)]),
    ...(atOnce === undefined ? [] : [concurrent(`${match}: ${count(atOnce)} calls at once`, atOnce)]),
  ]
}
