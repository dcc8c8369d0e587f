import { z } from 'zod'
import type { App } from '../app.ts'
import { GenerateError } from '../contract/errors.ts'
import type { BudgetState } from '../contract/ledger.ts'
import { matches } from '../contract/match.ts'
import type { ModelFacts } from '../contract/provider.ts'
import { usd } from '../report.ts'
import type { Member } from '../roster.ts'
import { tool } from './tool.ts'
import { type Seen, verified } from './verify.ts'

const status = z.enum(['ready', 'no_key', 'cooling_down', 'unreachable', 'over_budget'])
type Status = z.output<typeof status>
const abilities = ['text', 'images', 'tools', 'json', 'thinking'] as const
const rate = z.number().nullable()

export default tool({
  name: 'list_models',
  title: 'List models',
  description:
    'The models that can be asked now, with prices, windows and abilities; and the providers, with what is missing for those that are not ready.',
  input: z.object({
    provider: z.string().optional(),
    capability: z.enum(abilities).optional(),
    query: z.string().optional().describe('Words from the id or the name.'),
    available_only: z.boolean().default(true),
    verify: z.boolean().default(false).describe('Ask each provider what its key can really see.'),
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
    total: z.int().describe('Models that fit, shown or not.'),
  }),
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: true },
  async run({ provider, capability, query, available_only, verify, limit }, { app, signal, progress }) {
    const everyone = (await app.roster.everyone(signal)).filter(
      (member) => provider === undefined || member.id === provider,
    )
    const asked = everyone.filter((member) => member.provider || !available_only || provider !== undefined)
    const budgets = await (await app.ledger()).budgets(app.world.now())
    const seen = verify ? await verified(app, asked, signal, progress) : new Map<string, Seen>()
    const fitting = asked.flatMap((member) =>
      modelsOf(member, seen.get(member.id))
        .filter((facts) => (!capability || facts.abilities.includes(capability)) && fits(query, member, facts))
        .map((facts) => ({ member, facts })),
    )
    const rows = await Promise.all(
      fitting.map(async ({ member, facts }) => {
        const status = await statusOf(app, member, facts, seen.get(member.id), budgets)
        return { member, facts, status }
      }),
    )
    const preferred = await preferredModels(app, signal)
    const place = ({ member, facts }: (typeof rows)[number]): number => {
      const at = preferred.indexOf(`${member.id}/${facts.id}`)
      return at < 0 ? preferred.length : at
    }
    const sorted = rows.sort(
      (a, b) =>
        status.options.indexOf(a.status) - status.options.indexOf(b.status) ||
        place(a) - place(b) ||
        (b.facts.released ?? '').localeCompare(a.facts.released ?? ''),
    )
    return {
      models: sorted.slice(0, limit).map(({ member, facts, status }) => modelOf(app, member, facts, status)),
      default_model: preferred[0] ?? null,
      providers: asked.map((member) => providerOf(member, seen.get(member.id))),
      total: rows.length,
    }
  },
})

/** With a live answer, what the key can see; else what the catalog knows. */
function modelsOf(member: Member, seen: Seen | undefined): readonly ModelFacts[] {
  if (!seen || !('models' in seen)) return member.models()
  const known = new Map(member.models().map((facts) => [facts.id, facts]))
  return seen.models.map(
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

function fits(query: string | undefined, member: Member, facts: ModelFacts): boolean {
  const text = `${member.id}/${facts.id} ${facts.name}`.toLowerCase()
  return (query ?? '')
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

async function statusOf(
  app: App,
  member: Member,
  facts: ModelFacts,
  seen: Seen | undefined,
  budgets: readonly BudgetState[],
): Promise<Status> {
  if (!member.provider) return 'no_key'
  if (seen && 'status' in seen) return seen.status
  if ((await app.router.status(member.id, facts.id)) === 'cooling_down') return 'cooling_down'
  const free = facts.price?.output === 0 && facts.price.input === 0
  const spent = budgets.some((budget) => budget.remainingMicroUsd === 0 && matches(budget.match, member.id, facts.id))
  return spent && !free ? 'over_budget' : 'ready'
}

function modelOf(app: App, member: Member, facts: ModelFacts, status: Status) {
  const id = `${member.id}/${facts.id}`
  const { price } = facts
  return {
    id,
    provider: member.id,
    name: facts.name,
    status,
    context_tokens: facts.contextTokens ?? null,
    max_output_tokens: facts.maxOutputTokens ?? null,
    capabilities: [...facts.abilities],
    price: price
      ? {
          input_usd_per_mtok: usd(price.input),
          cached_input_usd_per_mtok: usd(price.cachedInput),
          output_usd_per_mtok: usd(price.output),
          source: price.source,
        }
      : null,
    aliases: Object.entries(app.settings.routing.aliases).flatMap(([alias, models]) =>
      models.includes(id) || models.includes(facts.id) ? [alias] : [],
    ),
  }
}

function providerOf(member: Member, seen: Seen | undefined) {
  const failed = seen && 'status' in seen ? seen : undefined
  const fix = failed?.fix ?? member.fix
  return {
    id: member.id,
    status: failed?.status ?? (member.provider ? ('ready' as const) : ('no_key' as const)),
    models: modelsOf(member, seen).length,
    ...(fix && { fix }),
  }
}

/** What `auto` would ask now, in order. */
async function preferredModels(app: App, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return (await app.router.resolve('auto', signal)).map(({ provider, facts }) => `${provider.id}/${facts.id}`)
  } catch (error) {
    if (error instanceof GenerateError) return [] // nobody is ready, or the default model's name is wrong
    throw error
  }
}
