import type { Environment } from './environment.ts'
import type { ConfigLayer } from './layers.ts'
import { normalizeKey } from './values.ts'

/**
 * Every key in the environment, a `.env` or a `showrunner.json`, used or not: a value named like a key is
 * taken for one, because the names of all vendors are only known when the catalog is read.
 */
export function findSecrets(env: Environment, files: readonly ConfigLayer[]): readonly string[] {
  const inEnv = env.names
    .filter((name) => /(?:KEY|TOKEN|SECRET|_PAT|PASSWORD|BEDROCK)(?:_\d)?$/i.test(name))
    .flatMap((name) => [...env.all(name), env.refused(name)].map((found) => normalizeKey(found?.value)))
  const inFiles = files.flatMap(({ config }) =>
    Object.values(config.providers ?? {}).flatMap(({ api_key, headers = {} }) => [
      normalizeKey(api_key),
      ...Object.entries(headers)
        .filter(([name]) => /auth|key|token|secret/i.test(name))
        .map(([, value]) => normalizeKey(value)),
    ]),
  )
  return [...new Set([...inEnv, ...inFiles])].filter((key) => key !== undefined)
}
