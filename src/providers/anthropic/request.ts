import type { GenerateRequest, Setting } from '../../contract/generate.ts'
import { jsonInstructions } from '../request/json-mode.ts'
import { mapReasoningEffort, type ReasoningControl } from '../request/reasoning-effort.ts'
import { createSettingFilter, type ModelContext, type SettingFilter, type WireRequest } from '../request/settings.ts'
import type { JsonPlan } from './json-output.ts'
import { toWireMessages } from './messages.ts'

/** The bound of a request without one, because this wire requires it. The router always sets it. */
const DEFAULT_MAX_TOKENS = 8192

/** The smallest thinking budget of the API, and the budget of a model whose thinking can only be switched. */
const MIN_THINKING_TOKENS = 1024
const DEFAULT_THINKING_TOKENS = 8192

/** A Messages request: https://platform.claude.com/docs/en/api/messages/create */
export function buildMessagesRequest(
  request: GenerateRequest,
  modelContext: ModelContext,
  jsonPlan: JsonPlan | undefined,
): WireRequest {
  const ignored = new Set<Setting>()
  const canSend = createSettingFilter(modelContext, ignored)
  const maxTokens = boundMaxTokens(request, modelContext, ignored)
  const tools = buildTools(request, jsonPlan, canSend)
  const forced = tools.choice?.type === 'any' || tools.choice?.type === 'tool'
  const reasoning = chooseReasoning(request, modelContext, { maxTokens, forced, ignored })
  const stops = request.stop?.filter((stop) => stop.trim() !== '') ?? []
  if (stops.length < (request.stop?.length ?? 0)) ignored.add('stop')
  if (request.seed !== undefined) ignored.add('seed')
  const instructions = [
    request.system ?? '',
    request.json && jsonPlan?.by === 'words' ? jsonInstructions(request.json) : '',
  ]
  const system = instructions.filter((part) => part.trim() !== '').join('\n\n')
  const outputConfig = {
    ...(reasoning.effort && { effort: reasoning.effort }),
    ...(jsonPlan?.by === 'format' && { format: { type: 'json_schema', schema: jsonPlan.schema } }),
  }
  const body = {
    model: request.model,
    max_tokens: maxTokens,
    stream: true,
    ...(system !== '' && { system }),
    messages: toWireMessages(request.messages, { prefill: takesPrefill(modelContext), ignored }),
    ...sampling(request, { thinks: reasoning.thinks, ignored, take: canSend }),
    ...(stops.length > 0 && canSend('stop', 'stop_sequences') && { stop_sequences: stops }),
    ...(reasoning.thinking && { thinking: reasoning.thinking }),
    ...(Object.keys(outputConfig).length > 0 && { output_config: outputConfig }),
    ...(tools.list.length > 0 && { tools: tools.list }),
    ...(tools.choice && { tool_choice: tools.choice }),
  }
  return { body, ignored: SETTINGS.filter((setting) => ignored.has(setting)) }
}

function takesPrefill({ facts, unsupported }: ModelContext): boolean {
  return facts?.prefill !== false && !unsupported.has('prefill')
}

const SETTINGS: readonly Setting[] = [
  ...(['maxOutputTokens', 'temperature', 'topP', 'stop', 'seed', 'reasoningEffort'] as const),
  ...(['json', 'tools', 'toolChoice', 'images'] as const),
]

function boundMaxTokens({ maxOutputTokens }: GenerateRequest, { facts }: ModelContext, ignored: Set<Setting>): number {
  const ceiling = facts?.maxOutputTokens ?? Number.POSITIVE_INFINITY
  if (maxOutputTokens !== undefined && maxOutputTokens > ceiling) ignored.add('maxOutputTokens')
  return Math.min(maxOutputTokens ?? DEFAULT_MAX_TOKENS, ceiling)
}

/**
 * One of temperature and top_p at most, because newer models refuse the two together; none with thinking. The scale ends
 * at 1 here: a higher temperature is sent as 1, and listed.
 */
function sampling(
  { temperature, topP }: GenerateRequest,
  { thinks, ignored, take: canSend }: { thinks: boolean; ignored: Set<Setting>; take: SettingFilter },
): Readonly<Record<string, number>> {
  const requested = { ...(temperature !== undefined && { temperature }), ...(topP !== undefined && { topP }) }
  const drop = (...names: readonly ('temperature' | 'topP')[]): void => {
    for (const setting of names) if (requested[setting] !== undefined) ignored.add(setting)
  }
  if (thinks) {
    drop('temperature', 'topP')
    return {}
  }
  if (temperature !== undefined && canSend('temperature', 'temperature')) {
    drop('topP')
    if (temperature > 1) drop('temperature')
    return { temperature: Math.min(1, temperature) }
  }
  return topP !== undefined && canSend('topP', 'top_p') ? { top_p: topP } : {}
}

