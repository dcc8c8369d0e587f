import { GenerateError } from '../contract/errors.ts'
import type { GenerateRequest } from '../contract/generate.ts'
import { nearest } from '../contract/nearest.ts'
import type { Candidate, Roster, RoutingPolicy } from '../contract/roster.ts'
import { champions } from './auto.ts'
import { type Needs, needsOf, suitable } from './needs.ts'
import { nameOf } from './words.ts'

/** Who may be asked, in order, and what became of the names that led to nobody. */
export interface Route {
  readonly candidates: readonly Candidate[]
  readonly errors: readonly GenerateError[]
}

/** What a route is made from: who there is, what the names mean, and how a strategy orders them now. */
export interface Bearings {
  readonly roster: Roster
  readonly policy: RoutingPolicy
  order(list: readonly Candidate[]): Promise<readonly Candidate[]>
}

/**
 * The candidates of a request: its model, then its fallbacks, in their own order and each once. Those not known to be
 * able to take the request come last, those whose window is too small are left out with an error.
 *
 * Throws `GenerateError`: `unknown_model` for a name in the request that means nothing, with the nearest ones; `auth`
 * where nobody is ready. A name whose provider is not ready is passed over, and its error kept.
 */
export async function route(bearings: Bearings, request: GenerateRequest, signal: AbortSignal): Promise<Route> {
  const needs = needsOf(request)
  const found: Route[] = []
  for (const name of [request.model, ...(request.fallbacks ?? [])]) {
    const one = await meaning(bearings, name, { needs, ownFallbacks: request.fallbacks !== undefined }, signal)
    const [error] = one.errors
    if (one.candidates.length === 0 && error?.failure.kind === 'unknown_model') throw error
    found.push(one)
  }
  const all = merged(found)
  const fitting = suitable(all.candidates, needs)
  return { candidates: fitting.candidates, errors: [...all.errors, ...fitting.errors] }
}

interface Asked {
  readonly needs: Needs
  /** True where the call names its own fallbacks: the default model's are not added then. */
  readonly ownFallbacks: boolean
}

/** What one name means: an alias (they may nest), `auto`, `provider/model`, or a bare model name. */
export async function meaning(bearings: Bearings, name: string, asked: Asked, signal: AbortSignal): Promise<Route> {
  const { roster, policy } = bearings
  let ready: Promise<readonly Candidate[]> | undefined
  const readyOnes = (): Promise<readonly Candidate[]> => {
    ready ??= roster.ready(signal)
    return ready
  }

  async function of(one: string, within: readonly string[]): Promise<Route> {
    if (within.includes(one)) return nobody(loop([...within, one]))
    const alias = Object.hasOwn(policy.aliases, one) ? policy.aliases[one] : undefined
    if (alias) return each(alias, [...within, one])
    return one === 'auto' ? auto([...within, one]) : single(one)
  }

  async function each(names: readonly string[], within: readonly string[]): Promise<Route> {
    const found: Route[] = []
    for (const one of names) found.push(await of(one, within))
    return merged(found)
  }

  async function auto(within: readonly string[]): Promise<Route> {
    const { defaultModel, fallbacks } = policy
    if (defaultModel !== undefined && defaultModel !== 'auto') {
      return each([defaultModel, ...(asked.ownFallbacks ? [] : fallbacks)], within)
    }
    const best = await champions(await readyOnes(), asked.needs, bearings.order)
    return best.length > 0 ? { candidates: best, errors: [] } : nobody(await noChampion())
  }

  async function noChampion(): Promise<GenerateError> {
    const { abilities, leastTokens } = asked.needs
    if (!(await readyOnes()).some((one) => one.auto)) {
      return new GenerateError({ kind: 'auth' }, await roster.nothingReady())
    }
    const wanted = [...abilities, ...(leastTokens > 0 ? [`a window of more than ${leastTokens} tokens`] : [])]
    return new GenerateError(
      { kind: 'invalid_request', field: 'model' },
      `No model that \`auto\` may choose can take this request (it needs ${wanted.join(', ')}). Name one: list_models shows which are ready.`,
    )
  }

  async function single(one: string): Promise<Route> {
    const slash = one.indexOf('/')
    const [provider, model] = [one.slice(0, Math.max(0, slash)), one.slice(slash + 1)]
    const names = await roster.names()
    const known = slash > 0 && (names.some((full) => full.startsWith(`${provider}/`)) || (await isReady(provider)))
    if (known) return find(provider, model)
    const serving = (await readyOnes()).filter(({ facts }) => facts.id === one)
    const [only] = serving
    if (only && serving.length === 1) return { candidates: [only], errors: [] }
    if (only) return nobody(ambiguous(one, serving.map(nameOf)))
    const [elsewhere] = names.filter((full) => full.slice(full.indexOf('/') + 1) === one)
    if (elsewhere) return find(elsewhere.slice(0, elsewhere.indexOf('/')), one)
    return slash > 0 ? find(provider, model) : nobody(unknown(one, names, policy))
  }

  async function isReady(provider: string): Promise<boolean> {
    return (await readyOnes()).some((one) => one.provider.id === provider)
  }

  async function find(provider: string, model: string): Promise<Route> {
    try {
      return { candidates: [await roster.find(provider, model, signal)], errors: [] }
    } catch (cause) {
      if (cause instanceof GenerateError && cause.failure.kind !== 'cancelled') return nobody(cause)
      throw cause
    }
  }

  const found = await of(name, [])
  const listed = Object.hasOwn(policy.aliases, name)
  return listed ? { ...found, candidates: await bearings.order(found.candidates) } : found
}

function nobody(error: GenerateError): Route {
  return { candidates: [], errors: [error] }
}

/** In order, each candidate once. */
function merged(found: readonly Route[]): Route {
  const byName = new Map(
    found
      .flatMap(({ candidates }) => candidates)
      .toReversed()
      .map((one) => [nameOf(one), one]),
  )
  return { candidates: [...byName.values()].toReversed(), errors: found.flatMap(({ errors }) => errors) }
}

function loop(names: readonly string[]): GenerateError {
  return new GenerateError(
    { kind: 'invalid_request', field: 'model' },
    `The aliases ${names.join(' -> ')} lead back to themselves. Mend \`models\` in showrunner.json.`,
  )
}

function ambiguous(model: string, full: readonly string[]): GenerateError {
  return new GenerateError(
    { kind: 'unknown_model', model, nearest: full },
    `More than one provider serves ${model}. Name one of ${full.join(', ')}.`,
  )
}

function unknown(model: string, names: readonly string[], policy: RoutingPolicy): GenerateError {
  const near = nearest(model, [...Object.keys(policy.aliases), 'auto', ...names], 3)
  const hint = near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'list_models shows what there is.'
  return new GenerateError({ kind: 'unknown_model', model, nearest: near }, `There is no model ${model}. ${hint}`)
}
