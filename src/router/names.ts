import { GenerateError } from '../contract/errors.ts'
import { nearest } from '../contract/nearest.ts'
import type { Candidate, Roster } from '../contract/roster.ts'
import { nameOf } from './words.ts'

/** What a name is looked up in. */
export interface Directory {
  readonly roster: Roster
  /** `roster.ready`, asked once a call. */
  ready(): Promise<readonly Candidate[]>
  /** Names that are no models: the aliases and `auto`. Only to offer the nearest. */
  readonly others: readonly string[]
}

/**
 * The one candidate that a model's name means: `provider/model`, where the model's own id may hold slashes and colons,
 * or the bare id of a model that only one ready provider serves.
 *
 * Throws `GenerateError`: `unknown_model` with the nearest names, or with the full ones where there is more than one;
 * and what `roster.find` throws.
 */
export async function lookUp(name: string, directory: Directory, signal: AbortSignal): Promise<Candidate> {
  const { roster, ready } = directory
  const full = splitAtProvider(name)
  const found = full && (await roster.find(full.provider, full.model, signal).catch(unlessUnknown))
  if (found && !(found instanceof GenerateError)) return found

  const serving = (await ready()).filter(({ facts }) => facts.id === name)
  const [only] = serving
  if (only && serving.length === 1) return only
  if (only) throw ambiguous(name, serving.map(nameOf))
  const names = await roster.names()
  const elsewhere = names.map(splitAtProvider).find((one) => one?.model === name)
  // Known, but nobody who serves it is ready: the roster says what would make it so.
  if (elsewhere) return roster.find(elsewhere.provider, elsewhere.model, signal)
  throw found ?? unknown(name, [...directory.others, ...names])
}

function unlessUnknown(cause: unknown): GenerateError {
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

function ambiguous(model: string, full: readonly string[]): GenerateError {
  return new GenerateError(
    { kind: 'unknown_model', model, nearest: full },
    `More than one provider serves ${model}. Name one of ${full.join(', ')}.`,
  )
}

function unknown(model: string, names: readonly string[]): GenerateError {
  const near = nearest(model, names, 3)
  const hint = near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'list_models shows what there is.'
  return new GenerateError({ kind: 'unknown_model', model, nearest: near }, `There is no model ${model}. ${hint}`)
}
