import type { Failure } from '../../contract/errors.ts'
import { envPrefix, type RequestTarget } from '../account.ts'

/**
 * A failure in a sentence or two for people and models: who was asked, for which model, and the way out. Every word is
 * ours but the names; `what` says what was wrong with an answer.
 */
export function failureMessage({ account, model }: RequestTarget, failure: Failure, detail?: string): string {
  const { id } = account
  const keys = (account.keyNames ?? [`${envPrefix(id)}_API_KEY`]).join(' or ')
  const name = `${id}/${model}`
  switch (failure.kind) {
    case 'cancelled':
      return `The request to ${name} was cancelled.`
    case 'auth':
      return `${id} refused the key for ${model}: check ${keys}, and that the key may use this model.`
    case 'quota_exhausted':
      return `The ${id} account has no credit or quota left: add some there, or use a model of another provider.`
    case 'rate_limited':
      return `${id} is limiting requests to ${model}${formatWait(failure.retryAfterMs)}: wait, or use another model.`
    case 'overloaded': {
      const status = failure.status === undefined ? '' : ` (HTTP ${failure.status})`
      return `${id} cannot answer for ${model} at the moment${status}: ask again later, or use another model.`
    }
    case 'unknown_model':
      return account.wire === 'azure'
        ? `${id} has no deployment for ${model}: name one in AZURE_OPENAI_DEPLOYMENTS as \`${model}=your-deployment\`.`
        : `${id} does not know ${model}, or the key in ${keys} may not use it: list_models with \`verify\` shows what it may use.`
    case 'context_too_long': {
      const limit = failure.limitTokens === undefined ? '' : ` (${failure.limitTokens} tokens)`
      return `The request is longer than ${name} can take${limit}: shorten it, or use a model with a larger window.`
    }
    case 'filtered':
      return `${id} refused the request to ${model} by its content policy: put it in other words, or use another model.`
    case 'invalid_request': {
      const field = failure.field === undefined ? '' : ` because of \`${failure.field}\``
      return `${id} refused the request to ${model}${field}: change it, or use another model.`
    }
    case 'unreachable':
      return `${id} cannot be reached: check the network, and ${envPrefix(id)}_BASE_URL if you set it.`
    case 'timeout':
      return `${name} did not answer within ${Math.round(failure.afterMs / 1000)} s: ask again, or use another model.`
    default:
      return `The answer of ${name} cannot be used${detail ? ` (${detail})` : ''}: ask again, or use another model.`
  }
}

function formatWait(waitMs: number | undefined): string {
  return waitMs === undefined ? '' : ` for another ${Math.ceil(waitMs / 1000)} s`
}
