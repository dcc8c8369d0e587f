import type { Message, Part, Setting } from '../../contract/generate.ts'
import { imageType } from '../request/parts.ts'

type ContentBlock = Readonly<Record<string, unknown>>

interface WireMessage {
  readonly role: 'user' | 'assistant'
  readonly content: readonly ContentBlock[]
}

/** The last message for a model that does not continue its own. */
const CONTINUE_PROMPT = 'Go on from exactly where your last message ends. Say nothing twice.'

/**
 * A conversation as this wire wants it: users and assistants in turn, tool results in the user's turn, no empty text,
 * no white space after an assistant's last word, and at the end the user where the model takes no `prefill`.
 */
export function toWireMessages(
  messages: readonly Message[],
  { prefill, ignored }: { readonly prefill: boolean; readonly ignored: Set<Setting> },
): readonly WireMessage[] {
  const wireMessages: WireMessage[] = []
  for (const message of messages) {
    if (message.role === 'assistant' && message.parts.some((part) => part.type === 'image')) ignored.add('images')
    const wireMessage: WireMessage = {
      role: message.role === 'assistant' ? 'assistant' : 'user',
      content: contentBlocks(message),
    }
    const last = wireMessages.at(-1)
    if (wireMessage.content.length === 0) continue
    if (last?.role === wireMessage.role)
      wireMessages.splice(-1, 1, { role: wireMessage.role, content: [...last.content, ...wireMessage.content] })
    else wireMessages.push(wireMessage)
  }
  const last = wireMessages.at(-1)
  if (last?.role !== 'assistant') return wireMessages
  if (!prefill) return [...wireMessages, { role: 'user', content: [{ type: 'text', text: CONTINUE_PROMPT }] }]
  return [...wireMessages.slice(0, -1), { role: 'assistant', content: last.content.map(trimBlockEnd) }]
}

function contentBlocks(message: Message): readonly ContentBlock[] {
  if (message.role === 'user') return message.parts.flatMap(contentBlock)
  if (message.role === 'tool') {
    const content = message.parts.flatMap(contentBlock)
    const result = { type: 'tool_result', tool_use_id: callId(message.callId) }
    return [{ ...result, ...(content.length > 0 && { content }), ...(message.failed && { is_error: true }) }]
  }
  const texts = message.parts.filter((part) => part.type === 'text').flatMap(contentBlock)
  const calls = (message.calls ?? []).map(({ id, name, args }) => ({
    type: 'tool_use',
    id: callId(id),
    name,
    input: typeof args === 'object' && args !== null && !Array.isArray(args) ? args : {},
  }))
  return [...texts, ...calls]
}

/** The API refuses a text of white space alone. */
function contentBlock(part: Part): readonly ContentBlock[] {
  if (part.type === 'image') {
    return [{ type: 'image', source: { type: 'base64', media_type: imageType(part), data: part.base64 } }]
  }
  return part.text.trim() === '' ? [] : [{ type: 'text', text: part.text }]
}

function trimBlockEnd(block: ContentBlock): ContentBlock {
  return typeof block['text'] === 'string' ? { ...block, text: block['text'].trimEnd() } : block
}

/** Letters, digits, `_` and `-` only: ids of another vendor's model may hold others. */
function callId(id: string): string {
  return id.replace(/[^A-Za-z0-9_-]/g, '_')
}
