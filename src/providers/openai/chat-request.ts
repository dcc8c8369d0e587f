import type { GenerateRequest, Message, Part, Setting } from '../../contract/generate.ts'
import type { Quirks } from '../quirks.ts'
import { canBeStrict, isObjectSchema, type JsonMode, jsonInstructions, schemaName } from '../request/json-mode.ts'
import { dataUrl, joinText } from '../request/parts.ts'
import { mapReasoningEffort, type ReasoningControl } from '../request/reasoning-effort.ts'
import { canSendImages, createSettingFilter, type ModelContext, type WireRequest } from '../request/settings.ts'

/** A Chat Completions request: https://platform.openai.com/docs/api-reference/chat/create, as far as the vendor takes it. */
export function buildChatRequest(request: GenerateRequest, modelContext: ModelContext): WireRequest {
  const { quirks, unsupported } = modelContext
  const ignored = new Set<Setting>()
  const canSend = createSettingFilter(modelContext, ignored)
  const tools = request.tools?.length && canSend('tools', 'tools') ? request.tools : undefined
  const mode = request.json && chooseJsonMode(request.json, modelContext, tools !== undefined)
  const stream =
    !unsupported.has('stream') &&
    !quirks.noStreamingWith?.some((what) => (what === 'json' ? mode && mode !== 'words' : tools))
  const seedField = quirks.seedField ?? 'seed'
  const effort = request.reasoningEffort && reasoningParameters(request.reasoningEffort, modelContext, ignored)
  const body = {
    model: request.model,
    messages: chatMessages(request, quirks, mode, canSendImages(request, canSend, ignored)),
    stream,
    ...(stream &&
      !quirks.noStreamUsage &&
      !unsupported.has('stream_options') && { stream_options: { include_usage: true } }),
    ...(request.maxOutputTokens !== undefined && { [maxTokensField(modelContext)]: request.maxOutputTokens }),
    ...(request.temperature !== undefined &&
      canSend('temperature', 'temperature') && { temperature: request.temperature }),
    ...(request.topP !== undefined && canSend('topP', 'top_p') && { top_p: request.topP }),
    ...(request.stop?.length && canSend('stop', 'stop') && { stop: limitStops(request.stop, quirks, ignored) }),
    ...(request.seed !== undefined && canSend('seed', seedField) && { [seedField]: request.seed }),
    ...effort,
    ...(request.json && mode && mode !== 'words' && { response_format: responseFormat(request.json, mode) }),
    ...(tools && {
      tools: tools.map(({ schema, ...tool }) => ({ type: 'function', function: { ...tool, parameters: schema } })),
    }),
    ...(tools && request.toolChoice && canSend('toolChoice', 'tool_choice') && { tool_choice: request.toolChoice }),
  }
  return { body, ignored: [...ignored] }
}

/** Never left out, because it makes a hold a true bound. After a refusal of one spelling the other is used. */
function maxTokensField({ quirks, unsupported }: ModelContext): string {
  const [usual, other] =
    quirks.maxTokensField === 'max_completion_tokens'
      ? ['max_completion_tokens', 'max_tokens']
      : ['max_tokens', 'max_completion_tokens']
  return unsupported.has(usual) && !unsupported.has(other) ? other : usual
}

function limitStops(stop: readonly string[], quirks: Quirks, ignored: Set<Setting>): readonly string[] {
  const maxStops = quirks.maxStops ?? 4
  if (stop.length > maxStops) ignored.add('stop')
  return stop.slice(0, maxStops)
}

/**
 * By schema where the catalog says that the model has structured output, and for a model that nothing is known of, whose
 * refusal is remembered; in words for every other.
 */
export function chooseJsonMode(
  json: NonNullable<GenerateRequest['json']>,
  modelContext: ModelContext,
  withTools: boolean,
): JsonMode {
  const { facts, quirks, unsupported } = modelContext
  if (unsupported.has('response_format') || unsupported.has('text') || (withTools && quirks.noJsonWithTools))
    return 'words'
  const mode = quirks.jsonMode ?? (facts && !facts.abilities.includes('json') ? 'words' : 'schema')
  return mode !== 'words' && !isObjectSchema(json.schema) ? 'words' : mode
}

