import type { ModelFacts, Provider } from '../contract/provider.ts'
import type { Candidate } from '../contract/registry.ts'

/** A provider as people and the router see it. */
export interface ProviderInfo {
  readonly id: string
  readonly name: string
  /** Undefined: not ready, and `fix` says what would make it so. */
  readonly provider: Provider | undefined
  readonly fix: string | undefined
  readonly local: boolean
  /** May `auto` choose it? */
  readonly auto: boolean
  /** True where a file that is not trusted added it. */
  readonly fromProject?: boolean
  readonly hasKey?: boolean
  /** The host of an address that is not the vendor's own. */
  readonly foreignHost?: string
  readonly models: () => readonly ModelFacts[]
  /** The facts of a model that is not listed because it is a variant of one that is (`:nitro` of OpenRouter). */
  readonly findVariant?: (model: string) => ModelFacts | undefined
}

/** The models of a provider that is ready. */
export function toCandidates(info: ProviderInfo): readonly Candidate[] {
  const { provider } = info
  return provider ? info.models().map((facts) => toCandidate(info, provider, facts)) : []
}

export function toCandidate(
  { local, auto, fromProject }: ProviderInfo,
  provider: Provider,
  facts: ModelFacts,
): Candidate {
  return { provider, facts, local, autoEligible: auto, ...(fromProject && { byFullNameOnly: true }) }
}

export function listModelNames(providers: readonly ProviderInfo[]): readonly string[] {
  return providers.flatMap((info) => info.models().map((facts) => `${info.id}/${facts.id}`))
}
