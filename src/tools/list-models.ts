import { z } from 'zod'
import type { App } from '../app.ts'
import { GenerateError } from '../contract/errors.ts'
import type { BudgetState } from '../contract/ledger.ts'
import { matchesModel } from '../contract/match.ts'
import type { ModelFacts } from '../contract/provider.ts'
import { countOf } from '../lib/text.ts'
import type { ProviderInfo } from '../registry/index.ts'
import { toUsd } from '../report.ts'
import { type ProbeResult, probeProviders } from './probe-providers.ts'
import { defineTool } from './tool.ts'

const status = z.enum(['ready', 'no_key', 'cooling_down', 'unreachable', 'over_budget'])
type Status = z.output<typeof status>
const abilities = ['text', 'images', 'tools', 'json', 'thinking'] as const
const rate = z.number().nullable()

export default defineTool({
  name: 'list_models',
  title: 'List models',
  description:
    'List the LLMs that can be asked now (OpenAI, Anthropic, Google, local engines), with prices, context windows and capabilities; and the providers, with the setting that is missing for those that are not ready.',
  input: z.object({
    provider: z.string().optional(),
    capability: z.enum(abilities).optional(),
    query: z.string().optional().describe('Words of the id or the name.'),
    available_only: z.boolean().default(true),
    verify: z.boolean().default(false).describe('Ask each provider which models its key can use.'),
    limit: z.int().min(1).max(50).default(20),
  }),
  output: z.object({
    models: z.array(
      z.object({
        id: z.string(),
        provider: z.string(),
        name: z.string(),
        status,
        context_tokens: z.int().nullable(),
        max_output_tokens: z.int().nullable(),
        capabilities: z.array(z.string()),
        price: z
          .object({
            input_usd_per_mtok: z.number(),
            cached_input_usd_per_mtok: rate,
            output_usd_per_mtok: z.number(),
            source: z.string(),
          })
          .nullable(),
        aliases: z.array(z.string()),
      }),
    ),
    default_model: z.string().nullable(),
    providers: z.array(z.object({ id: z.string(), status, models: z.int(), fix: z.string().optional() })),
    total: z.int().describe('Matching models, shown or not.'),
    warnings: z.array(z.string()).optional(),
  }),
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: true },
  headline: ({ total, models, default_model }) =>
    `${countOf(total, 'model matches', 'models match')}, ${models.length} shown. ${default_model ? `Default model: ${default_model}.` : 'No model can be asked by default: set a key of a provider below.'}`,
  async run({ provider, capability, query, available_only, verify, limit }, { app, signal, progress }) {
    const providers = (await app.registry.list(signal)).filter((info) => provider === undefined || info.id === provider)
    const shown = providers.filter((info) => info.provider || !available_only || provider !== undefined)
    const budgets = await (await app.ledger()).budgets(app.world.now())
    const probes = verify ? await probeProviders(app, shown, signal, progress) : new Map<string, ProbeResult>()
    const matching = shown.flatMap((info) =>
      listProviderModels(info, probes.get(info.id))
        .filter((facts) => (!capability || facts.abilities.includes(capability)) && matchesQuery(query, info, facts))
        .map((facts) => ({ member: info, facts })),
    )
    const { warnings } = app.settings
    const rows = await Promise.all(
      matching.map(async ({ member: info, facts }) => {
        const status = await getStatus(app, info, facts, probes.get(info.id), budgets)
        return { member: info, facts, status }
      }),
    )
    const preferred = await preferredModels(app, signal)
    const rank = ({ member: info, facts }: (typeof rows)[number]): number => {
      const at = preferred.indexOf(`${info.id}/${facts.id}`)
      return at < 0 ? preferred.length : at
    }
    const sorted = rows.sort(
      (a, b) =>
        status.options.indexOf(a.status) - status.options.indexOf(b.status) ||
        rank(a) - rank(b) ||
        (b.facts.released ?? '').localeCompare(a.facts.released ?? ''),
    )
    return {
      models: sorted.slice(0, limit).map(({ member: info, facts, status }) => toModelRow(app, info, facts, status)),
      default_model: preferred[0] ?? null,
      providers: shown.map((info) => toProviderRow(info, probes.get(info.id))),
      total: rows.length,
      ...(warnings.length > 0 && { warnings: [...warnings] }),
    }
  },
})

/** The models that the key can use, where the provider was asked; else those of the catalog. */
function listProviderModels(info: ProviderInfo, probe: ProbeResult | undefined): readonly ModelFacts[] {
  if (!probe || !('models' in probe)) return info.models()
  const known = new Map(info.models().map((facts) => [facts.id, facts]))
  return probe.models.map(
    ({ id, contextTokens }) =>
      known.get(id) ?? {
        id,
        name: id,
        abilities: ['text'],
        source: 'the provider itself',
        ...(contextTokens && { contextTokens }),
      },
  )
}

function matchesQuery(query: string | undefined, info: ProviderInfo, facts: ModelFacts): boolean {
  const text = `${info.id}/${facts.id} ${facts.name}`.toLowerCase()
  return (query ?? '')
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

async function getStatus(
  app: App,
  info: ProviderInfo,
  facts: ModelFacts,
  probe: ProbeResult | undefined,
  budgets: readonly BudgetState[],
): Promise<Status> {
  if (!info.provider) return 'no_key'
  if (probe && 'status' in probe) return probe.status
  if ((await app.router.modelStatus(info.provider, facts.id)) === 'cooling_down') return 'cooling_down'
  const free = facts.price?.output === 0 && facts.price.input === 0
  const spent = budgets.some(
    (budget) => budget.remainingMicroUsd === 0 && matchesModel(budget.match, info.id, facts.id),
  )
  return spent && !free ? 'over_budget' : 'ready'
}

function toModelRow(app: App, info: ProviderInfo, facts: ModelFacts, status: Status) {
  const id = `${info.id}/${facts.id}`
  const { price } = facts
  return {
    id,
    provider: info.id,
    name: facts.name,
    status,
    context_tokens: facts.contextTokens ?? null,
    max_output_tokens: facts.maxOutputTokens ?? null,
    capabilities: [...facts.abilities],
    price: price
      ? {
          input_usd_per_mtok: toUsd(price.input),
          cached_input_usd_per_mtok: toUsd(price.cachedInput),
          output_usd_per_mtok: toUsd(price.output),
          source: price.source,
        }
      : null,
    aliases: Object.entries({ ...app.settings.routing.projectAliases, ...app.settings.routing.aliases }).flatMap(
      ([alias, models]) => (models.includes(id) || models.includes(facts.id) ? [alias] : []),
    ),
  }
}

function toProviderRow(info: ProviderInfo, probe: ProbeResult | undefined) {
  const failed = probe && 'status' in probe ? probe : undefined
  const fix = failed?.fix ?? info.fix
  return {
    id: info.id,
    status: failed?.status ?? (info.provider ? ('ready' as const) : ('no_key' as const)),
    models: listProviderModels(info, probe).length,
    ...(fix && { fix }),
  }
}

/** The models that `auto` would ask now, in order. */
async function preferredModels(app: App, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return (await app.router.resolve('auto', signal)).map(({ provider, facts }) => `${provider.id}/${facts.id}`)
  } catch (error) {
    if (error instanceof GenerateError) return [] // no provider is ready, or the default model's name is wrong
    throw error
  }
}
