import { GenerateError } from '../contract/errors.ts'
import type { LiveModel } from '../contract/provider.ts'
import type { World } from '../contract/world.ts'
import { abortable, withTimeout } from '../lib/abort.ts'
import type { Account } from './account.ts'
import { readJsonResponse } from './http/body.ts'
import { asArray, asString, asTokenCount, getPath } from './http/json-access.ts'
import { parseModelList } from './http/list-models.ts'

/** An engine that runs on this machine and answered with its models. */
export interface LocalEngine {
  readonly kind: EngineKind
  /** As its makers write it: `llama.cpp`. */
  readonly name: string
  /** On OpenAI's wire, without a key. */
  readonly account: Account
  /** At least one. */
  readonly models: readonly LiveModel[]
}

export type EngineKind = 'ollama' | 'lmstudio' | 'llamacpp' | 'vllm'

export interface FindEnginesOptions {
  /** `OLLAMA_HOST` as Ollama itself takes it: `host`, `host:port`, `:port`, `0.0.0.0` or a whole address. */
  readonly ollamaHost?: string
  /** The engine that a call names. It gets more time, and is asked again where it did not answer before. */
  readonly named?: string
  readonly signal: AbortSignal
}

/** How long an engine has to answer, how long one that was named has, and how long an answer is kept. */
const PROBE_TIMEOUT_MS = 300
const NAMED_TIMEOUT_MS = 5_000
const CACHE_TTL_MS = 60_000

/**
 * Finds the engines of this machine at their usual ports, all at once, when they are needed, and again after a minute.
 * Callers that come together share one search. Rejects with `cancelled` when the caller's signal aborts; the search goes
 * on for the others.
 */
export function createEngineFinder(world: World): {
  find(options: FindEnginesOptions): Promise<readonly LocalEngine[]>
} {
  const searches = new Map<string, { readonly startedAt: number; readonly found: Promise<readonly LocalEngine[]> }>()

  function search(ollamaHost: string, named: string | undefined): Promise<readonly LocalEngine[]> {
    const found = probeEngines(world, ollamaHost, named)
    searches.set(ollamaHost, { startedAt: world.now(), found })
    return found
  }

  async function findNamed(cached: Promise<readonly LocalEngine[]>, ollamaHost: string, named: string) {
    const engines = await cached
    return engines.some(({ kind }) => kind === named) ? engines : search(ollamaHost, named)
  }

  return {
    find({ ollamaHost = '', named, signal }) {
      const cached = searches.get(ollamaHost)
      const isFresh = cached !== undefined && world.now() - cached.startedAt < CACHE_TTL_MS
      const found = !isFresh
        ? search(ollamaHost, named)
        : named !== undefined && isEngineKind(named)
          ? findNamed(cached.found, ollamaHost, named)
          : cached.found
      return abortable(found, signal, () => {
        return new GenerateError({ kind: 'cancelled' }, 'The search for local engines was cancelled.')
      })
    },
  }
}

async function probeEngines(
  world: World,
  ollamaHost: string,
  named: string | undefined,
): Promise<readonly LocalEngine[]> {
  const answers = await Promise.all(ENGINES.map((engine) => probeEngine(world, engine, { ollamaHost, named })))
  return answers.filter((engine) => engine !== undefined)
}

interface EngineDefinition {
  readonly kind: EngineKind
  readonly name: string
  readonly port: number
  /** Where it lists its models. */
  readonly path: string
  /** Undefined: the payload is not such a list. */
  parseModels(payload: unknown): readonly LiveModel[] | undefined
  /** The engine's own signs, because anything may listen on a port: a gateway there is not free of charge. */
  readonly signs?: EngineSigns
}

interface EngineSigns {
  /** `owned_by` of its models. */
  readonly ownedBy: string
  /** A path that only this engine answers, asked where a list has no `owned_by`. */
  readonly path: string
  fits(payload: unknown): boolean
}

const ENGINES: readonly EngineDefinition[] = [
  { kind: 'ollama', name: 'Ollama', port: 11434, path: '/api/tags', parseModels: parseOllamaModels },
  {
    ...{ kind: 'lmstudio', name: 'LM Studio', port: 1234, path: '/v1/models', parseModels: parseOpenaiModels },
    // https://lmstudio.ai/docs/developer/rest/endpoints
    signs: {
      ownedBy: 'organization_owner',
      path: '/api/v0/models',
      fits: (payload) => asArray(getPath(payload, 'data')).some((row) => getPath(row, 'state') !== undefined),
    },
  },
  {
    ...{ kind: 'llamacpp', name: 'llama.cpp', port: 8080, path: '/v1/models', parseModels: parseOpenaiModels },
    // https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
    signs: {
      ownedBy: 'llamacpp',
      path: '/props',
      fits: (payload) => getPath(payload, 'default_generation_settings') !== undefined,
    },
  },
  {
    ...{ kind: 'vllm', name: 'vLLM', port: 8000, path: '/v1/models', parseModels: parseOpenaiModels },
    signs: {
      ownedBy: 'vllm',
      path: '/version',
      fits: (payload) => asString(getPath(payload, 'version')) !== undefined,
    },
  },
]

