import { LIMIT_KINDS, type LimitRule } from '../contract/limit.ts'
import type { Price } from '../contract/price.ts'
import type { RoutingPolicy } from '../contract/registry.ts'
import { toMicroUsd } from './budgets.ts'
import type { Environment } from './environment.ts'
import type { ConfigLayer } from './layers.ts'
import { mergeTrusted, type PriceConfig, readProjectNames, splitNames } from './project.ts'
import type { ConfigFile } from './schema.ts'
import { normalizeValue } from './values.ts'

type Routing = NonNullable<ConfigFile['routing']>

/** The routing policy of all layers, with its defaults, and what an untrusted file may not change, for `warnings`. */
export function readRoutingPolicy(
  env: Environment,
  files: readonly ConfigLayer[],
): { readonly policy: RoutingPolicy; readonly warnings: readonly string[] } {
  const trusted = files.filter((file) => file.trusted)
  const routing = mergeRouting(trusted)
  const { timeouts = {} } = routing
  const aliases = Object.fromEntries(
    Object.entries(mergeTrusted(files, ({ models }) => models)).map(([name, { value }]) => [name, value]),
  )
  const variable = env.get('SHOWRUNNER_MODEL')
  const defaultModel = variable?.value ?? routing.default_model
  const ownFallbacks = readFallbacks(env) ?? routing.fallbacks ?? []
  const ownNames = new Set([
    ...Object.entries(aliases).flat(2),
    ...ownFallbacks,
    ...(defaultModel ? [defaultModel] : []),
  ])
  const project = readProjectNames(env, files, ownNames)
  const policy: RoutingPolicy = {
    aliases,
    projectAliases: project.aliases,
    defaultModel,
    ...(defaultModel !== undefined && {
      defaultModelSetting: variable ? 'SHOWRUNNER_MODEL' : '`routing.default_model`',
    }),
    fallbacks: [...ownFallbacks, ...project.fallbacks],
    strategy: routing.strategy ?? 'order',
    maxAttemptsPerModel: routing.max_attempts_per_model ?? 3,
    maxAttempts: routing.max_attempts ?? 8,
    maxWaitMs: routing.max_wait_ms ?? 15_000,
    cooldownMs: routing.cooldown_ms ?? 20_000,
    onStreamError: routing.on_stream_error ?? 'continue',
    hedgeAfterMs: routing.hedge_after_ms,
    timeouts: {
      connectMs: timeouts.connect_ms ?? 30_000,
      firstTokenMs: timeouts.first_token_ms ?? 120_000,
      idleMs: timeouts.idle_ms ?? 60_000,
      totalMs: timeouts.total_ms ?? 600_000,
    },
    // Limits of every layer hold at once: each only slows down.
    limits: files.flatMap(({ config }) => config.limits ?? []).map(toLimitRule),
  }
  return { policy, warnings: project.warnings }
}

function toLimitRule(rule: NonNullable<ConfigFile['limits']>[number]): LimitRule {
  const limits = Object.entries(LIMIT_KINDS).flatMap(([field, { setting }]) => {
    const max = rule[setting]
    return max === undefined ? [] : [[field, max]]
  })
  return { match: rule.match, ...Object.fromEntries(limits) }
}

/** `files`: strongest first. */
function mergeRouting(files: readonly ConfigLayer[]): Routing {
  const sections = files.toReversed().map(({ config }) => config.routing ?? {})
  return {
    ...Object.assign({}, ...sections),
    timeouts: Object.assign({}, ...sections.map(({ timeouts }) => timeouts)),
  }
}

function readFallbacks(env: Environment): readonly string[] | undefined {
  const found = env.all('SHOWRUNNER_FALLBACKS').find(({ trusted }) => trusted)
  return found && splitNames(found.value).filter((name) => normalizeValue(name) !== undefined)
}

export function toPrice(price: PriceConfig): Price {
  return {
    input: toMicroUsd(price.input_usd_per_mtok),
    output: toMicroUsd(price.output_usd_per_mtok),
    ...(price.cached_input_usd_per_mtok !== undefined && { cachedInput: toMicroUsd(price.cached_input_usd_per_mtok) }),
    ...(price.cache_write_usd_per_mtok !== undefined && { cacheWrite: toMicroUsd(price.cache_write_usd_per_mtok) }),
    ...(price.reasoning_usd_per_mtok !== undefined && { reasoning: toMicroUsd(price.reasoning_usd_per_mtok) }),
    source: 'config',
  }
}
