import type { Wire } from '../contract/provider.ts'

/** A base URL as a wire takes it, and what else the address said. */
export interface BaseUrl {
  /** Without a trailing slash, a query, or the path of one endpoint. */
  readonly baseUrl: string
  /** Azure: the `api-version` of its query. */
  readonly apiVersion?: string
  /** Azure: the deployment of its path. */
  readonly deployment?: string
}

/** Is it a web address that requests can be sent to? */
export function isWebAddress(value: string): boolean {
  return /^https?:\/\//i.test(value) && URL.canParse(value)
}

/**
 * The base URL in an address as people copy it: a whole endpoint (`…/v1/chat/completions`) or Azure's target URI
 * (`…/openai/deployments/gpt-4o/chat/completions?api-version=…`) is cut back to what requests are built on.
 */
export function parseBaseUrl(value: string, wire: Wire): BaseUrl {
  const [withoutQuery = '', query = ''] = value.split('?', 2)
  const address = withoutQuery.replace(/#.*$/, '').replace(/\/+$/, '')
  const trimmed = address
    .replace(/\/(?:chat\/completions|completions|responses|messages|models)$/, '')
    .replace(/\/+$/, '')
  if (wire === 'anthropic') return { baseUrl: trimmed.replace(/\/v1$/, '') }
  if (wire !== 'azure') return { baseUrl: trimmed }
  const deployment = /\/deployments\/([^/]+)$/.exec(trimmed)?.[1]
  const version = new URLSearchParams(query).get('api-version') ?? undefined
  const isDated = version !== undefined && /^\d{4}-\d{2}-\d{2}/.test(version) // `preview` and `latest` are the v1 API
  return {
    baseUrl: trimmed.replace(/\/deployments\/[^/]+$/, ''),
    ...(isDated && { apiVersion: version }),
    ...(deployment !== undefined && { deployment }),
  }
}
