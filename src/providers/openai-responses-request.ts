import type { GenerateRequest, Message, Setting } from '../contract/generate.ts'
import { steer } from './effort.ts'
import { inWords, isStrict, schemaName } from './json-mode.ts'
import { type About, type Built, dataUrl, jsonMode, taker, textOf, withImages } from './openai-chat-request.ts'

/** The least that Responses takes: https://platform.openai.com/docs/api-reference/responses/create */
const LEAST_OUTPUT_TOKENS = 16

/**
 * A Responses request. `stop` and `seed` do not exist there and are listed as ignored; a bound on the output below what
 * Responses takes is raised to it and listed too. Nothing is stored upstream.
 */
export function responsesRequest(request: GenerateRequest, about: About): Built {
  const ignored = new Set<Setting>()
  const take = taker(about, ignored)
  if (request.stop?.length) ignored.add('stop')
  if (request.seed !== undefined) ignored.add('seed')
  const { maxOutputTokens } = request
  if (maxOutputTokens !== undefined && maxOutputTokens < LEAST_OUTPUT_TOKENS) ignored.add('maxOutputTokens')
  const tools = request.tools?.length && take('tools', 'tools') ? request.tools : undefined
  const mode = request.json && jsonMode(request.json, about, tools !== undefined)
  const instructions = [request.system ?? '', request.json && mode !== 'schema' ? inWords(request.json) : '']
  const system = instructions.filter((part) => part !== '').join('\n\n')
  const images = withImages(request, take, ignored)
  const body = {
    model: request.model,
    ...(system !== '' && { instructions: system }),
    input: request.messages.flatMap((message) => items(message, images)),
    stream: true,
    store: false,
    ...(maxOutputTokens !== undefined && { max_output_tokens: Math.max(LEAST_OUTPUT_TOKENS, maxOutputTokens) }),
    ...(request.temperature !== undefined &&
      take('temperature', 'temperature') && { temperature: request.temperature }),
    ...(request.topP !== undefined && take('topP', 'top_p') && { top_p: request.topP }),
    ...(request.reasoningEffort && reasoning(request.reasoningEffort, about, ignored)),
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
    ...(tools && request.toolChoice && take('toolChoice', 'tool_choice') && { tool_choice: request.toolChoice }),
  }
  return { body, ignored: [...ignored] }
}

function reasoning(
  effort: NonNullable<GenerateRequest['reasoningEffort']>,
  { facts, refused }: About,
  ignored: Set<Setting>,
): Readonly<Record<string, unknown>> {
  const steered = steer(effort, facts)
  if (steered.by === 'nature') return {}
  if (steered.by === 'word' && !refused.has('reasoning')) return { reasoning: { effort: steered.word } }
  ignored.add('reasoningEffort')
  return {}
}

function textFormat(json: NonNullable<GenerateRequest['json']>, mode: 'schema' | 'object'): unknown {
  if (mode === 'object') return { type: 'json_object' }
  return { type: 'json_schema', name: schemaName(json), schema: json.schema, strict: isStrict(json.schema) }
}

function items(message: Message, images: boolean): readonly unknown[] {
  const said = textOf(message.parts)
  if (message.role === 'tool') {
    const output = message.failed ? `Failed: ${said}` : said
    return [{ type: 'function_call_output', call_id: message.callId, output }]
  }
  if (message.role === 'assistant') {
    const calls = (message.calls ?? []).map((call) => ({
      type: 'function_call',
      call_id: call.id,
      name: call.name,
      arguments: JSON.stringify(call.args ?? {}),
    }))
    return said === '' && calls.length > 0 ? calls : [{ role: 'assistant', content: said }, ...calls]
  }
  if (!images || message.parts.every((part) => part.type === 'text')) return [{ role: 'user', content: said }]
  const parts = message.parts.map((part) =>
    part.type === 'text'
      ? { type: 'input_text', text: part.text }
      : { type: 'input_image', image_url: dataUrl(part), detail: 'auto' },
  )
  return [{ role: 'user', content: parts }]
}
