import type { GenerateEvent } from '../../contract/generate.ts'
import { asString, getPath, tryParseJson } from '../http/json-access.ts'
import { parseToolCall } from '../http/tool-calls.ts'
import type { JsonPlan } from './json-output.ts'

/** Tool calls of a message, from their blocks. The input of the tool that takes a JSON answer becomes text. */
export interface ToolBlocks {
  start(index: unknown, block: unknown): Iterable<GenerateEvent>
  append(index: unknown, json: unknown): Iterable<GenerateEvent>
  finish(index: unknown): Iterable<GenerateEvent>
  /** Finishes the blocks that the stream left open. */
  finishAll(): Iterable<GenerateEvent>
  /** Forgets the open blocks. */
  clear(): void
  /** A call, or the JSON answer, went out. */
  readonly hasOutput: boolean
  readonly hasCalls: boolean
  readonly hasAnswer: boolean
  /** The input of a block was no JSON. */
  readonly isInvalid: boolean
}

type AnswerTool = Extract<JsonPlan, { by: 'tool' }>

/** A block that calls a tool, as far as it has come. */
interface ToolBlock {
  readonly id: string
  readonly name: string
  /** The input at the start of the block: all of it where no pieces follow. */
  readonly input: unknown
  json: string
}

/** A sign of life, because a call comes whole and a long one takes its time. */
const WORKING: GenerateEvent = { type: 'thinking', text: '' }

export function createToolBlocks(newId: () => string, answerTool: AnswerTool | undefined): ToolBlocks {
  const open = new Map<unknown, ToolBlock>()
  let hasCalls = false
  let hasAnswer = false
  let hasPieces = false
  let isInvalid = false
  const isAnswer = ({ name }: ToolBlock): boolean => answerTool !== undefined && name === answerTool.name && !hasAnswer

  function* finishAnswer(block: ToolBlock): Iterable<GenerateEvent> {
    hasAnswer = true
    // The pieces went out as they came.
    if (!answerTool?.wrapped && block.json !== '') return
    const text = answerTool?.wrapped ? unwrapValue(block) : JSON.stringify(block.input ?? {})
    if (text === undefined) isInvalid = true
    else yield { type: 'text', text }
  }

  function* finish(index: unknown): Iterable<GenerateEvent> {
    const block = open.get(index)
    if (!block) return
    open.delete(index)
    if (isAnswer(block)) return yield* finishAnswer(block)
    if (block.name === answerTool?.name) return
    const call = parseToolCall(block.id, block.name, block.json.trim() === '' ? block.input : block.json)
    if (call) {
      hasCalls = true
      yield { type: 'call', call }
    } else isInvalid = true
  }

  return {
    *start(index, block) {
      const id = asString(getPath(block, 'id')) || newId()
      const name = asString(getPath(block, 'name')) ?? ''
      open.set(index, { id, name, input: getPath(block, 'input'), json: '' })
      yield WORKING
    },
    *append(index, json) {
      const block = open.get(index)
      const piece = asString(json)
      if (!block || !piece) return
      block.json += piece
      if (isAnswer(block) && !answerTool?.wrapped) {
        hasPieces = true
        yield { type: 'text', text: piece }
      } else yield WORKING
    },
    finish,
    *finishAll() {
      for (const index of [...open.keys()]) yield* finish(index)
    },
    clear: () => open.clear(),
    get hasOutput() {
      return hasCalls || hasAnswer || hasPieces
    },
    get hasCalls() {
      return hasCalls
    },
    get hasAnswer() {
      return hasAnswer
    },
    get isInvalid() {
      return isInvalid
    },
  }
}

/** The text of `value` as the model wrote it, because parsing and printing would change numbers beyond 2^53. */
function unwrapValue({ json, input }: ToolBlock): string | undefined {
  if (json.trim() === '') {
    const value = getPath(input, 'value')
    return value === undefined ? undefined : JSON.stringify(value)
  }
  const written = /^\s*\{\s*"value"\s*:\s*([\s\S]*\S)\s*\}\s*$/.exec(json)?.[1]
  if (written !== undefined && tryParseJson(written).ok) return written
  const parsed = tryParseJson(json)
  const value = parsed.ok ? getPath(parsed.value, 'value') : undefined
  return value === undefined ? undefined : JSON.stringify(value)
}
