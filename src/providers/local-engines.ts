import { GenerateError } from '../contract/errors.ts'
import type { LiveModel } from '../contract/provider.ts'
import type { World } from '../contract/world.ts'
import type { Account } from './account.ts'
import { readJsonResponse } from './http/body.ts'
import { asArray, asString, asTokenCount, getPath } from './http/json-access.ts'
import { parseModelList } from './http/list-models.ts'

/** An engine that runs on this machine and answered when asked what it serves. */
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
  readonly signal: AbortSignal
}

/** How long an engine has to answer, and how long its answer is believed. */
const PROBE_TIMEOUT_MS = 300
const CACHE_TTL_MS = 60_000

/**
 * Finds the engines of this machine when they are needed, and asks them again after a minute. Callers that come together
 * share one round of questions. Rejects with `cancelled` when the caller's signal aborts; the round goes on for others.
 */
export function createEngineFinder(world: World): {
  find(options: FindEnginesOptions): Promise<readonly LocalEngine[]>
} {
  const probes = new Map<string, { readonly startedAt: number; readonly found: Promise<readonly LocalEngine[]> }>()
  return {
    find({ ollamaHost = '', signal }) {
      const cached = probes.get(ollamaHost)
      const fresh = cached !== undefined && world.now() - cached.startedAt < CACHE_TTL_MS
      const found = fresh ? cached.found : probeEngines(world, ollamaHost)
      if (!fresh) probes.set(ollamaHost, { startedAt: world.now(), found })
      return withAbort(found, signal)
    },
  }
}

/** Asks the usual ports, all at once, 300 ms at most. Who does not answer, or answers something else, is not there. */
export function findLocalEngines(
  world: World,
  { ollamaHost = '', signal }: FindEnginesOptions,
): Promise<readonly LocalEngine[]> {
  return withAbort(probeEngines(world, ollamaHost), signal)
}

async function probeEngines(world: World, ollamaHost: string): Promise<readonly LocalEngine[]> {
  const answers = await Promise.all(ENGINES.map((engine) => probeEngine(world, engine, ollamaHost)))
  return answers.filter((engine) => engine !== undefined)
}

interface EngineDefinition {
  readonly kind: EngineKind
  readonly name: string
  readonly port: number
  /** Where it lists its models, and how to know that it is one: undefined is no such list. */
  readonly path: string
  parseModels(payload: unknown): readonly LiveModel[] | undefined
}

const ENGINES: readonly EngineDefinition[] = [
  { kind: 'ollama', name: 'Ollama', port: 11434, path: '/api/tags', parseModels: parseOllamaModels },
  { kind: 'lmstudio', name: 'LM Studio', port: 1234, path: '/v1/models', parseModels: parseOpenaiModels },
  { kind: 'llamacpp', name: 'llama.cpp', port: 8080, path: '/v1/models', parseModels: parseOpenaiModels },
  { kind: 'vllm', name: 'vLLM', port: 8000, path: '/v1/models', parseModels: parseOpenaiModels },
]

async function probeEngine(
  world: World,
  engine: EngineDefinition,
  ollamaHost: string,
): Promise<LocalEngine | undefined> {
  const { kind, name, path, port } = engine
  const root = kind === 'ollama' ? parseOllamaHost(ollamaHost) : `http://127.0.0.1:${port}`
  const account: Account = { id: kind, wire: 'openai-chat', baseUrl: `${root}/v1`, local: true }
  const finished = new AbortController()
  const response = fetchModelList(world, account, root + path, finished.signal).catch(() => undefined)
  const timeout = world.sleep(PROBE_TIMEOUT_MS, finished.signal).catch(() => undefined)
  try {
    const models = engine.parseModels(await Promise.race([response, timeout]))
    return models && models.length > 0 ? { kind, name, account, models } : undefined
  } finally {
    finished.abort()
  }
}

/** No redirect is followed: an engine has none, a web server's page to log in has. */
async function fetchModelList(world: World, account: Account, address: string, signal: AbortSignal): Promise<unknown> {
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
}

/** `{object: 'list', data: [{id, object: 'model'}]}`, as all the others have it. */
function parseOpenaiModels(payload: unknown): readonly LiveModel[] | undefined {
  if (getPath(payload, 'object') !== 'list') return undefined
  const rows = asArray(getPath(payload, 'data'))
  if (rows.some((row) => getPath(row, 'object') !== 'model' || !asString(getPath(row, 'id')))) return undefined
  const contextTokensById = new Map(
    rows.map((row) => [asString(getPath(row, 'id')), asTokenCount(getPath(row, 'meta', 'n_ctx'))]),
  )
  return parseModelList({ data: rows })
    .filter(({ id }) => !isEmbeddingModel(id))
    .map((model) => {
      const contextTokens = model.contextTokens ?? contextTokensById.get(model.id)
      return { ...model, ...(contextTokens !== undefined && { contextTokens }) }
    })
}

/** Models that make vectors stand in the same lists, told apart by their names alone. */
const isEmbeddingModel = (id: string): boolean => /embed|rerank/i.test(id)

/**
 * The address that `OLLAMA_HOST` means, without a trailing slash, as Ollama's own client reads it: without a scheme the
 * port is 11434, with one it is the scheme's; an address to listen on everywhere is asked on this machine.
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
  // `URL` leaves a scheme's own port out, so whether 80 was said is seen in the text only.
  if (!hasScheme && url.port === '' && !/:80(?:\/|$)/.test(withScheme)) url.port = '11434'
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

function withAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void =>
      reject(new GenerateError({ kind: 'cancelled' }, 'The search for local engines was cancelled.'))
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
