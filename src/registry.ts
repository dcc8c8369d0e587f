import { resolveProviders } from './config/accounts.ts'
import type { Settings } from './config/index.ts'
import type { KnownProvider } from './config/known-provider.ts'
import { howToTrust } from './config/layers.ts'
import { createPricing, findRefusedPrices, type Pricing } from './config/pricing.ts'
import { findUnmatched } from './config/unmatched.ts'
import { isLoopback } from './config/values.ts'
import { GenerateError } from './contract/errors.ts'
import { unknownModelError } from './contract/nearest.ts'
import { FREE } from './contract/price.ts'
import type { Catalog, LiveModel, ModelFacts, Provider } from './contract/provider.ts'
import type { Candidate, ModelRegistry } from './contract/registry.ts'
import type { World } from './contract/world.ts'
import { withTimeout } from './lib/abort.ts'
import { countOf } from './lib/text.ts'
import type { Account } from './providers/account.ts'
import { createProvider } from './providers/index.ts'
import {
  createEngineFinder,
  type EngineKind,
  engineName,
  isEngineKind,
  type LocalEngine,
  parseOllamaHost,
} from './providers/local-engines.ts'
import { orderByMaker } from './providers/makers.ts'
import { mergeVendors } from './providers/vendors.ts'

/** Every provider, ready or not: the catalog, the configuration, the keys and the local engines, joined at first need. */
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
  /** True where a file that is not trusted added it. */
  readonly fromProject?: boolean
  readonly hasKey?: boolean
  /** The host of an address that is not the vendor's own. */
  readonly foreignHost?: string
  readonly models: () => readonly ModelFacts[]
  /** The facts of a model that is not listed because it is a variant of one that is (`:nitro` of OpenRouter). */
  readonly findVariant?: (model: string) => ModelFacts | undefined
}

export interface RegistryDeps {
  readonly world: World
  readonly settings: Settings
  readonly catalog: () => Promise<Catalog>
  /** Called once for each setting that turns out to have no effect, with a sentence for people. */
  readonly warn?: (message: string) => void
  /** Called with the keys of all accounts, before any of them is used. */
  readonly addSecrets?: (keys: readonly (string | undefined)[]) => void
}

/** How long a live answer of `GET /models` is believed. */
const LIVE_MODELS_TTL_MS = 300_000
/** How long a list waits for the models of an address that is not the vendor's own. */
const FOREIGN_MODELS_TIMEOUT_MS = 3_000

export function createProviderRegistry(deps: RegistryDeps): ProviderRegistry {
  const { world, settings } = deps
  const withPrice = createPricing(settings)
  const understudy = createUnderstudy(world)
  const engines = createEngineList(world, settings, withPrice)
  const liveModels = createLiveModels(world)
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
      hosted.filter((info) => !localIds.has(info.id)).map((info) => withForeignModels(info, signal)),
    )
    return [...shown, ...local, understudy].sort((a, b) => Number(!a.provider) - Number(!b.provider))
  }

  /** At another address than the vendor's own, the models are those that the address itself lists, if it lists any. */
  async function withForeignModels(info: ProviderInfo, signal: AbortSignal): Promise<ProviderInfo> {
    const { provider, foreignHost } = info
    if (!provider || foreignHost === undefined) return info
    const live = await withTimeout(world, FOREIGN_MODELS_TIMEOUT_MS, () => liveModels(provider, signal), signal).catch(
      () => [],
    )
    signal.throwIfAborted()
    if (live.length === 0) return info
    const known = new Map(info.models().map((facts) => [facts.id, facts]))
    const models = live.map((one) => known.get(one.id) ?? withPrice(info, toModelFacts(one, foreignHost)))
    return { ...info, models: () => models }
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
      (await findLiveModel(info, info.provider, model, signal))
    if (!facts) throw unknownModelError(`${provider}/${model}`, orderByMaker(listModelNames(await list(signal))))
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
    return listed && withPrice(info, toModelFacts(listed, 'the provider itself'))
  }

  return {
    list,
    findModel: find,
    listReady: async (signal) => (await list(signal)).flatMap(toCandidates),
    listNames: async () => orderByMaker(listModelNames(await list(new AbortController().signal))),
    explainNothingReady: async () => nothingReadyMessage(settings, await listHosted()),
  }
}

/** Asks a provider which models its key can use, at most once in five minutes; a failure is asked again the next time. */
function createLiveModels(world: World): (provider: Provider, signal: AbortSignal) => Promise<readonly LiveModel[]> {
  const cache = new Map<string, { readonly at: number; readonly models: Promise<readonly LiveModel[]> }>()
  return (provider, signal) => {
    const known = cache.get(provider.id)
    if (known && world.now() - known.at < LIVE_MODELS_TTL_MS) return known.models
    const models = provider.listModels(signal)
    cache.set(provider.id, { at: world.now(), models })
    models.catch(() => cache.delete(provider.id))
    return models
  }
}

