import { findNearestNames } from '../contract/nearest.ts'
import { isWebAddress } from './base-url.ts'
import type { Environment } from './environment.ts'
import { isUnfilled } from './values.ts'

/** The variables of our own. */
const OWN_VARIABLES = [
  'SHOWRUNNER_MODEL',
  'SHOWRUNNER_FALLBACKS',
  'SHOWRUNNER_DAILY_BUDGET_USD',
  'SHOWRUNNER_MONTHLY_BUDGET_USD',
  'SHOWRUNNER_HOME',
  'SHOWRUNNER_CONFIG',
]

/** The addresses whose names are known without the catalog. Addresses of other vendors are checked when providers are resolved. */
const ADDRESS_VARIABLES = ['OPENAI_BASE_URL', 'ANTHROPIC_BASE_URL', 'AZURE_API_BASE', 'AZURE_OPENAI_ENDPOINT']

/** Problems of single variables that can be seen without the catalog, each with its fix. */
export function findVariableProblems(env: Environment): readonly string[] {
  const deployments = env.get('AZURE_OPENAI_DEPLOYMENTS')?.value
  const wrongDeployments = deployments !== undefined && !/^[^=,]+=[^=,]+(,[^=,]+=[^=,]+)*$/.test(deployments)
  return [
    ...ADDRESS_VARIABLES.flatMap((name) => {
      const value = env.get(name)?.value
      return value === undefined || isWebAddress(value) ? [] : [invalidAddress(name, value)]
    }),
    ...(wrongDeployments
      ? [`AZURE_OPENAI_DEPLOYMENTS is "${deployments}": write model=deployment,model=deployment`]
      : []),
  ]
}

export function invalidAddress(name: string, value: string): string {
  return `${name} is "${value.slice(0, 80)}", which is not a web address: begin it with https:// or http://`
}

/** Variables that look like settings and are none: a misspelt name, and a placeholder that nothing filled in. */
export function findVariableWarnings(env: Environment): readonly string[] {
  return env.names
    .filter((name) => name.startsWith('SHOWRUNNER_'))
    .flatMap((name) => {
      const raw = env.raw(name) ?? env.refused(name)
      if (raw === undefined) return []
      if (!OWN_VARIABLES.includes(name)) {
        const [near] = findNearestNames(name, OWN_VARIABLES, 1)
        return [`${name} (${raw.origin}) is not a setting${near ? `; did you mean ${near}?` : ' and changes nothing.'}`]
      }
      return isUnfilled(raw.value)
        ? [`${name} is ${raw.value}, which nothing filled in (${raw.origin}): it counts as not set.`]
        : []
    })
}
