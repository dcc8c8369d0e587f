import type { ToolCall } from '../contract/generate.ts'
import { at, json, list, text } from './unknown.ts'

/** Puts the pieces of streamed tool calls together. Calls come out whole, in the order they began. */
export interface CallAssembly {
  /** The `tool_calls` of one delta, or of a whole message. */
  push(pieces: unknown): void
  /** True where a call has begun. */
  readonly any: boolean
  /** The calls with their arguments parsed; `undefined` in the place of one whose arguments are no JSON. */
  take(): readonly (ToolCall | undefined)[]
}

/** `id` makes an id for a call whose server gave it none. */
export function assembleCalls(id: () => string): CallAssembly {
  const calls: { index: unknown; id: string | undefined; name: string; args: string; whole: unknown }[] = []
  return {
    get any() {
      return calls.length > 0
    },
    push(pieces) {
      for (const piece of list(pieces)) {
        const index = at(piece, 'index')
        const callId = text(at(piece, 'id')) || undefined
        const name = text(at(piece, 'function', 'name')) || undefined
        const given = at(piece, 'function', 'arguments')
        const known = calls.findLast((call) => (index === undefined ? true : call.index === index))
        // Google gives every call the index 0: a new id with a new name is a new call.
        const fresh = !known || (callId !== undefined && name !== undefined && known.name !== '' && callId !== known.id)
        const call = fresh ? { index, id: callId, name: '', args: '', whole: undefined as unknown } : known
        if (fresh) calls.push(call)
        call.id ??= callId
        if (call.name === '') call.name = name ?? ''
        if (typeof given === 'string') call.args += given
        else if (given !== undefined && given !== null) call.whole = given
      }
    },
    take() {
      return calls.map((call) => finished(call.id ?? id(), call.name, call.whole ?? call.args))
    },
  }
}

/** A whole call from its parts. No arguments at all mean an empty object; undefined where they are no JSON. */
export function finished(id: string, name: string, args: unknown): ToolCall | undefined {
  if (name === '') return undefined
  if (typeof args !== 'string') return { id, name, args: args ?? {} }
  if (args.trim() === '') return { id, name, args: {} }
  const parsed = json(args)
  return parsed.ok ? { id, name, args: parsed.value } : undefined
}
