import type { Pricing } from '../config/pricing.ts'
import type { LiveModel, ModelFacts, Provider } from '../contract/provider.ts'
import type { World } from '../contract/world.ts'
import { withTimeout } from '../lib/abort.ts'
import { toModelFacts } from './model-facts.ts'
import type { ProviderInfo } from './provider-info.ts'

/** How long a live answer of `GET /models` is believed. */
const LIVE_MODELS_TTL_MS = 300_000
/** How long a list waits for the models of an address that is not the vendor's own. */
const FOREIGN_MODELS_TIMEOUT_MS = 3_000

/** Models that providers list themselves. Each is asked at most once in five minutes; a failure is asked again. */
export interface LiveModels {
  /**
   * The provider with the models that its address lists, where that is not the vendor's own address. An address that
   * lists none keeps the vendor's models. Throws the signal's reason.
   */
  atForeignAddress(info: ProviderInfo, signal: AbortSignal): Promise<ProviderInfo>
  /** A model that is newer than the catalog; undefined where the provider does not list it either. */
  find(info: ProviderInfo, provider: Provider, model: string, signal: AbortSignal): Promise<ModelFacts | undefined>
}

export function createLiveModels(world: World, withPrice: Pricing): LiveModels {
  const cache = new Map<string, { readonly at: number; readonly models: Promise<readonly LiveModel[]> }>()

  function list(provider: Provider, signal: AbortSignal): Promise<readonly LiveModel[]> {
    const known = cache.get(provider.id)
    if (known && world.now() - known.at < LIVE_MODELS_TTL_MS) return known.models
    const models = provider.listModels(signal)
    cache.set(provider.id, { at: world.now(), models })
    models.catch(() => cache.delete(provider.id))
    return models
  }

  return {
    async atForeignAddress(info, signal) {
      const { provider, foreignHost } = info
      if (!provider || foreignHost === undefined) return info
      const live = await withTimeout(
        world,
        FOREIGN_MODELS_TIMEOUT_MS,
        (limited) => list(provider, limited),
        signal,
      ).catch(() => [])
      signal.throwIfAborted()
      if (live.length === 0) return info
      const known = new Map(info.models().map((facts) => [facts.id, facts]))
      const models = live.map((one) => known.get(one.id) ?? withPrice(info, toModelFacts(one, foreignHost)))
      return { ...info, models: () => models }
    },
    async find(info, provider, model, signal) {
      const models = await list(provider, signal).catch(() => [])
      const listed = models.find((one) => one.id === model)
      return listed && withPrice(info, toModelFacts(listed, 'the provider itself'))
    },
  }
}
