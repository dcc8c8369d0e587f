import { asArray, getPath } from '../http/json-access.ts'

/**
 * The error inside an answer with HTTP 200, as a payload that `classifyStreamError` reads; undefined where there is none.
 * Vendors put it under `error`, under MiniMax's `base_resp`, or in place of the answer as `{ code, msg }`.
 */
export function findEmbeddedError(payload: unknown): unknown {
  if (getPath(payload, 'error')) return payload
  const code = getPath(payload, 'base_resp', 'status_code')
  if (typeof code === 'number' && code !== 0) return { error: { code: `base_resp_${code}` } }
  const hasAnswer = asArray(getPath(payload, 'choices')).length > 0 || getPath(payload, 'usage') !== undefined
  const isBareError =
    !hasAnswer && getPath(payload, 'code') !== undefined && (getPath(payload, 'msg') ?? getPath(payload, 'message'))
  return isBareError ? payload : undefined
}
