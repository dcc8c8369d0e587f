import type { GenerateRequest, Message, Setting } from '../../contract/generate.ts'
import { canBeStrict, jsonInstructions, schemaName } from '../request/json-mode.ts'
import { dataUrl, joinText } from '../request/parts.ts'
import { mapReasoningEffort } from '../request/reasoning-effort.ts'
import { canSendImages, createSettingFilter, type ModelContext, type WireRequest } from '../request/settings.ts'
import { chooseJsonMode, isEmpty } from './chat-request.ts'

/** The smallest bound that Responses takes: https://platform.openai.com/docs/api-reference/responses/create */
const MIN_OUTPUT_TOKENS = 16

/**
 * A Responses request. `stop` and `seed` do not exist there and are listed as ignored; a bound on the output
 * below the smallest is raised to it and listed too. Nothing is stored upstream.
 */
export function buildResponsesRequest(request: GenerateRequest, modelContext: ModelContext): WireRequest {
  const ignored = new Set<Setting>()
  const canSend = createSettingFilter(modelContext, ignored)
  if (request.stop?.length) ignored.add('stop')
  if (request.seed !== undefined) ignored.add('seed')
  const { maxOutputTokens } = request
  if (maxOutputTokens !== undefined && maxOutputTokens < MIN_OUTPUT_TOKENS) ignored.add('maxOutputTokens')
  const tools = request.tools?.length && canSend('tools', 'tools') ? request.tools : undefined
  const mode = request.json && chooseJsonMode(request.json, modelContext, tools !== undefined)
  const instructions = [request.system ?? '', request.json && mode !== 'schema' ? jsonInstructions(request.json) : '']
  const system = instructions.filter((part) => part !== '').join('\n\n')
  const images = canSendImages(request, canSend, ignored)
  const body = {
    model: request.model,
    ...(system !== '' && { instructions: system }),
    input: request.messages.filter((message) => !isEmpty(message)).flatMap((message) => inputItems(message, images)),
    stream: !modelContext.unsupported.has('stream'),
    store: false,
    ...(maxOutputTokens !== undefined && { max_output_tokens: Math.max(MIN_OUTPUT_TOKENS, maxOutputTokens) }),
    ...(request.temperature !== undefined &&
      canSend('temperature', 'temperature') && { temperature: request.temperature }),
    ...(request.topP !== undefined && canSend('topP', 'top_p') && { top_p: request.topP }),
    ...(request.reasoningEffort && reasoningParameters(request.reasoningEffort, modelContext, ignored)),
    ...(request.json && mode && mode !== 'words' && { text: { format: textFormat(request.json, mode) } }),
    ...(tools && {
      tools: tools.map(({ name, description, schema }) => ({
        type: 'function',
        name,
        description,
        parameters: schema,
        strict: false,
      })),
    }),
    ...(tools && request.toolChoice && canSend('toolChoice', 'tool_choice') && { tool_choice: request.toolChoice }),
  }
  return { body, ignored: [...ignored] }
}

function reasoningParameters(
  effort: NonNullable<GenerateRequest['reasoningEffort']>,
  { facts, unsupported }: ModelContext,
  ignored: Set<Setting>,
): Readonly<Record<string, unknown>> {
  const control = mapReasoningEffort(effort, facts)
  if (control.by === 'nature') return {}
  if (control.by === 'word' && !unsupported.has('reasoning')) return { reasoning: { effort: control.word } }
  ignored.add('reasoningEffort')
  return {}
}

function textFormat(json: NonNullable<GenerateRequest['json']>, mode: 'schema' | 'object'): unknown {
  if (mode === 'object') return { type: 'json_object' }
  return { type: 'json_schema', name: schemaName(json), schema: json.schema, strict: canBeStrict(json.schema) }
}

function inputItems(message: Message, images: boolean): readonly unknown[] {
  const text = joinText(message.parts)
  if (message.role === 'tool') {
    const output = message.failed ? `Failed: ${text}` : text
    return [{ type: 'function_call_output', call_id: message.callId, output }]
  }
  if (message.role === 'assistant') {
    const calls = (message.calls ?? []).map((call) => ({
      type: 'function_call',
      call_id: call.id,
      name: call.name,
      arguments: JSON.stringify(call.args ?? {}),
    }))
    return text === '' && calls.length > 0 ? calls : [{ role: 'assistant', content: text }, ...calls]
  }
  if (!images || message.parts.every((part) => part.type === 'text')) return [{ role: 'user', content: text }]
  const parts = message.parts.map((part) =>
    part.type === 'text'
      ? { type: 'input_text', text: part.text }
      : { type: 'input_image', image_url: dataUrl(part), detail: 'auto' },
  )
  return [{ role: 'user', content: parts }]
}
