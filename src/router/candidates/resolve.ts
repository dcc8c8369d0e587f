import { GenerateError } from '../../contract/errors.ts'
import type { GenerateRequest } from '../../contract/generate.ts'
import type { Candidate, ModelRegistry, RoutingPolicy } from '../../contract/registry.ts'
import { formatCount } from '../../lib/text.ts'
import { candidateName, type NamedFailure } from '../format.ts'
import type { PromptSize } from '../metering/estimate-tokens.ts'
import { selectAutoCandidates } from './auto.ts'
import { resolveModel } from './model-name.ts'
import { filterCapable, type Requirements, requirementsOf } from './requirements.ts'

/** The candidates in order, and the errors of the names without one. */
export interface ResolvedCandidates {
  readonly candidates: readonly Candidate[]
  readonly failures: readonly NamedFailure[]
}

/** The sources of names: the registry, the aliases, and the order that the strategy gives now. */
export interface ResolverDeps {
  readonly registry: ModelRegistry
  readonly policy: RoutingPolicy
  order(candidates: readonly Candidate[]): Promise<readonly Candidate[]>
}

/**
 * The candidates of a request: its model, then its fallbacks, in their own order and each once. Candidates not known to be
 * able to take the request come last, those whose window is too small are left out with an error.
 *
 * Throws `GenerateError`: `unknown_model` for a `model` that does not exist, with the nearest names; `invalid_request` for
 * aliases that form a cycle. Other names without a candidate (a fallback whose provider is away or has no key) are passed
 * over, and their errors are kept.
 */
export async function resolveCandidates(
  deps: ResolverDeps,
  request: GenerateRequest,
  promptSize: PromptSize,
  signal: AbortSignal,
): Promise<ResolvedCandidates> {
  const requirements = requirementsOf(request, promptSize)
  const found: ResolvedCandidates[] = []
  for (const name of [request.model, ...(request.fallbacks ?? [])]) {
    const resolved = await resolveName(
      deps,
      name,
      { requirements, hasOwnFallbacks: request.fallbacks !== undefined },
      signal,
    )
    const [first] = resolved.failures
    const isModel = found.length === 0
    if (isModel && resolved.candidates.length === 0 && first?.error.failure.kind === 'unknown_model') throw first.error
    found.push(resolved)
  }
  const merged = mergeResolved(found)
  const capable = filterCapable(merged.candidates, requirements)
  return { candidates: capable.candidates, failures: [...merged.failures, ...capable.failures] }
}

export interface ResolveOptions {
  readonly requirements: Requirements
  /** True where the call names its own fallbacks, so that the default model's are not added. */
  readonly hasOwnFallbacks: boolean
}

/**
 * Resolves one name: an alias (aliases may nest), ordered as a whole by the strategy; `auto`, which is the alias of that
 * name, else the default model and its fallbacks, else the rule of `auto.ts`; or a model.
 */
export async function resolveName(
  deps: ResolverDeps,
  name: string,
  options: ResolveOptions,
  signal: AbortSignal,
): Promise<ResolvedCandidates> {
  const { registry, policy } = deps
  const aliases = new Map(Object.entries(policy.aliases))
  let readyOnce: Promise<readonly Candidate[]> | undefined
  const listReady = (): Promise<readonly Candidate[]> => {
    readyOnce ??= registry.listReady(signal)
    return readyOnce
  }
  const index = { registry, listReady, otherNames: ['auto', ...aliases.keys()] }

  async function resolve(one: string, aliasChain: readonly string[]): Promise<ResolvedCandidates> {
    const path = [...aliasChain, one]
    if (aliasChain.includes(one)) throw aliasLoopError(path)
    const alias = aliases.get(one)
    if (alias) return resolveAll(alias, path)
    if (one !== 'auto') return resolveModelOrProjectAlias(one, path)
    const { defaultModel, fallbacks } = policy
    if (defaultModel !== undefined && defaultModel !== 'auto') {
      const found = await resolveAll([defaultModel, ...(options.hasOwnFallbacks ? [] : fallbacks)], path)
      return { ...found, failures: found.failures.map((failure) => withSetting(failure, policy)) }
    }
    return captureFailure('auto', async () => {
      const selected = await selectAutoCandidates(await listReady(), options.requirements, deps.order)
      if (selected.length === 0) throw await noAutoCandidateError(registry, await listReady(), options.requirements)
      return selected
    })
  }

  /** An alias of an untrusted working directory is used only for a name that means nothing else. */
  async function resolveModelOrProjectAlias(one: string, path: readonly string[]): Promise<ResolvedCandidates> {
    const found = await captureFailure(one, () => resolveModel(one, index, signal).then((model) => [model]))
    const isUnknown = found.failures[0]?.error.failure.kind === 'unknown_model'
    const alias = isUnknown ? new Map(Object.entries(policy.projectAliases ?? {})).get(one) : undefined
    return alias ? resolveAll(alias, path) : found
  }

  async function resolveAll(names: readonly string[], path: readonly string[]): Promise<ResolvedCandidates> {
    const found: ResolvedCandidates[] = []
    for (const one of names) found.push(await resolve(one, path))
    return mergeResolved(found)
  }

  const found = await resolve(name, [])
  return aliases.has(name) ? { ...found, candidates: await deps.order(found.candidates) } : found
}

/** Keeps an error that is about this name only. */
async function captureFailure(name: string, find: () => Promise<readonly Candidate[]>): Promise<ResolvedCandidates> {
  try {
    return { candidates: await find(), failures: [] }
  } catch (error) {
    if (!(error instanceof GenerateError) || error.failure.kind === 'cancelled') throw error
    return { candidates: [], failures: [{ name, error }] }
  }
}

/** In order, each candidate once. */
function mergeResolved(found: readonly ResolvedCandidates[]): ResolvedCandidates {
  const byName = new Map<string, Candidate>()
  for (const one of found.flatMap(({ candidates }) => candidates)) {
    if (!byName.has(candidateName(one))) byName.set(candidateName(one), one)
  }
  return { candidates: [...byName.values()], failures: found.flatMap(({ failures: failed }) => failed) }
}

/** The error of a default model says which setting names it, because the caller named no model. */
function withSetting(
  { name, error }: NamedFailure,
  { defaultModel, defaultModelSetting }: RoutingPolicy,
): NamedFailure {
  if (name !== defaultModel || defaultModelSetting === undefined) return { name, error }
  const message = `${error.message} (${defaultModelSetting} names ${name}.)`
  return { name, error: new GenerateError(error.failure, message, { cause: error }) }
}

async function noAutoCandidateError(
  registry: ModelRegistry,
  ready: readonly Candidate[],
  requirements: Requirements,
): Promise<GenerateError> {
  if (!ready.some((one) => one.autoEligible))
    return new GenerateError({ kind: 'auth' }, await registry.explainNothingReady())
  const tokens = formatCount(requirements.minInputTokens)
  return new GenerateError(
    { kind: 'invalid_request', field: 'model' },
    `None of the ready models that \`auto\` may choose can take this request (${[...requirements.abilities, `a window of more than ${tokens} tokens`].join(', ')}). ` +
      'Name a model: list_models shows which are ready.',
  )
}

function aliasLoopError(names: readonly string[]): GenerateError {
  return new GenerateError(
    { kind: 'invalid_request', field: 'model' },
    `The aliases ${names.join(' -> ')} form a cycle. Fix \`models\` in showrunner.json.`,
  )
}
