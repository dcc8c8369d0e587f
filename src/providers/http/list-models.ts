import { GenerateError } from '../../contract/errors.ts'
import type { LiveModel } from '../../contract/provider.ts'
import type { World } from '../../contract/world.ts'
import type { Account } from '../account.ts'
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
  const timeout = new AbortController()
  const done = new AbortController()
  world.sleep(LIST_TIMEOUT_MS, done.signal).then(
    () => timeout.abort(),
    () => undefined,
  )
  const combined = AbortSignal.any([signal, timeout.signal])
  try {
    const response = await client.send(
      { method: 'get', path: '/models', ...(query && { query }) },
      { target, signal: combined },
    )
    return parseModelList(await readJsonResponse(response, target, combined))
  } catch (error) {
    if (timeout.signal.aborted && !signal.aborted) {
      const failure = { kind: 'timeout', phase: 'total', afterMs: LIST_TIMEOUT_MS } as const
      throw new GenerateError(
        failure,
        `${account.id} did not list its models within ${LIST_TIMEOUT_MS / 1000} s: try again later.`,
      )
    }
    throw error
  } finally {
    done.abort()
  }
}

/** `{data: […]}` (OpenAI), `{models: […]}` (Cohere, Ollama, Google), or a bare list (Together). */
export function parseModelList(payload: unknown): readonly LiveModel[] {
  const rows = [payload, getPath(payload, 'data'), getPath(payload, 'models')].find((rows) => Array.isArray(rows))
  const seen = new Set<string>()
  return asArray(rows).flatMap((row) => {
    const id = (asString(row) ?? asString(getPath(row, 'id')) ?? asString(getPath(row, 'name')) ?? '').replace(
      /^models\//,
      '',
    )
    if (id === '' || seen.has(id)) return []
    seen.add(id)
    const contextTokens = CONTEXT_FIELDS.map((name) => asTokenCount(getPath(row, name))).find(Boolean)
    return [{ id, ...(contextTokens !== undefined && { contextTokens }) }]
  })
}

/** OpenRouter, Together; Groq; Mistral; vLLM; Google; LM Studio; Anthropic's spelling. */
const CONTEXT_FIELDS = [
  ...['context_length', 'context_window', 'max_context_length', 'max_model_len', 'inputTokenLimit'],
  ...['loaded_context_length', 'max_input_tokens'],
]