interface Reasoning {
  /** Reasoning is on, which excludes sampling settings. */
  readonly thinks: boolean
  readonly thinking?: Readonly<Record<string, unknown>>
  readonly effort?: string
}

const MODEL_DEFAULT: Reasoning = { thinks: false }

/**
 * Models with a thinking budget get one, the others `adaptive`, with an effort where the model has such words. A budget
 * leaves a quarter of the tokens for the answer, and is not possible where a tool call is forced.
 */
function chooseReasoning(
  { reasoningEffort: effort }: GenerateRequest,
  { facts, unsupported }: ModelContext,
  { maxTokens, forced, ignored }: { maxTokens: number; forced: boolean; ignored: Set<Setting> },
): Reasoning {
  if (effort === undefined) return MODEL_DEFAULT
  const canThink = !facts || facts.abilities.includes('thinking')
  const thinksByBudget = facts?.thinkingBudget !== undefined && !unsupported.has('thinking.type.enabled')
  // A model with a budget thinks only when it is given one.
  if (effort === 'none' && (!canThink || thinksByBudget)) return MODEL_DEFAULT
  const chosen = canThink && (effort === 'none' ? disableThinking() : enableThinking(mapReasoningEffort(effort, facts)))
  if (chosen && (chosen.thinking || chosen.effort)) return chosen
  ignored.add('reasoningEffort')
  return MODEL_DEFAULT

  function disableThinking(): Reasoning | undefined {
    const steerable = !facts || facts.efforts || facts.thinkingToggle || facts.thinkingBudget
    return steerable && !unsupported.has('thinking') ? { thinks: false, thinking: { type: 'disabled' } } : undefined
  }

  function enableThinking(control: ReasoningControl): Reasoning | undefined {
    if (control.by === 'nothing' || control.by === 'nature') return undefined
    const takesEffortWord =
      control.by === 'word' && !unsupported.has('effort') && (!thinksByBudget || facts?.efforts !== undefined)
    const effortField = takesEffortWord ? { effort: control.word } : {}
    if (unsupported.has('thinking')) return { thinks: false, ...effortField }
    if (!thinksByBudget && !facts?.thinkingToggle)
      return { thinks: true, thinking: { type: 'adaptive' }, ...effortField }
    const wantedTokens = control.by === 'word' ? control.budgetTokens : DEFAULT_THINKING_TOKENS
    const budgetTokens = Math.min(wantedTokens, Math.floor((maxTokens * 3) / 4))
    if (forced || budgetTokens < Math.max(MIN_THINKING_TOKENS, facts?.thinkingBudget?.min ?? 0))
      return { thinks: false, ...effortField }
    return { thinks: true, thinking: { type: 'enabled', budget_tokens: budgetTokens }, ...effortField }
  }
}

type ToolChoice =
  | { readonly type: 'any' | 'none' }
  | { readonly type: 'tool'; readonly name: string; readonly disable_parallel_tool_use: true }

function buildTools(
  request: GenerateRequest,
  jsonPlan: JsonPlan | undefined,
  canSend: SettingFilter,
): { readonly list: readonly unknown[]; readonly choice: ToolChoice | undefined } {
  const requestTools = request.tools?.length && canSend('tools', 'tools') ? request.tools : []
  const list = requestTools.map(({ name, description, schema }) => ({
    name,
    description,
    input_schema: { type: 'object', ...schema },
  }))
  if (jsonPlan?.by === 'tool') {
    const answer = {
      name: jsonPlan.name,
      description: 'Takes the whole answer. Call it once.',
      input_schema: jsonPlan.schema,
    }
    const mayCallOthers = requestTools.length > 0 && request.toolChoice !== 'none'
    const answerOnly = { type: 'tool', name: jsonPlan.name, disable_parallel_tool_use: true } as const
    return { list: [...list, answer], choice: mayCallOthers ? { type: 'any' } : answerOnly }
  }
  const toolChoice = request.toolChoice
  if (requestTools.length === 0 || toolChoice === undefined || toolChoice === 'auto') return { list, choice: undefined }
  if (!canSend('toolChoice', 'tool_choice')) return { list, choice: undefined }
  return { list, choice: { type: toolChoice === 'required' ? 'any' : 'none' } }
}