function responseFormat(json: NonNullable<GenerateRequest['json']>, mode: JsonMode): unknown {
  if (mode === 'object') return { type: 'json_object' }
  return {
    type: 'json_schema',
    json_schema: { name: schemaName(json), schema: json.schema, strict: canBeStrict(json.schema) },
  }
}

function reasoningParameters(
  effort: NonNullable<GenerateRequest['reasoningEffort']>,
  { facts, quirks, unsupported }: ModelContext,
  ignored: Set<Setting>,
): Readonly<Record<string, unknown>> {
  const control = mapReasoningEffort(effort, facts)
  if (control.by === 'nature') return {}
  const parameters =
    control.by === 'nothing' ? {} : REASONING_STYLES[quirks.reasoningStyle ?? 'effort'](control, effort)
  const supported = Object.entries(parameters).filter(([parameter]) => !unsupported.has(parameter))
  if (supported.length === 0) ignored.add('reasoningEffort')
  return Object.fromEntries(supported)
}

type ReasoningStyle = (
  control: Extract<ReasoningControl, { by: 'word' | 'switch' }>,
  effort: string,
) => Readonly<Record<string, unknown>>

/** The parameters for reasoning, by the vendor's style. */
const REASONING_STYLES: Readonly<Record<NonNullable<Quirks['reasoningStyle']>, ReasoningStyle>> = {
  effort: (control, effort) => ({
    reasoning_effort: control.by === 'word' ? control.word : control.on ? effort : 'none',
  }),
  openrouter: (control) => ({ reasoning: control.by === 'word' ? { effort: control.word } : { enabled: control.on } }),
  together: (control) =>
    control.by === 'word' ? { reasoning_effort: control.word } : { reasoning: { enabled: control.on } },
  thinking: (control) =>
    control.by === 'word'
      ? { thinking: { type: 'enabled' }, reasoning_effort: control.word }
      : { thinking: { type: control.on ? 'enabled' : 'disabled' } },
  enable_thinking: (control) => {
    if (control.by === 'switch') return { enable_thinking: control.on }
    if (control.word === 'none') return { enable_thinking: false }
    return { enable_thinking: true, thinking_budget: control.budgetTokens }
  },
}

function chatMessages(
  request: GenerateRequest,
  quirks: Quirks,
  mode: JsonMode | undefined,
  images: boolean,
): readonly unknown[] {
  const system = [request.system ?? '', request.json && mode !== 'schema' ? jsonInstructions(request.json) : '']
    .filter((part) => part !== '')
    .join('\n\n')
  return [
    ...(system === '' ? [] : [{ role: 'system', content: system }]),
    ...request.messages.filter((message) => !isEmpty(message)).map((message) => chatMessage(message, quirks, images)),
  ]
}

/** An answer without text and calls (reasoning alone) has no place in a conversation: vendors refuse an empty message. */
export function isEmpty(message: Message): boolean {
  return message.role === 'assistant' && !message.calls?.length && joinText(message.parts).trim() === ''
}

function chatMessage(message: Message, quirks: Quirks, images: boolean): unknown {
  const callId = (id: string): string => (quirks.shortCallIds ? shortId(id) : id)
  if (message.role === 'user') return { role: 'user', content: messageContent(message.parts, images) }
  if (message.role === 'tool') {
    const text = joinText(message.parts)
    return { role: 'tool', tool_call_id: callId(message.callId), content: message.failed ? `Failed: ${text}` : text }
  }
  const calls = message.calls?.map((call) => ({
    id: callId(call.id),
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.args ?? {}) },
    ...quirks.toolCallExtras,
  }))
  const text = joinText(message.parts)
  return calls?.length
    ? { role: 'assistant', content: text === '' ? null : text, tool_calls: calls }
    : { role: 'assistant', content: text }
}

/** A string where it can be one: not every server takes parts. */
function messageContent(parts: readonly Part[], images: boolean): unknown {
  if (!images || parts.every((part) => part.type === 'text')) return joinText(parts)
  return parts.map((part) => (part.type === 'text' ? part : { type: 'image_url', image_url: { url: dataUrl(part) } }))
}

/** Mistral takes only ids of nine letters and digits. The same id always becomes the same nine. */
function shortId(id: string): string {
  if (/^[A-Za-z0-9]{9}$/.test(id)) return id
  let sum = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(id)) sum = ((sum ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn
  return sum.toString(36).padStart(9, '0').slice(-9)
}
