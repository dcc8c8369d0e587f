import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The published lists that the catalog is made of, as far as it reads them. */
export interface Inputs {
  readonly modelsDev: Readonly<Record<string, DevVendor>>
  readonly openRouter: readonly RouterModel[]
  readonly liteLlm: Readonly<Record<string, LiteModel>>
  /** In the order of `SOURCE`. */
  readonly sources: readonly string[]
}

/** Places in `CatalogData.sources`. */
export const SOURCE_INDEX = { modelsDev: 0, genaiPrices: 1, openRouter: 2, liteLlm: 3 } as const

export interface DevVendor {
  readonly name: string
  readonly env: readonly string[]
  readonly api?: string
  readonly doc?: string
  /** The client package that speaks to it. */
  readonly protocol: string
  readonly models: Readonly<Record<string, DevModel>>
}

export interface DevModel {
  readonly name: string
  readonly family?: string
  readonly release_date: string
  readonly reasoning: boolean
  readonly tool_call: boolean
  readonly structured_output?: boolean
  readonly temperature?: boolean
  readonly reasoning_options?: readonly ReasoningOption[]
  readonly cost?: DevCost
  readonly limit: { readonly context: number; readonly output: number }
  readonly modalities: Modalities
  readonly status?: 'alpha' | 'beta' | 'deprecated'
  /** Where this model is served otherwise than the rest of the vendor's. */
  readonly provider?: { readonly npm?: string; readonly shape?: string }
}

export interface Modalities {
  readonly input: readonly string[]
  readonly output: readonly string[]
}

export type ReasoningOption =
  | { readonly type: 'effort'; readonly values: readonly string[] }
  | { readonly type: 'budget_tokens'; readonly min?: number; readonly max?: number }
  | { readonly type: 'toggle' }

/** USD for a million tokens. */
export interface DevRates {
  readonly input?: number
  readonly output?: number
  readonly cache_read?: number
  readonly cache_write?: number
  readonly cache_input?: number
  readonly cached_input?: number
  readonly cached_write?: number
  readonly reasoning?: number
}

export interface DevCost extends DevRates {
  readonly tiers?: readonly (DevRates & { readonly tier: { readonly size: number } })[]
  /** Fees that do not depend on token counts. */
  readonly citation?: number
  readonly request?: number
}

/** Prices in USD a token, as strings; -1 where it depends on the model that a router chooses. */
export interface RouterModel {
  readonly id: string
  readonly name: string
  readonly created: number
  readonly context_length?: number
  readonly architecture: { readonly input_modalities: readonly string[]; readonly output_modalities: readonly string[] }
  readonly pricing: RouterRates & {
    readonly overrides?: readonly (RouterRates & { readonly min_prompt_tokens: number })[]
  }
  readonly top_provider: { readonly max_completion_tokens?: number | null }
  readonly supported_parameters: readonly string[]
  readonly reasoning?: { readonly supported_efforts?: readonly string[] | null }
}

export interface RouterRates {
  readonly prompt: string
  readonly completion: string
  readonly input_cache_read?: string
  readonly input_cache_write?: string
  readonly internal_reasoning?: string
}

export interface LiteModel {
  readonly litellm_provider?: string
  readonly mode?: string
  readonly deprecation_date?: string
  readonly max_input_tokens?: number
  readonly max_output_tokens?: number
  readonly supports_sampling_params?: boolean
  readonly supports_assistant_prefill?: boolean
  readonly supports_vision?: boolean
  readonly supports_function_calling?: boolean
  readonly supports_response_schema?: boolean
  readonly supports_reasoning?: boolean
  readonly supports_none_reasoning_effort?: boolean
  readonly supports_minimal_reasoning_effort?: boolean
  readonly supports_xhigh_reasoning_effort?: boolean
  readonly supports_max_reasoning_effort?: boolean
}

/** The day on which the two lists without a date of their own were taken. */
export const SNAPSHOT_DATE = '2026-08-01'

/** Reads the lists in `folder`; the prices' version comes from the installed package. */
export function readInputs(folder: string): Inputs {
  const modelsDev: { readonly source: string; readonly providers: Inputs['modelsDev'] } = readJson(
    folder,
    'models-dev.json',
  )
  const openRouter: { readonly data: Inputs['openRouter'] } = readJson(folder, 'openrouter-models.json')
  const { version }: { readonly version: string } = readJson(
    join(import.meta.dirname, '../../node_modules/@pydantic/genai-prices'),
    'package.json',
  )
  const day = /\d{4}-\d{2}-\d{2}/.exec(modelsDev.source)?.[0]
  if (!day) throw new Error(`models-dev.json does not say of which day it is: ${modelsDev.source}`)
  return {
    modelsDev: modelsDev.providers,
    openRouter: openRouter.data,
    liteLlm: readJson(folder, 'litellm-model-prices.json'),
    sources: [
      `models.dev ${day}`,
      `genai-prices ${version}`,
      `openrouter ${SNAPSHOT_DATE}`,
      `litellm ${SNAPSHOT_DATE}`,
    ],
  }
}

const readJson = (folder: string, name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'))
