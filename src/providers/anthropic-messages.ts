import type { Message, Part, Setting } from '../contract/generate.ts'

type Block = Readonly<Record<string, unknown>>

interface Turn {
  readonly role: 'user' | 'assistant'
  readonly content: readonly Block[]
}

/** Said where a model does not take its own words as the last of a conversation. */
const GO_ON = 'Go on from exactly where your last message ends. Say nothing twice.'

/**
 * A conversation as this wire wants it: users and assistants in turn, tool results in the user's turn, no empty text,
 * no white space after an assistant's last word, and at the end the user where the model takes no `prefill`.
 */
export function conversation(
  messages: readonly Message[],
  { prefill, ignored }: { readonly prefill: boolean; readonly ignored: Set<Setting> },
): readonly Turn[] {
  const turns: Turn[] = []
  for (const message of messages) {
    if (message.role === 'assistant' && message.parts.some((part) => part.type === 'image')) ignored.add('images')
    const turn: Turn = { role: message.role === 'assistant' ? 'assistant' : 'user', content: blocks(message) }
    const last = turns.at(-1)
    if (turn.content.length === 0) continue
    if (last?.role === turn.role) turns.splice(-1, 1, { role: turn.role, content: [...last.content, ...turn.content] })
    else turns.push(turn)
  }
  const last = turns.at(-1)
  if (last?.role !== 'assistant') return turns
  if (!prefill) return [...turns, { role: 'user', content: [{ type: 'text', text: GO_ON }] }]
  return [...turns.slice(0, -1), { role: 'assistant', content: last.content.map(trimmed) }]
}

function blocks(message: Message): readonly Block[] {
  if (message.role === 'user') return message.parts.flatMap(block)
  if (message.role === 'tool') {
    const content = message.parts.flatMap(block)
    const result = { type: 'tool_result', tool_use_id: callId(message.callId) }
    return [{ ...result, ...(content.length > 0 && { content }), ...(message.failed && { is_error: true }) }]
  }
  const said = message.parts.filter((part) => part.type === 'text').flatMap(block)
  const calls = (message.calls ?? []).map(({ id, name, args }) => ({
    type: 'tool_use',
    id: callId(id),
    name,
    input: typeof args === 'object' && args !== null && !Array.isArray(args) ? args : {},
  }))
  return [...said, ...calls]
}

/** A text of white space alone is refused. */
function block(part: Part): readonly Block[] {
  if (part.type === 'image') {
    return [{ type: 'image', source: { type: 'base64', media_type: part.mimeType, data: part.base64 } }]
  }
  return part.text.trim() === '' ? [] : [{ type: 'text', text: part.text }]
}

function trimmed(block: Block): Block {
  return typeof block['text'] === 'string' ? { ...block, text: block['text'].trimEnd() } : block
}

/** Letters, digits, `_` and `-` only: ids of another vendor's model may hold others. */
function callId(id: string): string {
  return id.replace(/[^A-Za-z0-9_-]/g, '_')
}
