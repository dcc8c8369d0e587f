import { knownProviders } from './config/accounts.ts'
import { mayMeet } from './config/environment.ts'
import type { Settings } from './config/index.ts'
import { GenerateError } from './contract/errors.ts'
import { nearest } from './contract/nearest.ts'
import { FREE } from './contract/price.ts'
import type { Catalog, LiveModel, ModelFacts, Provider } from './contract/provider.ts'
import type { Candidate, Roster } from './contract/roster.ts'
import type { World } from './contract/world.ts'
import type { Account } from './providers/account.ts'
import { createProvider } from './providers/index.ts'
import { type LocalEngine, localEngines } from './providers/local.ts'
import { vendors } from './providers/vendors.ts'

/** Everyone there is, ready or not: the catalog, the configuration, the keys and the local engines, joined at first need. */
export interface FullRoster extends Roster {
  /** Every provider with its models, for people: the ready ones first. */
  everyone(signal: AbortSignal): Promise<readonly Member[]>
}

export interface Member {
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
const LIVE_MS = 300_000

export function createRoster(deps: {
  readonly world: World
  readonly settings: Settings
  readonly catalog: () => Promise<Catalog>
}): FullRoster {
  const { world, settings } = deps
  const engines = localEngines(world)
  const priced = pricing(settings)
  const understudy = rehearsal(world)
  const here = new Map<string, Provider>()
  const live = new Map<string, { readonly at: number; readonly models: Promise<readonly LiveModel[]> }>()
  let opened: Promise<readonly Member[]> | undefined

  /** Once a process: keys and addresses do not change while it runs. */
  function hosts(): Promise<readonly Member[]> {
    opened ??= deps.catalog().then((catalog) => hostedBy(catalog, settings, world))
    return opened
  }

  async function everyone(signal: AbortSignal): Promise<readonly Member[]> {
    const hosted = await hosts()
    const local = await engineMembers(hosted, signal)
    const taken = new Set(local.map((member) => member.id))
    const all = [...hosted.filter((member) => !taken.has(member.id)), ...local, understudy]
    return all.sort((a, b) => Number(!a.provider) - Number(!b.provider))
  }

  async function engineMembers(hosted: readonly Member[], signal: AbortSignal): Promise<readonly Member[]> {
    const host = settings.env.get('OLLAMA_HOST')
    const found = await engines.find({ ...(host && mayMeet(host, undefined) && { ollamaHost: host.value }), signal })
    const ready = new Set(hosted.filter((member) => member.provider).map((member) => member.id))
    return found.filter(({ account }) => !ready.has(account.id)).map(memberOf)
  }

  function memberOf({ account, name, models }: LocalEngine): Member {
    const provider = here.get(account.id) ?? createProvider(account, { world, facts: () => undefined })
    here.set(account.id, provider)
    const facts = models.map((model) => priced(account.id, fromLive(model, 'the engine itself'), true))
    return { id: account.id, name, provider, fix: undefined, local: true, auto: true, models: () => facts }
  }

  async function find(provider: string, model: string, signal: AbortSignal): Promise<Candidate> {
    // Local engines are looked for only where the provider is nobody else: that may take 300 ms.
    const hosted = [...(await hosts()), understudy].find((one) => one.id === provider)
    const member = hosted?.provider
      ? hosted
      : ((await engineMembers([], signal)).find((one) => one.id === provider) ?? hosted)
    if (!member) throw unknown(`${provider}/${model}`, await everyone(signal))
    if (!member.provider) throw notReady(member, model)
    const facts =
      member.models().find((one) => one.id === model) ?? (await seenLive(member, member.provider, model, signal))
    if (!facts) throw unknown(`${provider}/${model}`, await everyone(signal))
    return candidate(member, member.provider, facts)
  }

  /** A model newer than the catalog: taken if the provider itself lists it. */
  async function seenLive(
    member: Member,
    provider: Provider,
    model: string,
    signal: AbortSignal,
  ): Promise<ModelFacts | undefined> {
    const models = await liveModels(provider, signal).catch(() => [])
    const seen = models.find((one) => one.id === model)
    return seen && priced(member.id, fromLive(seen, 'the provider itself'), member.local)
  }

  /** Asks a provider what its key can see, at most once in five minutes; a failure is asked again the next time. */
  function liveModels(provider: Provider, signal: AbortSignal): Promise<readonly LiveModel[]> {
    const known = live.get(provider.id)
    if (known && world.now() - known.at < LIVE_MS) return known.models
    const models = provider.models(signal)
    live.set(provider.id, { at: world.now(), models })
    models.catch(() => live.delete(provider.id))
    return models
  }

  return {
    everyone,
    find,
    ready: async (signal) => (await everyone(signal)).flatMap(candidatesOf),
    names: async () => namesOf(await everyone(new AbortController().signal)),
    nothingReady: async () => nothingReady(settings, (await hosts()).length),
  }
}

function hostedBy(catalog: Catalog, settings: Settings, world: World): readonly Member[] {
  const priced = pricing(settings)
  return knownProviders(settings, vendors(catalog.vendors)).map((known): Member => {
    const { id, name, account, fix, auto } = known
    const local = account?.local === true
    const own = new Set(known.models)
    const facts = (model: string): ModelFacts | undefined => catalog.model(id, model, world.now())
    const models = daily(world, () => {
      const listed = known.only ? [] : catalog.models(id, world.now()).filter((one) => !own.has(one.id))
      const named = known.models.map((model) => facts(model) ?? bare(model, 'config'))
      return [...named, ...listed].map((one) => priced(id, one, local))
    })
    return { id, name, fix, auto, local, models, provider: account && provided(account) }

    function provided(to: Account): Provider {
      return createProvider(to, { world, facts })
    }
  })
}

function rehearsal(world: World): Member {
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
function pricing({ prices }: Settings): (provider: string, facts: ModelFacts, local: boolean) => ModelFacts {
  return (provider, facts, local) => {
    const price = prices.get(`${provider}/${facts.id}`) ?? (local ? FREE : facts.price)
    return price ? { ...facts, price } : facts
  }
}

/** Made when first asked for, and again on another UTC day: prices change with the day. */
function daily<T>(world: World, make: () => T): () => T {
  let kept: { readonly day: number; readonly made: T } | undefined
  return () => {
    const day = Math.floor(world.now() / 86_400_000)
    if (kept?.day !== day) kept = { day, made: make() }
    return kept.made
  }
}

function candidatesOf(member: Member): readonly Candidate[] {
  const { provider } = member
  return provider ? member.models().map((facts) => candidate(member, provider, facts)) : []
}

function candidate({ local, auto }: Member, provider: Provider, facts: ModelFacts): Candidate {
  return { provider, facts, local, auto }
}

function fromLive({ id, contextTokens }: LiveModel, source: string): ModelFacts {
  return { ...bare(id, source), ...(contextTokens !== undefined && { contextTokens }) }
}

function bare(id: string, source: string): ModelFacts {
  return { id, name: id, abilities: ['text'], source }
}

function namesOf(members: readonly Member[]): readonly string[] {
  return members.flatMap((member) => member.models().map((facts) => `${member.id}/${facts.id}`))
}

function unknown(model: string, members: readonly Member[]): GenerateError {
  const near = nearest(model, namesOf(members), 3)
  const hint = near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'list_models shows what there is.'
  return new GenerateError({ kind: 'unknown_model', model, nearest: near }, `There is no model ${model}. ${hint}`)
}

function notReady({ name, id, fix }: Member, model: string): GenerateError {
  return new GenerateError(
    { kind: 'auth' },
    `${name} is not ready, so ${id}/${model} cannot be asked. ${fix} Then restart Showrunner, or name another model.`,
  )
}

function nothingReady({ looked, file }: Settings, count: number): string {
  const places = [...looked, ...(file ? [file.path] : [])].join(', ')
  return (
    `No model can be asked yet. Showrunner looked in ${places} for a key of one of ${count} providers (OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, OPENROUTER_API_KEY and so on), ` +
    'and on this machine for a local engine (Ollama, LM Studio, llama.cpp, vLLM) on its usual port, and found neither. ' +
    'To go on, put one key into the `env` of this server in your client’s settings and restart it, or start a local engine. ' +
    'To see how everything works first, name the model `rehearsal/understudy`: it needs no key, costs nothing and writes placeholder text.'
  )
}
