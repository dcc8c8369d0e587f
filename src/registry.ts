import { resolveProviders } from './config/accounts.ts'
import { mayUseAddress } from './config/environment.ts'
import type { Settings } from './config/index.ts'
import { GenerateError } from './contract/errors.ts'
import { findNearestNames } from './contract/nearest.ts'
import { FREE } from './contract/price.ts'
import type { Catalog, LiveModel, ModelFacts, Provider } from './contract/provider.ts'
import type { Candidate, ModelRegistry } from './contract/registry.ts'
import type { World } from './contract/world.ts'
import type { Account } from './providers/account.ts'
import { createProvider } from './providers/index.ts'
import { createEngineFinder, type LocalEngine } from './providers/local-engines.ts'
import { mergeVendors } from './providers/vendors.ts'

/** Everyone there is, ready or not: the catalog, the configuration, the keys and the local engines, joined at first need. */
export interface ProviderRegistry extends ModelRegistry {
  /** Every provider with its models, for people: the ready ones first. */
  list(signal: AbortSignal): Promise<readonly ProviderInfo[]>
}

export interface ProviderInfo {
  readonly id: string
  readonly name: string
  /** Undefined: not ready, and `fix` says what would make it so. */
  readonly provider: Provider | undefined
  readonly fix: string | undefined
  readonly local: boolean
  /** May `auto` choose it? */
  readonly auto: boolean
  readonly models: () => readonly ModelFacts[]
}

/** How long a live answer of `GET /models` is believed. */
const LIVE_MODELS_TTL_MS = 300_000

export function createProviderRegistry(deps: {
  readonly world: World
  readonly settings: Settings
  readonly catalog: () => Promise<Catalog>
}): ProviderRegistry {
  const { world, settings } = deps
  const engines = createEngineFinder(world)
  const withPrice = createPricing(settings)
  const understudy = createUnderstudy(world)
  const engineProviders = new Map<string, Provider>()
  const liveModelsCache = new Map<string, { readonly at: number; readonly models: Promise<readonly LiveModel[]> }>()
  let hostedPromise: Promise<readonly ProviderInfo[]> | undefined

  /** Once a process: keys and addresses do not change while it runs. */
  function listHosted(): Promise<readonly ProviderInfo[]> {
    hostedPromise ??= deps.catalog().then((catalog) => resolveHosted(catalog, settings, world))
    return hostedPromise
  }

  async function list(signal: AbortSignal): Promise<readonly ProviderInfo[]> {
    const hosted = await listHosted()
    const local = await listLocalEngines(hosted, signal)
    const localIds = new Set(local.map((info) => info.id))
    const all = [...hosted.filter((info) => !localIds.has(info.id)), ...local, understudy]
    return all.sort((a, b) => Number(!a.provider) - Number(!b.provider))
  }

  async function listLocalEngines(
    hosted: readonly ProviderInfo[],
    signal: AbortSignal,
  ): Promise<readonly ProviderInfo[]> {
    const host = settings.env.get('OLLAMA_HOST')
    const found = await engines.find({
      ...(host && mayUseAddress(host, undefined) && { ollamaHost: host.value }),
      signal,
    })
    const ready = new Set(hosted.filter((info) => info.provider).map((member) => member.id))
    return found.filter(({ account }) => !ready.has(account.id)).map(engineInfo)
  }

  function engineInfo({ account, name, models }: LocalEngine): ProviderInfo {
    const provider = engineProviders.get(account.id) ?? createProvider(account, { world, facts: () => undefined })
    engineProviders.set(account.id, provider)
    const facts = models.map((model) => withPrice(account.id, toModelFacts(model, 'the engine itself'), true))
    return { id: account.id, name, provider, fix: undefined, local: true, auto: true, models: () => facts }
  }

  async function find(provider: string, model: string, signal: AbortSignal): Promise<Candidate> {
    // Local engines are looked for only where the provider is nobody else: that may take 300 ms.
    const hosted = [...(await listHosted()), understudy].find((one) => one.id === provider)
    const info = hosted?.provider
      ? hosted
      : ((await listLocalEngines([], signal)).find((one) => one.id === provider) ?? hosted)
    if (!info) throw unknownModelError(`${provider}/${model}`, await list(signal))
    if (!info.provider) throw notReadyError(info, model)
    const facts =
      info.models().find((one) => one.id === model) ?? (await findLiveModel(info, info.provider, model, signal))
    if (!facts) throw unknownModelError(`${provider}/${model}`, await list(signal))
    return toCandidate(info, info.provider, facts)
  }

  /** A model newer than the catalog: taken if the provider itself lists it. */
  async function findLiveModel(
    info: ProviderInfo,
    provider: Provider,
    model: string,
    signal: AbortSignal,
  ): Promise<ModelFacts | undefined> {
    const models = await liveModels(provider, signal).catch(() => [])
    const listed = models.find((one) => one.id === model)
    return listed && withPrice(info.id, toModelFacts(listed, 'the provider itself'), info.local)
  }

  /** Asks a provider what its key can see, at most once in five minutes; a failure is asked again the next time. */
  function liveModels(provider: Provider, signal: AbortSignal): Promise<readonly LiveModel[]> {
    const known = liveModelsCache.get(provider.id)
    if (known && world.now() - known.at < LIVE_MODELS_TTL_MS) return known.models
    const models = provider.listModels(signal)
    liveModelsCache.set(provider.id, { at: world.now(), models })
    models.catch(() => liveModelsCache.delete(provider.id))
    return models
  }

  return {
    list,
    findModel: find,
    listReady: async (signal) => (await list(signal)).flatMap(toCandidates),
    listNames: async () => listModelNames(await list(new AbortController().signal)),
    explainNothingReady: async () => nothingReadyMessage(settings, (await listHosted()).length),
  }
}

