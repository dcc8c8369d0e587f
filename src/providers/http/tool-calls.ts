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

interface PartialCall {
  readonly index: unknown
  id: string | undefined
  name: string
  args: string
  parsedArgs: unknown
}

interface Piece {
  readonly index: unknown
  readonly id: string | undefined
  readonly name: string | undefined
  readonly args: unknown
}

/** `newId` makes an id for a call whose server gave it none. */
export function createToolCallAssembler(newId: () => string): ToolCallAssembler {
  const calls: PartialCall[] = []

  function addPiece(piece: Piece, isLaterInDelta: boolean): void {
    const previous = calls.findLast(({ index }) => piece.index === undefined || index === piece.index)
    const isNew =
      !previous || beginsNewCall(piece, previous) || (isLaterInDelta && piece.index === undefined && !!piece.name)
    const call: PartialCall = isNew
      ? { index: piece.index, id: piece.id, name: piece.name ?? previous?.name ?? '', args: '', parsedArgs: undefined }
      : previous
    if (isNew) calls.push(call)
    else {
      call.id ??= piece.id
      // A name may come in pieces; a server that repeats the whole name with every piece does not mean it twice.
      if (piece.name && piece.name !== call.name && call.args === '') call.name += piece.name
    }
    if (typeof piece.args === 'string') call.args = (call.args === '{}' ? '' : call.args) + piece.args
    else if (piece.args !== undefined && piece.args !== null) call.parsedArgs = piece.args
  }

  return {
    get hasCalls() {
      return calls.length > 0
    },
    push(pieces) {
      for (const [position, piece] of asArray(pieces).entries()) {
        const given = {
          index: getPath(piece, 'index') ?? undefined,
          id: asString(getPath(piece, 'id')) || undefined,
          name: asString(getPath(piece, 'function', 'name')) || undefined,
          args: getPath(piece, 'function', 'arguments'),
        }
        addPiece(given, position > 0)
      }
    },
    takeCalls() {
      return calls.map((call) => parseToolCall(call.id ?? newId(), call.name, call.parsedArgs ?? call.args))
    },
  }
}

/**
 * Servers mark the beginning of a call in several ways: a new index, a new id with another name (Google gives every call
 * the index 0), or only that a name or a second JSON value comes after complete arguments. A new id alone marks nothing,
 * because some servers make one for every piece.
 */
function beginsNewCall({ id, name, args }: Piece, previous: PartialCall): boolean {
  const isOtherId = id !== undefined && previous.id !== undefined && id !== previous.id
  if (name && isOtherId && previous.name !== '' && name !== previous.name) return true
  const hasArgs = typeof args === 'string' ? args.trim() !== '' : args !== undefined && args !== null
  if (!hasArguments(previous)) return false
  if (name && (hasArgs || name !== previous.name || isOtherId)) return true
  if (!hasArgs || previous.args === '{}') return false
  return typeof args !== 'string' || args.trimStart().startsWith('{')
}

function hasArguments({ args, parsedArgs }: PartialCall): boolean {
  if (parsedArgs !== undefined) return true
  // Parsing is only worth its time where the arguments can be complete.
  return args.trimEnd().endsWith('}') && tryParseJson(args).ok
}

/**
 * A whole call from its parts. No arguments at all mean an empty object; undefined where they are no JSON. A string that
 * holds a JSON object is unwrapped, because some servers encode the arguments twice.
 */
export function parseToolCall(id: string, name: string, args: unknown): ToolCall | undefined {
  if (name === '') return undefined
  if (typeof args !== 'string') return { id, name, args: args ?? {} }
  if (args.trim() === '') return { id, name, args: {} }
  const parsed = tryParseJson(args)
  if (!parsed.ok) return undefined
  const inner = typeof parsed.value === 'string' ? tryParseJson(parsed.value) : undefined
  return { id, name, args: inner?.ok && typeof inner.value === 'object' ? (inner.value ?? {}) : parsed.value }
}