export function isEngineKind(id: string): id is EngineKind {
  return ENGINES.some(({ kind }) => kind === id)
}

export function engineName(kind: EngineKind): string {
  return ENGINES.find((engine) => engine.kind === kind)?.name ?? kind
}

async function probeEngine(
  world: World,
  engine: EngineDefinition,
  { ollamaHost, named }: { readonly ollamaHost: string; readonly named: string | undefined },
): Promise<LocalEngine | undefined> {
  const { kind, name, port } = engine
  const root = kind === 'ollama' ? parseOllamaHost(ollamaHost) : `http://127.0.0.1:${port}`
  const account: Account = { id: kind, wire: 'openai-chat', baseUrl: `${root}/v1`, local: true }
  const timeoutMs = kind === named ? NAMED_TIMEOUT_MS : PROBE_TIMEOUT_MS
  const models = await withTimeout(world, timeoutMs, (signal) => ask(signal)).catch(() => undefined)
  return models && models.length > 0 ? { kind, name, account, models } : undefined

  async function ask(signal: AbortSignal): Promise<readonly LiveModel[] | undefined> {
    const payload = await fetchJson(world, account, root + engine.path, signal)
    const models = engine.parseModels(payload)
    return models && (await isEngine(payload, signal)) ? models : undefined
  }

  async function isEngine(payload: unknown, signal: AbortSignal): Promise<boolean> {
    if (!engine.signs) return true
    const { ownedBy, path, fits } = engine.signs
    const owners = asArray(getPath(payload, 'data')).map((row) => getPath(row, 'owned_by'))
    if (owners.every((owner) => owner === undefined)) return fits(await fetchJson(world, account, root + path, signal))
    return owners.every((owner) => owner === ownedBy)
  }
}

/** Follows no redirect, because an engine has none and the login page of a web server has one. */
async function fetchJson(world: World, account: Account, address: string, signal: AbortSignal): Promise<unknown> {
  const response = await world.fetch(address, { headers: { accept: 'application/json' }, redirect: 'manual', signal })
  if (!response.ok) return undefined
  return readJsonResponse(response, { account, model: 'models' }, signal)
}

/** `{models: [{name, details: {family}}]}`: https://github.com/ollama/ollama/blob/main/docs/api.md#list-local-models */
function parseOllamaModels(payload: unknown): readonly LiveModel[] | undefined {
  const rows = getPath(payload, 'models')
  if (!Array.isArray(rows)) return undefined
  const textModels = rows.filter(
    (row) => asString(getPath(row, 'name')) && !/bert/.test(asString(getPath(row, 'details', 'family')) ?? ''),
  )
  return parseModelList({ models: textModels.filter((row) => !isEmbeddingModel(asString(getPath(row, 'name')) ?? '')) })
    .models
}

/** `{object: 'list', data: [{id, object: 'model'}]}`, as every other engine has it. */
function parseOpenaiModels(payload: unknown): readonly LiveModel[] | undefined {
  if (getPath(payload, 'object') !== 'list') return undefined
  const rows = asArray(getPath(payload, 'data'))
  if (rows.some((row) => getPath(row, 'object') !== 'model' || !asString(getPath(row, 'id')))) return undefined
  const contextTokensById = new Map(
    rows.map((row) => [asString(getPath(row, 'id')), asTokenCount(getPath(row, 'meta', 'n_ctx'))]),
  )
  return parseModelList({ data: rows })
    .models.filter(({ id }) => !isEmbeddingModel(id))
    .map((model) => {
      const contextTokens = model.contextTokens ?? contextTokensById.get(model.id)
      return { ...model, ...(contextTokens !== undefined && { contextTokens }) }
    })
}

/** Embedding models are in the same lists, and only their names show it. */
const isEmbeddingModel = (id: string): boolean => /embed|rerank/i.test(id)

/**
 * The address that `OLLAMA_HOST` means, without a trailing slash, as Ollama's own client reads it: without a scheme the
 * port is 11434, with one it is the scheme's; an address to listen on everywhere is asked on this machine. The path of
 * an API (`/v1`, `/api`) that other programs want in the address is left out.
 * https://github.com/ollama/ollama/blob/main/envconfig/config.go
 */
export function parseOllamaHost(host: string): string {
  const defaultAddress = 'http://127.0.0.1:11434'
  const trimmed = host.trim().replace(/^["']|["']$/g, '')
  if (trimmed === '') return defaultAddress
  const hasScheme = /^https?:\/\//i.test(trimmed)
  const withScheme = hasScheme ? trimmed : `http://${trimmed.startsWith(':') ? `127.0.0.1${trimmed}` : trimmed}`
  if (!URL.canParse(withScheme)) return defaultAddress
  const url = new URL(withScheme)
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = '127.0.0.1'
  // `URL` leaves a scheme's own port out, so only the text shows whether 80 was given.
  if (!hasScheme && url.port === '' && !/:80(?:\/|$)/.test(withScheme)) url.port = '11434'
  return `${url.origin}${url.pathname.replace(/\/+$/, '').replace(/\/(?:v1|api)$/, '')}`
}
