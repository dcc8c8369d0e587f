import { GenerateError } from '../contract/errors.ts'
import type { LiveModel } from '../contract/provider.ts'
import type { World } from '../contract/world.ts'
import type { Account } from './account.ts'
import { wholeJson } from './body.ts'
import type { Client } from './client.ts'
import { at, count, list, text } from './unknown.ts'

/** How long a provider may take to list its models. */
const LIMIT_MS = 10_000

/** `GET /models` with the account's key, in whatever shape it comes. Throws `GenerateError`. */
export async function listModels(
  client: Client,
  account: Account,
  world: World,
  signal: AbortSignal,
  query?: Readonly<Record<string, string>>,
): Promise<readonly LiveModel[]> {
  const asked = { account, model: 'models' }
  const late = new AbortController()
  const done = new AbortController()
  world.sleep(LIMIT_MS, done.signal).then(
    () => late.abort(),
    () => undefined,
  )
  const both = AbortSignal.any([signal, late.signal])
  try {
    const response = await client.send(
      { method: 'get', path: '/models', ...(query && { query }) },
      { asked, signal: both },
    )
    return modelsIn(await wholeJson(response, asked, both))
  } catch (error) {
    if (late.signal.aborted && !signal.aborted) {
      const failure = { kind: 'timeout', phase: 'total', afterMs: LIMIT_MS } as const
      throw new GenerateError(
        failure,
        `${account.id} did not list its models within ${LIMIT_MS / 1000} s: try again later.`,
      )
    }
    throw error
  } finally {
    done.abort()
  }
}

/** `{data: […]}` (OpenAI), `{models: […]}` (Cohere, Ollama, Google), or a bare list (Together). */
export function modelsIn(payload: unknown): readonly LiveModel[] {
  const rows = [payload, at(payload, 'data'), at(payload, 'models')].find((rows) => Array.isArray(rows))
  const seen = new Set<string>()
  return list(rows).flatMap((row) => {
    const id = (text(row) ?? text(at(row, 'id')) ?? text(at(row, 'name')) ?? '').replace(/^models\//, '')
    if (id === '' || seen.has(id)) return []
    seen.add(id)
    const contextTokens = CONTEXT.map((name) => count(at(row, name))).find(Boolean)
    return [{ id, ...(contextTokens !== undefined && { contextTokens }) }]
  })
}

/** OpenRouter, Together; Groq; Mistral; vLLM; Google; LM Studio; Anthropic's spelling. */
const CONTEXT = [
  ...['context_length', 'context_window', 'max_context_length', 'max_model_len', 'inputTokenLimit'],
  ...['loaded_context_length', 'max_input_tokens'],
]
