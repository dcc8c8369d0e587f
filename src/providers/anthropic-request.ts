import type { GenerateRequest, Setting } from '../contract/generate.ts'
import type { JsonPlan } from './anthropic-json.ts'
import { conversation } from './anthropic-messages.ts'
import { type Steer, steer } from './effort.ts'
import { inWords } from './json-mode.ts'
import { type About, type Built, taker } from './openai-chat-request.ts'

/** Required by this wire. The router always sets it; this is for those who ask without one. */
const MAX_TOKENS = 8192

/** The least thinking that the API takes, and what a model that can only be switched gets. */
const LEAST_BUDGET = 1024
const USUAL_BUDGET = 8192

/** A Messages request: https://platform.claude.com/docs/en/api/messages/create */
export function messagesRequest(request: GenerateRequest, about: About, json: JsonPlan | undefined): Built {
  const ignored = new Set<Setting>()
  const take = taker(about, ignored)
  const maxTokens = bound(request, about, ignored)
  const tools = toolsOf(request, json, take)
  const forced = tools.choice?.type === 'any' || tools.choice?.type === 'tool'
  const reasoning = reasoningOf(request, about, { maxTokens, forced, ignored })
  const stops = request.stop?.filter((stop) => stop.trim() !== '') ?? []
  if (stops.length < (request.stop?.length ?? 0)) ignored.add('stop')
  if (request.seed !== undefined) ignored.add('seed')
  const instructions = [request.system ?? '', request.json && json?.by === 'words' ? inWords(request.json) : '']
  const system = instructions.filter((part) => part.trim() !== '').join('\n\n')
  const outputConfig = {
    ...(reasoning.effort && { effort: reasoning.effort }),
    ...(json?.by === 'format' && { format: { type: 'json_schema', schema: json.schema } }),
  }
  const body = {
    model: request.model,
    max_tokens: maxTokens,
    stream: true,
    ...(system !== '' && { system }),
    messages: conversation(request.messages, { prefill: takesPrefill(about), ignored }),
    ...sampling(request, { thinks: reasoning.thinks, ignored, take }),
    ...(stops.length > 0 && take('stop', 'stop_sequences') && { stop_sequences: stops }),
    ...(reasoning.thinking && { thinking: reasoning.thinking }),
    ...(Object.keys(outputConfig).length > 0 && { output_config: outputConfig }),
    ...(tools.list.length > 0 && { tools: tools.list }),
    ...(tools.choice && { tool_choice: tools.choice }),
  }
  return { body, ignored: SETTINGS.filter((setting) => ignored.has(setting)) }
}

function takesPrefill({ facts, refused }: About): boolean {
  return facts?.prefill !== false && !refused.has('prefill')
}

const SETTINGS: readonly Setting[] = [
  ...(['maxOutputTokens', 'temperature', 'topP', 'stop', 'seed', 'reasoningEffort'] as const),
  ...(['json', 'tools', 'toolChoice', 'images'] as const),
]

function bound({ maxOutputTokens }: GenerateRequest, { facts }: About, ignored: Set<Setting>): number {
  const ceiling = facts?.maxOutputTokens ?? Number.POSITIVE_INFINITY
  if (maxOutputTokens !== undefined && maxOutputTokens > ceiling) ignored.add('maxOutputTokens')
  return Math.min(maxOutputTokens ?? MAX_TOKENS, ceiling)
}

/**
 * One of temperature and top_p at most: newer models refuse the two together. None with thinking. The scale ends at 1
 * here; a hotter wish is sent as 1, and listed.
 */
function sampling(
  { temperature, topP }: GenerateRequest,
  { thinks, ignored, take }: { thinks: boolean; ignored: Set<Setting>; take: ReturnType<typeof taker> },
): Readonly<Record<string, number>> {
  const wished = { ...(temperature !== undefined && { temperature }), ...(topP !== undefined && { topP }) }
  const drop = (...settings: readonly ('temperature' | 'topP')[]): void => {
    for (const setting of settings) if (wished[setting] !== undefined) ignored.add(setting)
  }
  if (thinks) {
    drop('temperature', 'topP')
    return {}
  }
  if (temperature !== undefined && take('temperature', 'temperature')) {
    drop('topP')
    if (temperature > 1) drop('temperature')
    return { temperature: Math.min(1, temperature) }
  }
  return topP !== undefined && take('topP', 'top_p') ? { top_p: topP } : {}
}

