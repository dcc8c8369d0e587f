import { createPricing } from '../config/pricing.ts'
import { unknownModelError } from '../contract/nearest.ts'
import type { Candidate, ModelRegistry } from '../contract/registry.ts'
import { isEngineKind } from '../providers/local-engines.ts'
import { orderByMaker } from '../providers/makers.ts'
import { createEngineList, createUnderstudy } from './engines.ts'
import { nothingReadyMessage, notReadyError, silentEngineError } from './errors.ts'
import { type RegistryDeps, resolveHosted } from './hosted.ts'
import { createLiveModels } from './live-models.ts'
import { listModelNames, type ProviderInfo, toCandidate, toCandidates } from './provider-info.ts'

export type { ProviderInfo } from './provider-info.ts'

/** Every provider, ready or not: the catalog, the configuration, the keys and the local engines, joined at first need. */
export interface ProviderRegistry extends ModelRegistry {
  /** Every provider with its models, for people: the ready ones first. */
  list(signal: AbortSignal): Promise<readonly ProviderInfo[]>
}

export function createProviderRegistry(deps: RegistryDeps): ProviderRegistry {
  const { world, settings } = deps
  const withPrice = createPricing(settings)
  const understudy = createUnderstudy(world)
  const engines = createEngineList(world, settings, withPrice)
  const liveModels = createLiveModels(world, withPrice)
  let hostedPromise: Promise<readonly ProviderInfo[]> | undefined

  /** Once a process, because keys and addresses do not change while it runs. */
  function listHosted(): Promise<readonly ProviderInfo[]> {
    hostedPromise ??= deps.catalog().then((catalog) => resolveHosted(catalog, deps, withPrice))
    return hostedPromise
  }

  async function list(signal: AbortSignal): Promise<readonly ProviderInfo[]> {
    const hosted = await listHosted()
    const local = await engines.list(hosted, signal)
    const localIds = new Set(local.map((info) => info.id))
    const shown = await Promise.all(
      hosted.filter((info) => !localIds.has(info.id)).map((info) => liveModels.atForeignAddress(info, signal)),
    )
    return [...shown, ...local, understudy].sort((a, b) => Number(!a.provider) - Number(!b.provider))
  }

  async function find(provider: string, model: string, signal: AbortSignal): Promise<Candidate> {
    // Local engines are only looked for where no other provider has the name, because that may take 300 ms.
    const hosted = [...(await listHosted()), understudy].find((one) => one.id === provider)
    const info = hosted?.provider
      ? hosted
      : ((await engines.list([], signal, provider)).find((one) => one.id === provider) ?? hosted)
    if (!info && isEngineKind(provider)) throw silentEngineError(provider, engines.ollamaAddress)
    if (!info) throw unknownModelError(`${provider}/${model}`, orderByMaker(listModelNames(await list(signal))))
    if (!info.provider) throw notReadyError(info, model, await listHosted())
    const facts =
      info.models().find((one) => one.id === model || (info.id === 'ollama' && one.id === `${model}:latest`)) ??
      info.findVariant?.(model) ??
      (await liveModels.find(info, info.provider, model, signal))
    if (!facts) throw unknownModelError(`${provider}/${model}`, orderByMaker(listModelNames(await list(signal))))
    return toCandidate(info, info.provider, facts)
  }

  return {
    list,
    findModel: find,
    listReady: async (signal) => (await list(signal)).flatMap(toCandidates),
    async listNames() {
      const providers = await list(new AbortController().signal)
      // No bare name may resolve to a provider that an untrusted file added.
      return orderByMaker(listModelNames(providers.filter(({ fromProject }) => !fromProject)))
    },
    explainNothingReady: async () => nothingReadyMessage(settings, await listHosted()),
  }
}
