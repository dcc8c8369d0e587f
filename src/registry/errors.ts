import type { Settings } from '../config/index.ts'
import { GenerateError } from '../contract/errors.ts'
import { countOf } from '../lib/text.ts'
import { type EngineKind, engineName } from '../providers/local-engines.ts'
import type { ProviderInfo } from './provider-info.ts'

/** Names the others that have the model, because the person may have a key of one of them. */
export function notReadyError(
  { name, id, fix }: ProviderInfo,
  model: string,
  all: readonly ProviderInfo[],
): GenerateError {
  const others = all.filter((one) => one.id !== id && one.models().some((facts) => facts.id === model)).length
  const elsewhere =
    others === 0 ? 'name another model' : `use one of the ${countOf(others, 'other provider')} of ${model}`
  return new GenerateError(
    { kind: 'auth' },
    `${name} is not ready, so ${id}/${model} cannot be asked. ${fix} Then restart Showrunner, or ${elsewhere}.`,
  )
}

export function nothingReadyMessage({ searchedSources }: Settings, hosted: readonly ProviderInfo[]): string {
  const refused = hosted.filter(({ fix }) => fix?.includes('not trusted')).map(({ name, fix }) => `${name}: ${fix}`)
  return (
    `No model can be asked yet. Showrunner looked in ${searchedSources.join(', ')} for a key of one of ${hosted.length} providers (OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, OPENROUTER_API_KEY and so on), ` +
    'and on this machine for a local engine (Ollama, LM Studio, llama.cpp, vLLM) on its usual port, and found neither. ' +
    (refused.length > 0 ? `${refused.slice(0, 3).join(' ')} ` : '') +
    'To go on, put one key into the `env` of this server in your client’s settings and restart it, or start a local engine. ' +
    'To see how everything works first, name the model `rehearsal/understudy`: it needs no key, costs nothing and writes placeholder text.'
  )
}

export function silentEngineError(kind: EngineKind, ollamaAddress: string): GenerateError {
  const where = kind === 'ollama' ? ` at ${ollamaAddress}` : ' at its usual port'
  const check = kind === 'ollama' ? ', or check OLLAMA_HOST' : ''
  return new GenerateError(
    { kind: 'unreachable', sent: false },
    `${engineName(kind)} does not answer${where}: start it${check}, or name a model of another provider.`,
  )
}
