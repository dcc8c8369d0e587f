import type { Failure } from '../../contract/errors.ts'
import { envPrefix, type RequestTarget } from '../account.ts'

/**
 * A failure in a sentence or two for people and models: the provider, the model, and the way out. Nothing in it is from
 * the upstream but a parameter's name. `detail` is the cause that the kind alone does not tell (`ErrorDetail`, `form`,
 * `path`, `redirect <origin>`), or a clause that says what was wrong with an answer.
 */
export function failureMessage({ account, model, path }: RequestTarget, failure: Failure, detail = ''): string {
  const { id } = account
  const names = account.keyNames ?? [`${envPrefix(id)}_API_KEY`]
  // A key from showrunner.json may have no variable.
  const keys = names.length > 0 ? names.join(' or ') : `the key of \`providers.${id}\``
  const name = `${id}/${model}`
  const [cause = '', origin = ''] = detail.split(' ')
  const baseUrl = `${envPrefix(id)}_BASE_URL or \`providers.${id}.base_url\``
  if (cause === 'form')
    return `The key of ${id} was not sent, because it has a space, a line break or a special character in it: paste ${keys} again.`
  if (cause === 'region') return `${id} does not serve the country or region of this machine: use another provider.`
  if (cause === 'gateway')
    return `A gateway or firewall answered in place of ${id} (HTTP 403, a web page): check the network and the address, or use another provider.`
  if (cause === 'redirect')
    return `${id} redirects to another address${origin && ` (${origin})`}, which is not followed because the key would go with it: set ${baseUrl} to the address that answers.`
  if (cause === 'path' && path)
    return `${id} has nothing at ${path}: check ${baseUrl}, which mostly ends in /v1, and \`wire\`.`
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
