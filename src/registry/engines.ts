import type { Settings } from '../config/index.ts'
import { howToTrust } from '../config/layers.ts'
import type { Pricing } from '../config/pricing.ts'
import { isLoopback } from '../config/values.ts'
import { FREE } from '../contract/price.ts'
import type { ModelFacts, Provider } from '../contract/provider.ts'
import type { World } from '../contract/world.ts'
import { createProvider } from '../providers/index.ts'
import { createEngineFinder, type LocalEngine, parseOllamaHost } from '../providers/local-engines.ts'
import { toModelFacts } from './model-facts.ts'
import type { ProviderInfo } from './provider-info.ts'

/** The engines of this machine as providers. An address that an untrusted file gives to Ollama must be on this machine. */
export function createEngineList(world: World, settings: Settings, withPrice: Pricing) {
  const finder = createEngineFinder(world)
  const providers = new Map<string, Provider>()
  const host = settings.env.get('OLLAMA_HOST') ?? settings.env.get('OLLAMA_BASE_URL')
  const foreign =
    host && !host.trusted && !isLoopback(host.value) ? host : host ? undefined : settings.env.refused('OLLAMA_BASE_URL')

  function toInfo({ account, name, models }: LocalEngine): ProviderInfo {
    const provider = providers.get(account.id) ?? createProvider(account, { world, facts: () => undefined })
    providers.set(account.id, provider)
    const owner = { id: account.id, local: account.local === true }
    const facts = models.map((model) => withPrice(owner, toModelFacts(model, 'the engine itself')))
    return { ...owner, name, provider, fix: undefined, auto: true, models: () => facts }
  }

  return {
    ollamaAddress: parseOllamaHost(host && !foreign ? host.value : ''),
    /** `named`: the provider that a call names, which gets more time to answer. */
    async list(hosted: readonly ProviderInfo[], signal: AbortSignal, named?: string): Promise<readonly ProviderInfo[]> {
      const ollamaHost = host && !foreign ? { ollamaHost: host.value } : {}
      const found = await finder.find({ ...ollamaHost, ...(named !== undefined && { named }), signal })
      const ready = new Set(hosted.filter((info) => info.provider).map((info) => info.id))
      const usable = found.filter(({ account }) => !ready.has(account.id) && !(foreign && account.id === 'ollama'))
      return [...usable.map(toInfo), ...(foreign ? [refusedOllama(foreign.origin)] : [])]
    },
  }
}

function refusedOllama(origin: string): ProviderInfo {
  return {
    id: 'ollama',
    name: 'Ollama',
    provider: undefined,
    fix: `Its address comes from ${origin}, which is not trusted, and is not on this machine. ${howToTrust(origin)}`,
    local: true,
    auto: false,
    models: () => [],
  }
}

/** The built-in writer of placeholder text, as a provider. */
export function createUnderstudy(world: World): ProviderInfo {
  const facts: ModelFacts = {
    id: 'understudy',
    name: 'Understudy (placeholder text, no model)',
    abilities: ['text', 'json'],
    contextTokens: 1_000_000,
    maxOutputTokens: 65_536,
    price: FREE,
    source: 'built in',
  }
  const provider = createProvider({ id: 'rehearsal', wire: 'rehearsal', baseUrl: '' }, { world, facts: () => facts })
  const own = { id: 'rehearsal', name: 'Rehearsal', provider, fix: undefined, local: true, auto: false }
  return { ...own, models: () => [facts] }
}
