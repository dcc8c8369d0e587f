import type { GenerateRequest, Message, Part, Setting } from '../contract/generate.ts'
import type { ModelFacts } from '../contract/provider.ts'
import { type Steer, steer } from './effort.ts'
import { inWords, isObjectSchema, isStrict, type JsonMode, schemaName } from './json-mode.ts'
import type { Quirks } from './quirks.ts'

/** What a request becomes on the wire, and the settings it had to leave out. */
export interface Built {
  readonly body: Readonly<Record<string, unknown>>
  readonly ignored: readonly Setting[]
}

export interface About {
  readonly facts: ModelFacts | undefined
  readonly quirks: Quirks
  /** Parameters that the model has refused before. */
  readonly refused: ReadonlySet<string>
}

/** A Chat Completions request: https://platform.openai.com/docs/api-reference/chat/create, as far as the vendor takes it. */
export function chatRequest(request: GenerateRequest, about: About): Built {
  const { quirks, refused } = about
  const ignored = new Set<Setting>()
  const take = taker(about, ignored)
  const tools = request.tools?.length && take('tools', 'tools') ? request.tools : undefined
  const mode = request.json && jsonMode(request.json, about, tools !== undefined)
  const stream = !quirks.wholeWith?.some((what) => (what === 'json' ? mode && mode !== 'words' : tools))
  const seedField = quirks.seedField ?? 'seed'
  const effort = request.reasoningEffort && reasoning(request.reasoningEffort, about, ignored)
  const body = {
    model: request.model,
    messages: messages(request, quirks, mode, withImages(request, take, ignored)),
    stream,
    ...(stream &&
      !quirks.noStreamUsage &&
      !refused.has('stream_options') && { stream_options: { include_usage: true } }),
    ...(request.maxOutputTokens !== undefined && { [maxTokensField(about)]: request.maxOutputTokens }),
    ...(request.temperature !== undefined &&
      take('temperature', 'temperature') && { temperature: request.temperature }),
    ...(request.topP !== undefined && take('topP', 'top_p') && { top_p: request.topP }),
    ...(request.stop?.length && take('stop', 'stop') && { stop: stops(request.stop, quirks, ignored) }),
    ...(request.seed !== undefined && take('seed', seedField) && { [seedField]: request.seed }),
    ...effort,
    ...(request.json && mode && mode !== 'words' && { response_format: responseFormat(request.json, mode) }),
    ...(tools && {
      tools: tools.map(({ schema, ...tool }) => ({ type: 'function', function: { ...tool, parameters: schema } })),
    }),
    ...(tools && request.toolChoice && take('toolChoice', 'tool_choice') && { tool_choice: request.toolChoice }),
  }
  return { body, ignored: [...ignored] }
}

/** May this setting go out? If not, it is listed. Asked only for settings that the request has. */
export function taker({ facts, quirks, refused }: About, ignored: Set<Setting>) {
  return (setting: Setting, parameter: string): boolean => {
    const refuses = facts?.refuses?.includes(setting) || quirks.refuses?.includes(setting) || refused.has(parameter)
    const whileThinking = facts?.abilities.includes('thinking') && quirks.refusesWhenThinking?.includes(setting)
    if (!refuses && !whileThinking) return true
    ignored.add(setting)
    return false
  }
}

/** May the images go out? Only a user's can: those of an assistant or a tool have no place on OpenAI's wires. */
export function withImages(
  { messages }: GenerateRequest,
  take: ReturnType<typeof taker>,
  ignored: Set<Setting>,
): boolean {
  const roles = new Set(
    messages.filter(({ parts }) => parts.some(({ type }) => type === 'image')).map(({ role }) => role),
  )
  if (roles.has('assistant') || roles.has('tool')) ignored.add('images')
  return roles.has('user') && take('images', 'image_url')
}

/** Never left out: it is what makes a hold a true bound. A refusal of one spelling is taken as a wish for the other. */
function maxTokensField({ quirks, refused }: About): string {
  const [usual, other] =
    quirks.maxTokensField === 'max_completion_tokens'
      ? ['max_completion_tokens', 'max_tokens']
      : ['max_tokens', 'max_completion_tokens']
  return refused.has(usual) && !refused.has(other) ? other : usual
}

function stops(stop: readonly string[], quirks: Quirks, ignored: Set<Setting>): readonly string[] {
  const most = quirks.stops ?? 4
  if (stop.length > most) ignored.add('stop')
  return stop.slice(0, most)
}

/**
 * Where the catalog says that a model has structured output it is asked for by schema; so is a model that nothing is
 * known of, which may refuse and be remembered. The rest are told in words.
 */
