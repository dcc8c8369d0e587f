import { GenerateError } from '../../contract/errors.ts'
import type { LiveModel } from '../../contract/provider.ts'
import type { World } from '../../contract/world.ts'
import { TimeoutError, withTimeout } from '../../lib/abort.ts'
import type { Account } from '../account.ts'
import { cancelledError } from '../errors/classify.ts'
import { readJsonResponse } from './body.ts'
import type { Client } from './client.ts'
import { asArray, asString, asTokenCount, getPath } from './json-access.ts'

/** How long a provider may take to list its models. */
const LIST_TIMEOUT_MS = 10_000

/** `GET /models` with the account's key, in whatever shape it comes. Throws `GenerateError`. */
export async function listModels(
  client: Client,
  account: Account,
  world: World,
  signal: AbortSignal,
  query?: Readonly<Record<string, string>>,
): Promise<readonly LiveModel[]> {
  const target = { account, model: 'models' }
  try {
    return await withTimeout(world, LIST_TIMEOUT_MS, ask, signal)
  } catch (error) {
    if (signal.aborted && !(error instanceof GenerateError)) throw cancelledError(target)
    if (!(error instanceof TimeoutError)) throw error
    const failure = { kind: 'timeout', phase: 'total', afterMs: LIST_TIMEOUT_MS } as const
    const seconds = LIST_TIMEOUT_MS / 1000
    throw new GenerateError(failure, `${account.id} did not list its models within ${seconds} s: try again later.`)
  }

  async function ask(combined: AbortSignal): Promise<readonly LiveModel[]> {
    const response = await client.send(
      { method: 'get', path: '/models', ...(query && { query }) },
      { target, signal: combined },
    )
    const { models, leftOut } = parseModelList(await readJsonResponse(response, target, combined))
    if (leftOut > 0) world.log('models_left_out', { provider: account.id, count: leftOut, reason: 'unusual ids' })
    return models
  }
}

/** Ids that may be shown to people and models. Anything else in a list may be text that is meant to be obeyed. */
const MODEL_ID = /^[\w.:/@+~-]{1,200}$/

/**
 * `{data: […]}` (OpenAI), `{models: […]}` (Cohere, Ollama, Google), or a bare list (Together). Models whose id is not
 * like one are left out and counted.
 */
export function parseModelList(payload: unknown): { readonly models: readonly LiveModel[]; readonly leftOut: number } {
  const rows = [payload, getPath(payload, 'data'), getPath(payload, 'models')].find((rows) => Array.isArray(rows))
  const seen = new Set<string>()
  let leftOut = 0
  const models = asArray(rows).flatMap((row) => {
    const id = (asString(row) ?? asString(getPath(row, 'id')) ?? asString(getPath(row, 'name')) ?? '').replace(
      /^models\//,
      '',
    )
    if (id === '' || seen.has(id)) return []
    seen.add(id)
    if (!MODEL_ID.test(id)) {
      leftOut++
      return []
    }
    const contextTokens = CONTEXT_FIELDS.map((name) => asTokenCount(getPath(row, name))).find(Boolean)
    return [{ id, ...(contextTokens !== undefined && { contextTokens }) }]
  })
  return { models, leftOut }
}

/** OpenRouter, Together; Groq; Mistral; vLLM; Google; LM Studio; Anthropic's spelling. */
const CONTEXT_FIELDS = [
  ...['context_length', 'context_window', 'max_context_length', 'max_model_len', 'inputTokenLimit'],
  ...['loaded_context_length', 'max_input_tokens'],
]
