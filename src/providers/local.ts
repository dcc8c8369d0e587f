import { GenerateError } from '../contract/errors.ts'
import type { LiveModel } from '../contract/provider.ts'
import type { World } from '../contract/world.ts'
import type { Account } from './account.ts'
import { wholeJson } from './body.ts'
import { modelsIn } from './models.ts'
import { at, count, list, text } from './unknown.ts'

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

export interface FindOptions {
  /** `OLLAMA_HOST` as Ollama itself takes it: `host`, `host:port`, `:port`, `0.0.0.0` or a whole address. */
  readonly ollamaHost?: string
  readonly signal: AbortSignal
}

/** How long an engine has to answer, and how long its answer is believed. */
const ANSWER_MS = 300
const BELIEVED_MS = 60_000

/**
 * Finds the engines of this machine when they are needed, and asks them again after a minute. Callers that come together
 * share one round of questions. Rejects with `cancelled` when the caller's signal aborts; the round goes on for others.
 */
export function localEngines(world: World): { find(options: FindOptions): Promise<readonly LocalEngine[]> } {
  const rounds = new Map<string, { readonly at: number; readonly found: Promise<readonly LocalEngine[]> }>()
  return {
    find({ ollamaHost = '', signal }) {
      const known = rounds.get(ollamaHost)
      const fresh = known !== undefined && world.now() - known.at < BELIEVED_MS
      const found = fresh ? known.found : ask(world, ollamaHost)
      if (!fresh) rounds.set(ollamaHost, { at: world.now(), found })
      return unlessAborted(found, signal)
    },
  }
}

/** Asks the usual ports, all at once, 300 ms at most. Who does not answer, or answers something else, is not there. */
export function findLocalEngines(
  world: World,
  { ollamaHost = '', signal }: FindOptions,
): Promise<readonly LocalEngine[]> {
  return unlessAborted(ask(world, ollamaHost), signal)
}

async function ask(world: World, ollamaHost: string): Promise<readonly LocalEngine[]> {
  const answers = await Promise.all(ENGINES.map((engine) => askOne(world, engine, ollamaHost)))
  return answers.filter((engine) => engine !== undefined)
}

interface Engine {
  readonly kind: EngineKind
  readonly name: string
  readonly port: number
  /** Where it lists its models, and how to know that it is one: undefined is no such list. */
  readonly path: string
  models(payload: unknown): readonly LiveModel[] | undefined
}

const ENGINES: readonly Engine[] = [
  { kind: 'ollama', name: 'Ollama', port: 11434, path: '/api/tags', models: ollamaModels },
  { kind: 'lmstudio', name: 'LM Studio', port: 1234, path: '/v1/models', models: openaiModels },
  { kind: 'llamacpp', name: 'llama.cpp', port: 8080, path: '/v1/models', models: openaiModels },
  { kind: 'vllm', name: 'vLLM', port: 8000, path: '/v1/models', models: openaiModels },
]

async function askOne(world: World, engine: Engine, ollamaHost: string): Promise<LocalEngine | undefined> {
  const { kind, name, path, port } = engine
  const root = kind === 'ollama' ? ollamaAddress(ollamaHost) : `http://127.0.0.1:${port}`
  const account: Account = { id: kind, wire: 'openai-chat', baseUrl: `${root}/v1`, local: true }
  const over = new AbortController()
  const asking = listed(world, account, root + path, over.signal).catch(() => undefined)
  const late = world.sleep(ANSWER_MS, over.signal).catch(() => undefined)
  try {
    const models = engine.models(await Promise.race([asking, late]))
    return models && models.length > 0 ? { kind, name, account, models } : undefined
  } finally {
    over.abort()
  }
}

/** No redirect is followed: an engine has none, a web server's page to log in has. */
async function listed(world: World, account: Account, address: string, signal: AbortSignal): Promise<unknown> {
  const response = await world.fetch(address, { headers: { accept: 'application/json' }, redirect: 'manual', signal })
  if (!response.ok) return undefined
  return wholeJson(response, { account, model: 'models' }, signal)
}

/** `{models: [{name, details: {family}}]}`: https://github.com/ollama/ollama/blob/main/docs/api.md#list-local-models */
function ollamaModels(payload: unknown): readonly LiveModel[] | undefined {
  const rows = at(payload, 'models')
  if (!Array.isArray(rows)) return undefined
  const writers = rows.filter((row) => text(at(row, 'name')) && !/bert/.test(text(at(row, 'details', 'family')) ?? ''))
  return modelsIn({ models: writers.filter((row) => !embeds(text(at(row, 'name')) ?? '')) })
}

/** `{object: 'list', data: [{id, object: 'model'}]}`, as all the others have it. */
function openaiModels(payload: unknown): readonly LiveModel[] | undefined {
  if (at(payload, 'object') !== 'list') return undefined
  const rows = list(at(payload, 'data'))
  if (rows.some((row) => at(row, 'object') !== 'model' || !text(at(row, 'id')))) return undefined
  const windows = new Map(rows.map((row) => [text(at(row, 'id')), count(at(row, 'meta', 'n_ctx'))]))
  return modelsIn({ data: rows })
    .filter(({ id }) => !embeds(id))
    .map((model) => {
      const contextTokens = model.contextTokens ?? windows.get(model.id)
      return { ...model, ...(contextTokens !== undefined && { contextTokens }) }
    })
}

/** Models that make vectors stand in the same lists, told apart by their names alone. */
const embeds = (id: string): boolean => /embed|rerank/i.test(id)

/**
 * The address that `OLLAMA_HOST` means, without a trailing slash, as Ollama's own client reads it: without a scheme the
 * port is 11434, with one it is the scheme's; an address to listen on everywhere is asked on this machine.
 * https://github.com/ollama/ollama/blob/main/envconfig/config.go
 */
export function ollamaAddress(host: string): string {
  const usual = 'http://127.0.0.1:11434'
  const given = host.trim().replace(/^["']|["']$/g, '')
  if (given === '') return usual
  const hasScheme = /^https?:\/\//i.test(given)
  const whole = hasScheme ? given : `http://${given.startsWith(':') ? `127.0.0.1${given}` : given}`
  if (!URL.canParse(whole)) return usual
  const url = new URL(whole)
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = '127.0.0.1'
  // `URL` leaves a scheme's own port out, so whether 80 was said is seen in the text only.
  if (!hasScheme && url.port === '' && !/:80(?:\/|$)/.test(whole)) url.port = '11434'
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void =>
      reject(new GenerateError({ kind: 'cancelled' }, 'The search for local engines was cancelled.'))
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