interface Reasoning {
  /** Reasoning is asked for, so that there is no sampling to set. */
  readonly thinks: boolean
  readonly thinking?: Readonly<Record<string, unknown>>
  readonly effort?: string
}

const AS_IT_IS: Reasoning = { thinks: false }

/**
 * Models with a budget think by it, the others as they see fit (`adaptive`); an effort goes along where the model has
 * such words. A budget leaves a quarter of the tokens for the answer, and none is possible where a tool call is forced.
 */
function reasoningOf(
  { reasoningEffort: effort }: GenerateRequest,
  { facts, refused }: About,
  { maxTokens, forced, ignored }: { maxTokens: number; forced: boolean; ignored: Set<Setting> },
): Reasoning {
  if (effort === undefined) return AS_IT_IS
  const canThink = !facts || facts.abilities.includes('thinking')
  const byBudget = facts?.thinkingBudget !== undefined && !refused.has('thinking.type.enabled')
  // A model with a budget thinks only when it is given one.
  if (effort === 'none' && (!canThink || byBudget)) return AS_IT_IS
  const made = canThink && (effort === 'none' ? off() : on(steer(effort, facts)))
  if (made && (made.thinking || made.effort)) return made
  ignored.add('reasoningEffort')
  return AS_IT_IS

  function off(): Reasoning | undefined {
    const steerable = !facts || facts.efforts || facts.thinkingToggle || facts.thinkingBudget
    return steerable && !refused.has('thinking') ? { thinks: false, thinking: { type: 'disabled' } } : undefined
  }

  function on(steered: Steer): Reasoning | undefined {
    if (steered.by === 'nothing' || steered.by === 'nature') return undefined
    const wordy = steered.by === 'word' && !refused.has('effort') && (!byBudget || facts?.efforts !== undefined)
    const word = wordy ? { effort: steered.word } : {}
    if (refused.has('thinking')) return { thinks: false, ...word }
    if (!byBudget && !facts?.thinkingToggle) return { thinks: true, thinking: { type: 'adaptive' }, ...word }
    const wanted = steered.by === 'word' ? steered.budgetTokens : USUAL_BUDGET
    const budget = Math.min(wanted, Math.floor((maxTokens * 3) / 4))
    if (forced || budget < Math.max(LEAST_BUDGET, facts?.thinkingBudget?.min ?? 0)) return { thinks: false, ...word }
    return { thinks: true, thinking: { type: 'enabled', budget_tokens: budget }, ...word }
  }
}

type Choice =
  | { readonly type: 'any' | 'none' }
  | { readonly type: 'tool'; readonly name: string; readonly disable_parallel_tool_use: true }

function toolsOf(
  request: GenerateRequest,
  json: JsonPlan | undefined,
  take: ReturnType<typeof taker>,
): { readonly list: readonly unknown[]; readonly choice: Choice | undefined } {
  const own = request.tools?.length && take('tools', 'tools') ? request.tools : []
  const list = own.map(({ name, description, schema }) => ({
    name,
    description,
    input_schema: { type: 'object', ...schema },
  }))
  if (json?.by === 'tool') {
    const answer = { name: json.name, description: 'Takes the whole answer. Call it once.', input_schema: json.schema }
    const free = own.length > 0 && request.toolChoice !== 'none'
    const only = { type: 'tool', name: json.name, disable_parallel_tool_use: true } as const
    return { list: [...list, answer], choice: free ? { type: 'any' } : only }
  }
  const wish = request.toolChoice
  if (own.length === 0 || wish === undefined || wish === 'auto') return { list, choice: undefined }
  if (!take('toolChoice', 'tool_choice')) return { list, choice: undefined }
  return { list, choice: { type: wish === 'required' ? 'any' : 'none' } }
}
