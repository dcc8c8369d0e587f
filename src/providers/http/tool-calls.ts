import type { ToolCall } from '../../contract/generate.ts'
import { asArray, asString, getPath, tryParseJson } from './json-access.ts'

/** Puts the pieces of streamed tool calls together. Calls come out whole, in the order they began. */
export interface ToolCallAssembler {
  /** The `tool_calls` of one delta, or of a whole message. */
  push(pieces: unknown): void
  /** True where a call has begun. */
  readonly hasCalls: boolean
  /** The calls with their arguments parsed; `undefined` in the place of one whose arguments are no JSON. */
  takeCalls(): readonly (ToolCall | undefined)[]
}

/** `id` makes an id for a call whose server gave it none. */
export function createToolCallAssembler(newId: () => string): ToolCallAssembler {
  const calls: { index: unknown; id: string | undefined; name: string; args: string; parsedArgs: unknown }[] = []
  return {
    get hasCalls() {
      return calls.length > 0
    },
    push(pieces) {
      for (const piece of asArray(pieces)) {
        const index = getPath(piece, 'index')
        const callId = asString(getPath(piece, 'id')) || undefined
        const name = asString(getPath(piece, 'function', 'name')) || undefined
        const given = getPath(piece, 'function', 'arguments')
        const previous = calls.findLast((call) => (index === undefined ? true : call.index === index))
        // Google gives every call the index 0: a new id with a new name is a new call.
        const isNew =
          !previous || (callId !== undefined && name !== undefined && previous.name !== '' && callId !== previous.id)
        const call = isNew ? { index, id: callId, name: '', args: '', parsedArgs: undefined as unknown } : previous
        if (isNew) calls.push(call)
        call.id ??= callId
        if (call.name === '') call.name = name ?? ''
        if (typeof given === 'string') call.args += given
        else if (given !== undefined && given !== null) call.parsedArgs = given
      }
    },
    takeCalls() {
      return calls.map((call) => parseToolCall(call.id ?? newId(), call.name, call.parsedArgs ?? call.args))
    },
  }
}

/** A whole call from its parts. No arguments at all mean an empty object; undefined where they are no JSON. */
export function parseToolCall(id: string, name: string, args: unknown): ToolCall | undefined {
  if (name === '') return undefined
  if (typeof args !== 'string') return { id, name, args: args ?? {} }
  if (args.trim() === '') return { id, name, args: {} }
  const parsed = tryParseJson(args)
  return parsed.ok ? { id, name, args: parsed.value } : undefined
}
