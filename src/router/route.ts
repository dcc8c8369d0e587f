import { GenerateError } from '../contract/errors.ts'
import type { GenerateRequest } from '../contract/generate.ts'
import type { Candidate, Roster, RoutingPolicy } from '../contract/roster.ts'
import { champions } from './auto.ts'
import { lookUp } from './names.ts'
import { type Needs, needsOf, suitable } from './needs.ts'
import { type Failed, nameOf } from './words.ts'

/** Who may be asked, in order, and what became of the names that led to nobody. */
export interface Route {
  readonly candidates: readonly Candidate[]
  readonly failed: readonly Failed[]
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
 * Throws `GenerateError`: `unknown_model` for a name in the request that means nothing, with the nearest ones;
 * `invalid_request` for aliases that lead back to themselves. Any other name that leads to nobody (its provider has no
 * key) is passed over, and its error kept.
 */
export async function route(bearings: Bearings, request: GenerateRequest, signal: AbortSignal): Promise<Route> {
  const needs = needsOf(request)
  const found: Route[] = []
  for (const name of [request.model, ...(request.fallbacks ?? [])]) {
    const one = await meaning(bearings, name, { needs, ownFallbacks: request.fallbacks !== undefined }, signal)
    const [first] = one.failed
    if (one.candidates.length === 0 && first?.error.failure.kind === 'unknown_model') throw first.error
    found.push(one)
  }
  const all = merged(found)
  const fitting = suitable(all.candidates, needs)
  return { candidates: fitting.candidates, failed: [...all.failed, ...fitting.failed] }
}

export interface Asked {
  readonly needs: Needs
  /** True where the call names its own fallbacks: the default model's are not added then. */
  readonly ownFallbacks: boolean
}

/**
 * What one name means: an alias (they may nest), ordered as a whole by the strategy; `auto`, which is the alias of that
 * name, else the default model and its fallbacks, else the rule of `auto.ts`; or a model.
 */
export async function meaning(bearings: Bearings, name: string, asked: Asked, signal: AbortSignal): Promise<Route> {
  const { roster, policy } = bearings
  const aliases = new Map(Object.entries(policy.aliases))
  let once: Promise<readonly Candidate[]> | undefined
  const ready = (): Promise<readonly Candidate[]> => {
    once ??= roster.ready(signal)
    return once
  }
  const directory = { roster, ready, others: ['auto', ...aliases.keys()] }

  async function of(one: string, within: readonly string[]): Promise<Route> {
    const path = [...within, one]
    if (within.includes(one)) throw loop(path)
    const alias = aliases.get(one)
    if (alias) return all(alias, path)
    if (one !== 'auto') return settled(one, () => lookUp(one, directory, signal).then((found) => [found]))
    const { defaultModel, fallbacks } = policy
    if (defaultModel !== undefined && defaultModel !== 'auto') {
      return all([defaultModel, ...(asked.ownFallbacks ? [] : fallbacks)], path)
    }
    return settled('auto', async () => {
      const best = await champions(await ready(), asked.needs, bearings.order)
      if (best.length === 0) throw await noChampion(roster, await ready(), asked.needs)
      return best
    })
  }

  async function all(names: readonly string[], path: readonly string[]): Promise<Route> {
    const found: Route[] = []
    for (const one of names) found.push(await of(one, path))
    return merged(found)
  }

  const found = await of(name, [])
  return aliases.has(name) ? { ...found, candidates: await bearings.order(found.candidates) } : found
}

/** An error that is about this name only is kept with it. */
async function settled(name: string, find: () => Promise<readonly Candidate[]>): Promise<Route> {
  try {
    return { candidates: await find(), failed: [] }
  } catch (error) {
    if (!(error instanceof GenerateError) || error.failure.kind === 'cancelled') throw error
    return { candidates: [], failed: [{ name, error }] }
  }
}

/** In order, each candidate once. */
function merged(found: readonly Route[]): Route {
  const byName = new Map<string, Candidate>()
  for (const one of found.flatMap(({ candidates }) => candidates)) {
    if (!byName.has(nameOf(one))) byName.set(nameOf(one), one)
  }
  return { candidates: [...byName.values()], failed: found.flatMap(({ failed }) => failed) }
}

async function noChampion(roster: Roster, ready: readonly Candidate[], needs: Needs): Promise<GenerateError> {
  if (!ready.some((one) => one.auto)) return new GenerateError({ kind: 'auth' }, await roster.nothingReady())
  const tokens = needs.leastTokens.toLocaleString('en-US')
  return new GenerateError(
    { kind: 'invalid_request', field: 'model' },
    `None of the ready models that \`auto\` may choose can take this request (${[...needs.abilities, `a window of more than ${tokens} tokens`].join(', ')}). ` +
      'Name a model: list_models shows which are ready.',
  )
}

function loop(names: readonly string[]): GenerateError {
  return new GenerateError(
    { kind: 'invalid_request', field: 'model' },
    `The aliases ${names.join(' -> ')} lead back to themselves. Mend \`models\` in showrunner.json.`,
  )
}
