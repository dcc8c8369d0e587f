import { matchesModel } from '../contract/match.ts'
import { findNearestNames } from '../contract/nearest.ts'
import type { Settings } from './index.ts'

/**
 * Settings that name a provider that does not exist, a sentence each: a budget for `opnai/*` counts nothing. Names
 * without a slash may be models or aliases, which only a call can resolve.
 */
export function findUnmatched(settings: Settings, providers: ReadonlySet<string>): readonly string[] {
  const { budgets, routing, prices, projectPrices } = settings
  const ids = [...providers]
  const patterns = [
    ...budgets.map(({ name, match }) => ({ where: `The budget "${name}" is for ${match}`, pattern: match })),
    ...routing.limits.map(({ match }) => ({ where: `A limit is for ${match}`, pattern: match })),
  ].filter(({ pattern }) => !matchesAny(pattern, ids))
  const names = [
    ...[...prices.keys(), ...projectPrices.keys()].map((name) => ({ where: `A price is for ${name}`, name })),
    ...Object.entries(routing.aliases).flatMap(([alias, models]) =>
      models.map((name) => ({ where: `The alias ${alias} names ${name}`, name })),
    ),
    ...routing.fallbacks.map((name) => ({ where: `A fallback is ${name}`, name })),
    ...(routing.defaultModel === undefined
      ? []
      : [{ where: `${routing.defaultModelSetting} is ${routing.defaultModel}`, name: routing.defaultModel }]),
  ].filter(({ name }) => name.includes('/') && !matchesAny(name.slice(0, name.indexOf('/')), ids))
  return [...patterns.map(({ where, pattern }) => ({ where, name: pattern })), ...names].map(({ where, name }) => {
    const provider = name.split('/')[0] ?? name
    const [near] = findNearestNames(provider, ids, 1)
    return `${where}, and there is no provider ${provider}${near ? `: did you mean ${near}?` : '.'}`
  })
}

/** A bare model name of an alias may hold a slash (`openai/gpt-5` of a reseller); its first part is then a maker. */
function matchesAny(pattern: string, providers: readonly string[]): boolean {
  const provider = pattern.split('/')[0] ?? pattern
  return providers.some((id) => matchesModel(provider, id, ''))
}
