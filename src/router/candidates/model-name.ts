import { GenerateError } from '../../contract/errors.ts'
import { unknownModelError } from '../../contract/nearest.ts'
import type { Candidate, ModelRegistry } from '../../contract/registry.ts'
import { candidateName } from '../format.ts'

/** The sources in which a name is looked up. */
export interface ModelIndex {
  readonly registry: ModelRegistry
  /** `registry.listReady`, asked once a call. */
  listReady(): Promise<readonly Candidate[]>
  /** Names of aliases, and `auto`: offered as the nearest. */
  readonly otherNames: readonly string[]
}

/**
 * The candidate of a model's name: `provider/model`, where the model's own id may hold slashes and colons, or the bare id
 * of a model that only one ready provider serves. Blanks around the name, and capitals in the provider's, do not count.
 *
 * Throws `GenerateError`: `unknown_model` with the nearest names, or with the full ones where several providers serve the
 * model; and the errors of `registry.findModel`.
 */
export async function resolveModel(written: string, index: ModelIndex, signal: AbortSignal): Promise<Candidate> {
  const name = written.trim()
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
  // The model is known but no provider of it is ready: the registry's error says how to make one ready.
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
  return slash > 0
    ? { provider: name.slice(0, slash).trim().toLowerCase(), model: name.slice(slash + 1).trim() }
    : undefined
}

function ambiguousNameError(model: string, fullNames: readonly string[]): GenerateError {
  return new GenerateError(
    { kind: 'unknown_model', model, nearest: fullNames },
    `More than one provider serves ${model}. Name one of ${fullNames.join(', ')}.`,
  )
}