/** The engines of this machine as providers. An address that an untrusted file gives to Ollama must be on this machine. */
function createEngineList(world: World, settings: Settings, withPrice: Pricing) {
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

function silentEngineError(kind: EngineKind, ollamaAddress: string): GenerateError {
  const where = kind === 'ollama' ? ` at ${ollamaAddress}` : ' at its usual port'
  const check = kind === 'ollama' ? ', or check OLLAMA_HOST' : ''
  return new GenerateError(
    { kind: 'unreachable', sent: false },
    `${engineName(kind)} does not answer${where}: start it${check}, or name a model of another provider.`,
  )
}

function refusedOllama(origin: string): ProviderInfo {
  return {
    id: 'ollama',
    name: 'Ollama',
    provider: undefined,
    fix: `Its address stands in ${origin}, which is not trusted, and is not on this machine. ${howToTrust(origin)}`,
    local: true,
    auto: false,
    models: () => [],
  }
}

function resolveHosted(
  catalog: Catalog,
  { settings, world, warn = () => {}, addSecrets = () => {} }: RegistryDeps,
  withPrice: Pricing,
): readonly ProviderInfo[] {
  const known = resolveProviders(settings, mergeVendors(catalog.vendors))
  addSecrets(known.map(({ account }) => account?.key))
  const ids = new Set([...known.map(({ id }) => id), 'rehearsal', 'ollama', 'lmstudio', 'llamacpp', 'vllm'])
  const warnings = [
    ...findUnmatched(settings, ids),
    ...findRefusedPrices(settings, catalog, world.now()),
    ...known.flatMap((one) => describeProject(settings, one)),
    ...known.flatMap(({ name, foreignHost }) => (foreignHost === undefined ? [] : [foreignAddress(name, foreignHost)])),
  ]
  for (const warning of warnings) warn(warning)
  return known.map((one) => toHostedInfo(one, catalog, world, withPrice))
}

/** A known vendor that an untrusted file gives an address or a key, which is not taken. */
function describeProject({ projectProviders }: Settings, { id, name, account, fromProject }: KnownProvider): string[] {
  const project = projectProviders[id]
  if (!project || fromProject) return []
  const keys = Object.keys(project.value).map((key) => `providers.${id}.${key}`)
  const state = account ? '' : ` ${name} is not ready while they stand there.`
  return [
    `Not taken from ${project.origin}, because that file is not trusted: ${keys.join(', ')}.${state} ${howToTrust(project.origin)}`,
  ]
}

function foreignAddress(name: string, host: string): string {
  return `${name} is asked at ${host}, which is not its own address: the models are those that ${host} lists, and their prices are ${name}'s, which may not be what ${host} charges.`
}

function toHostedInfo(known: KnownProvider, catalog: Catalog, world: World, withPrice: Pricing): ProviderInfo {
  const { id, name, account, fix, auto, fromProject, foreignHost } = known
  const owner = {
    id,
    local: account?.local === true,
    hasKey: account?.key !== undefined,
    ...(fromProject && { fromProject }),
  }
  const configuredIds = new Set(known.models)
  const facts = (model: string): ModelFacts | undefined => catalog.model(id, model, world.now())
  const models = memoizeDaily(world, () => {
    const listed = known.onlyListedModels
      ? []
      : catalog.models(id, world.now()).filter((one) => !configuredIds.has(one.id))
    const named = known.models.map((model) => facts(model) ?? minimalFacts(model, 'config'))
    return [...named, ...listed].map((one) => withPrice(owner, one))
  })
  const openProvider = (one: Account): Provider => createProvider(one, { world, facts })
  return {
    ...owner,
    name,
    fix,
    auto,
    models,
    provider: account && openProvider(account),
    findVariant(model) {
      const variant = known.onlyListedModels ? undefined : facts(model)
      return variant && withPrice(owner, variant)
    },
    ...(foreignHost !== undefined && { foreignHost }),
  }
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
  const own = { id: 'rehearsal', name: 'Rehearsal', provider, fix: undefined, local: true, auto: false }
  return { ...own, models: () => [facts] }
}

/** Made when first asked for, and again on another UTC day, because prices change with the day. */
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

function toCandidate({ local, auto, fromProject }: ProviderInfo, provider: Provider, facts: ModelFacts): Candidate {
  return { provider, facts, local, autoEligible: auto, ...(fromProject && { byFullNameOnly: true }) }
}

function toModelFacts({ id, contextTokens }: LiveModel, source: string): ModelFacts {
  return { ...minimalFacts(id, source), ...(contextTokens !== undefined && { contextTokens }) }
}

function minimalFacts(id: string, source: string): ModelFacts {
  return { id, name: id, abilities: ['text'], source }
}

function listModelNames(providers: readonly ProviderInfo[]): readonly string[] {
  return providers.flatMap((info) => info.models().map((facts) => `${info.id}/${facts.id}`))
}

/** Names the others that have the model, because the person may have a key of one of them. */
function notReadyError({ name, id, fix }: ProviderInfo, model: string, all: readonly ProviderInfo[]): GenerateError {
  const others = all.filter((one) => one.id !== id && one.models().some((facts) => facts.id === model)).length
  const elsewhere =
    others === 0 ? 'name another model' : `use one of the ${countOf(others, 'other provider')} of ${model}`
  return new GenerateError(
    { kind: 'auth' },
    `${name} is not ready, so ${id}/${model} cannot be asked. ${fix} Then restart Showrunner, or ${elsewhere}.`,
  )
}

function nothingReadyMessage({ searchedSources }: Settings, hosted: readonly ProviderInfo[]): string {
  const refused = hosted.filter(({ fix }) => fix?.includes('not trusted')).map(({ name, fix }) => `${name}: ${fix}`)
  return (
    `No model can be asked yet. Showrunner looked in ${searchedSources.join(', ')} for a key of one of ${hosted.length} providers (OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, OPENROUTER_API_KEY and so on), ` +
    'and on this machine for a local engine (Ollama, LM Studio, llama.cpp, vLLM) on its usual port, and found neither. ' +
    (refused.length > 0 ? `${refused.slice(0, 3).join(' ')} ` : '') +
    'To go on, put one key into the `env` of this server in your client’s settings and restart it, or start a local engine. ' +
    'To see how everything works first, name the model `rehearsal/understudy`: it needs no key, costs nothing and writes placeholder text.'
  )
}
