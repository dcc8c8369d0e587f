import { GenerateError } from '../../contract/errors.ts'
import { findNearestNames } from '../../contract/nearest.ts'
import type { Candidate, ModelRegistry } from '../../contract/registry.ts'
import { candidateName } from '../format.ts'

/** What a name is looked up in. */
export interface ModelIndex {
  readonly registry: ModelRegistry
  /** `roster.ready`, asked once a call. */
  listReady(): Promise<readonly Candidate[]>
  /** Names that are no models: the aliases and `auto`. Only to offer the nearest. */
  readonly otherNames: readonly string[]
}

/**
 * The one candidate that a model's name means: `provider/model`, where the model's own id may hold slashes and colons,
 * or the bare id of a model that only one ready provider serves.
 *
 * Throws `GenerateError`: `unknown_model` with the nearest names, or with the full ones where there is more than one;
 * and what `roster.find` throws.
 */
export async function resolveModel(name: string, index: ModelIndex, signal: AbortSignal): Promise<Candidate> {
  const { registry, listReady } = index
  const fullName = splitAtProvider(name)
  const found =
    fullName && (await registry.findModel(fullName.provider, fullName.model, signal).catch(catchUnknownModel))
  if (found && !(found instanceof GenerateError)) return found

  const servedBy = (await listReady()).filter(({ facts, byFullNameOnly }) => facts.id === name && !byFullNameOnly)
  const [only] = servedBy
  if (only && servedBy.length === 1) return only
  if (only) throw ambiguousNameError(name, servedBy.map(candidateName))
  const names = await registry.listNames()
  const notReady = names.map(splitAtProvider).find((one) => one?.model === name)
  // Known, but nobody who serves it is ready: the roster says what would make it so.
  if (notReady) return registry.findModel(notReady.provider, notReady.model, signal)
  throw found ?? unknownModelError(name, [...index.otherNames, ...names])
}

function catchUnknownModel(cause: unknown): GenerateError {
  if (cause instanceof GenerateError && cause.failure.kind === 'unknown_model') return cause
  throw cause
}

interface FullName {
  readonly provider: string
  readonly model: string
}

function splitAtProvider(name: string): FullName | undefined {
  const slash = name.indexOf('/')
  return slash > 0 ? { provider: name.slice(0, slash), model: name.slice(slash + 1) } : undefined
}

function ambiguousNameError(model: string, fullNames: readonly string[]): GenerateError {
  return new GenerateError(
    { kind: 'unknown_model', model, nearest: fullNames },
    `More than one provider serves ${model}. Name one of ${fullNames.join(', ')}.`,
  )
}

function unknownModelError(model: string, names: readonly string[]): GenerateError {
  const near = findNearestNames(model, names, 3)
  const hint = near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'list_models shows what there is.'
  return new GenerateError({ kind: 'unknown_model', model, nearest: near }, `There is no model ${model}. ${hint}`)
}