export function jsonMode(json: NonNullable<GenerateRequest['json']>, about: About, withTools: boolean): JsonMode {
  const { facts, quirks, refused } = about
  if (refused.has('response_format') || refused.has('text') || (withTools && quirks.noJsonWithTools)) return 'words'
  const mode = quirks.json ?? (facts && !facts.abilities.includes('json') ? 'words' : 'schema')
  return mode !== 'words' && !isObjectSchema(json.schema) ? 'words' : mode
}

function responseFormat(json: NonNullable<GenerateRequest['json']>, mode: JsonMode): unknown {
  if (mode === 'object') return { type: 'json_object' }
  return {
    type: 'json_schema',
    json_schema: { name: schemaName(json), schema: json.schema, strict: isStrict(json.schema) },
  }
}

function reasoning(
  effort: NonNullable<GenerateRequest['reasoningEffort']>,
  { facts, quirks, refused }: About,
  ignored: Set<Setting>,
): Readonly<Record<string, unknown>> {
  const steered = steer(effort, facts)
  if (steered.by === 'nature') return {}
  const said = steered.by === 'nothing' ? {} : STYLES[quirks.reasoning ?? 'effort'](steered, effort)
  const kept = Object.entries(said).filter(([parameter]) => !refused.has(parameter))
  if (kept.length === 0) ignored.add('reasoningEffort')
  return Object.fromEntries(kept)
}

type Put = (steered: Extract<Steer, { by: 'word' | 'switch' }>, effort: string) => Readonly<Record<string, unknown>>

/** How vendors want a wish for reasoning put. */
const STYLES: Readonly<Record<NonNullable<Quirks['reasoning']>, Put>> = {
  effort: (steered, effort) => ({
    reasoning_effort: steered.by === 'word' ? steered.word : steered.on ? effort : 'none',
  }),
  openrouter: (steered) => ({ reasoning: steered.by === 'word' ? { effort: steered.word } : { enabled: steered.on } }),
  together: (steered) =>
    steered.by === 'word' ? { reasoning_effort: steered.word } : { reasoning: { enabled: steered.on } },
  thinking: (steered) =>
    steered.by === 'word'
      ? { thinking: { type: 'enabled' }, reasoning_effort: steered.word }
      : { thinking: { type: steered.on ? 'enabled' : 'disabled' } },
  enable_thinking: (steered) => {
    if (steered.by === 'switch') return { enable_thinking: steered.on }
    if (steered.word === 'none') return { enable_thinking: false }
    return { enable_thinking: true, thinking_budget: steered.budgetTokens }
  },
}

function messages(
  request: GenerateRequest,
  quirks: Quirks,
  mode: JsonMode | undefined,
  images: boolean,
): readonly unknown[] {
  const system = [request.system ?? '', request.json && mode !== 'schema' ? inWords(request.json) : '']
    .filter((part) => part !== '')
    .join('\n\n')
  return [
    ...(system === '' ? [] : [{ role: 'system', content: system }]),
    ...request.messages.map((message) => chatMessage(message, quirks, images)),
  ]
}

function chatMessage(message: Message, quirks: Quirks, images: boolean): unknown {
  const callId = (id: string): string => (quirks.shortCallIds ? shortId(id) : id)
  if (message.role === 'user') return { role: 'user', content: content(message.parts, images) }
  if (message.role === 'tool') {
    const said = textOf(message.parts)
    return { role: 'tool', tool_call_id: callId(message.callId), content: message.failed ? `Failed: ${said}` : said }
  }
  const calls = message.calls?.map((call) => ({
    id: callId(call.id),
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.args ?? {}) },
    ...quirks.withEachCall,
  }))
  const said = textOf(message.parts)
  return calls?.length
    ? { role: 'assistant', content: said === '' ? null : said, tool_calls: calls }
    : { role: 'assistant', content: said }
}

/** A string where it can be one: not every server takes parts. */
function content(parts: readonly Part[], images: boolean): unknown {
  if (!images || parts.every((part) => part.type === 'text')) return textOf(parts)
  return parts.map((part) => (part.type === 'text' ? part : { type: 'image_url', image_url: { url: dataUrl(part) } }))
}

export function dataUrl({ mimeType, base64 }: Extract<Part, { type: 'image' }>): string {
  return `data:${mimeType};base64,${base64}`
}

export function textOf(parts: readonly Part[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/** Mistral takes nine letters and digits and nothing else. The same id always becomes the same nine. */
function shortId(id: string): string {
  if (/^[A-Za-z0-9]{9}$/.test(id)) return id
  let sum = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(id)) sum = ((sum ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn
  return sum.toString(36).padStart(9, '0').slice(-9)
}