function resolveHosted(catalog: Catalog, settings: Settings, world: World): readonly ProviderInfo[] {
  const withPrice = createPricing(settings)
  return resolveProviders(settings, mergeVendors(catalog.vendors)).map((known): ProviderInfo => {
    const { id, name, account, fix, auto } = known
    const local = account?.local === true
    const configuredIds = new Set(known.models)
    const facts = (model: string): ModelFacts | undefined => catalog.model(id, model, world.now())
    const models = memoizeDaily(world, () => {
      const listed = known.onlyListedModels
        ? []
        : catalog.models(id, world.now()).filter((one) => !configuredIds.has(one.id))
      const named = known.models.map((model) => facts(model) ?? minimalFacts(model, 'config'))
      return [...named, ...listed].map((one) => withPrice(id, one, local))
    })
    return { id, name, fix, auto, local, models, provider: account && openProvider(account) }

    function openProvider(account: Account): Provider {
      return createProvider(account, { world, facts })
    }
  })
}

function createUnderstudy(world: World): ProviderInfo {
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
  return {
    id: 'rehearsal',
    name: 'Rehearsal',
    provider,
    fix: undefined,
    local: true,
    auto: false,
    models: () => [facts],
  }
}

/** The price of the configuration first, then nothing for what runs here, then the catalog's. */
function createPricing({ prices }: Settings): (provider: string, facts: ModelFacts, local: boolean) => ModelFacts {
  return (provider, facts, local) => {
    const price = prices.get(`${provider}/${facts.id}`) ?? (local ? FREE : facts.price)
    return price ? { ...facts, price } : facts
  }
}

/** Made when first asked for, and again on another UTC day: prices change with the day. */
function memoizeDaily<T>(world: World, make: () => T): () => T {
  let cached: { readonly day: number; readonly made: T } | undefined
  return () => {
    const day = Math.floor(world.now() / 86_400_000)
    if (cached?.day !== day) cached = { day, made: make() }
    return cached.made
  }
}

function toCandidates(info: ProviderInfo): readonly Candidate[] {
  const { provider } = info
  return provider ? info.models().map((facts) => toCandidate(info, provider, facts)) : []
}

function toCandidate({ local, auto }: ProviderInfo, provider: Provider, facts: ModelFacts): Candidate {
  return { provider, facts, local, autoEligible: auto }
}

function toModelFacts({ id, contextTokens }: LiveModel, source: string): ModelFacts {
  return { ...minimalFacts(id, source), ...(contextTokens !== undefined && { contextTokens }) }
}

function minimalFacts(id: string, source: string): ModelFacts {
  return { id, name: id, abilities: ['text'], source }
}

function listModelNames(members: readonly ProviderInfo[]): readonly string[] {
  return members.flatMap((info) => info.models().map((facts) => `${info.id}/${facts.id}`))
}

function unknownModelError(model: string, members: readonly ProviderInfo[]): GenerateError {
  const near = findNearestNames(model, listModelNames(members), 3)
  const hint = near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'list_models shows what there is.'
  return new GenerateError({ kind: 'unknown_model', model, nearest: near }, `There is no model ${model}. ${hint}`)
}

function notReadyError({ name, id, fix }: ProviderInfo, model: string): GenerateError {
  return new GenerateError(
    { kind: 'auth' },
    `${name} is not ready, so ${id}/${model} cannot be asked. ${fix} Then restart Showrunner, or name another model.`,
  )
}

function nothingReadyMessage({ searchedSources, file }: Settings, count: number): string {
  const places = [...searchedSources, ...(file ? [file.path] : [])].join(', ')
  return (
    `No model can be asked yet. Showrunner looked in ${places} for a key of one of ${count} providers (OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, OPENROUTER_API_KEY and so on), ` +
    'and on this machine for a local engine (Ollama, LM Studio, llama.cpp, vLLM) on its usual port, and found neither. ' +
    'To go on, put one key into the `env` of this server in your client’s settings and restart it, or start a local engine. ' +
    'To see how everything works first, name the model `rehearsal/understudy`: it needs no key, costs nothing and writes placeholder text.'
  )
}
