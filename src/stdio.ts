import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server'
import { parseJSONRPCMessage } from '@modelcontextprotocol/server'
import type { Redactor } from './lib/redact.ts'

/** The longest message that is read: an image of 12 MB in base64. Longer ones would fill memory and block the others. */
const MAX_MESSAGE_BYTES = 16 * 1_048_576

/** The parts of a process that a transport needs. */
export interface StdioStreams {
  readonly stdin: NodeJS.ReadableStream
  readonly stdout: NodeJS.WritableStream
}

/**
 * MCP over stdin and stdout, one JSON-RPC message a line. A line that is no message, or a message above
 * `MAX_MESSAGE_BYTES`, is answered with a JSON-RPC error to that message alone. Everything that is sent passes the
 * redactor. Closes when stdin ends or stdout breaks.
 */
export function createStdioTransport({ stdin, stdout }: StdioStreams, redactor: Redactor): Transport {
  let closed = false
  const transport: Transport = { start, send, close }
  const lines = createLineReader(readLine, (line) => refuse(line.id, -32_600, tooLong(line.bytes)))

  function readLine(text: string): void {
    if (text.trim() === '') return
    const read = readMessage(text)
    if ('fault' in read) refuse(read.id, read.code, read.fault)
    else transport.onmessage?.(read.message)
  }

  function refuse(id: string | number | undefined, code: number, message: string): void {
    transport.onerror?.(new Error(message))
    // A message whose id cannot be read is answered with a null id, as JSON-RPC 2.0 has it.
    write(JSON.stringify({ jsonrpc: '2.0', id: id ?? null, error: { code, message } })).catch(fail)
  }

  function write(json: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (closed) return reject(new Error('The connection is closed.'))
      stdout.write(`${json}\n`, (error) => (error ? reject(error) : resolve()))
    })
  }

  function fail(error: Error): void {
    if (closed) return
    transport.onerror?.(error)
    end()
  }

  function end(): void {
    if (closed) return
    closed = true
    stdin.off('data', lines.push)
    stdin.pause()
    transport.onclose?.()
  }

  async function start(): Promise<void> {
    stdin.on('data', lines.push)
    for (const event of ['end', 'close']) stdin.once(event, end)
    stdin.on('error', (error: Error) => transport.onerror?.(error))
    stdout.on('error', fail)
  }

  function send(message: JSONRPCMessage): Promise<void> {
    const json = JSON.stringify(message)
    return write(redactor.isIn(json) ? JSON.stringify(redactor.value(message)) : json)
  }

  async function close(): Promise<void> {
    end()
  }

  return transport
}

function tooLong(bytes: number): string {
  const megabytes = (size: number): string => `${Math.round(size / 1_048_576)} MiB`
  return `This message has ${megabytes(bytes)}, and the longest that is read has ${megabytes(MAX_MESSAGE_BYTES)}: send less text, or a smaller image.`
}

type ReadMessage =
  | { readonly message: JSONRPCMessage }
  | { readonly fault: string; readonly code: number; readonly id: string | number | undefined }

function readMessage(text: string): ReadMessage {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { fault: 'This line is not JSON: each line must be one JSON-RPC message.', code: -32_700, id: undefined }
  }
  if (Array.isArray(value))
    return { fault: 'Batches are not taken: send each message on a line of its own.', code: -32_600, id: undefined }
  const id = typeof value === 'object' && value !== null ? (value as { readonly id?: unknown }).id : undefined
  const validId = typeof id === 'string' || Number.isSafeInteger(id) ? (id as string | number) : undefined
  if (id !== undefined && validId === undefined)
    return { fault: 'The id of a request must be a text or a whole number.', code: -32_600, id: undefined }
  try {
    return { message: parseJSONRPCMessage(value) }
  } catch {
    return { fault: 'This is not a JSON-RPC 2.0 message.', code: -32_600, id: validId }
  }
}

interface LongLine {
  readonly bytes: number
  readonly id: string | number | undefined
}

/** Enough of a line's beginning and end to find the id of its message. */
const KEPT_BYTES = 4_096

/** Cuts a stream of bytes into lines. Only the ends of a line above the limit are kept. */
function createLineReader(
  onLine: (text: string) => void,
  onLongLine: (line: LongLine) => void,
): { push(chunk: Buffer): void } {
  let parts: Buffer[] = []
  let bytes = 0
  let ends: { readonly head: Buffer; tail: Buffer } | undefined

  function add(part: Buffer): void {
    bytes += part.length
    if (ends) {
      ends.tail = Buffer.concat([ends.tail, part.subarray(-KEPT_BYTES)]).subarray(-KEPT_BYTES)
      return
    }
    parts.push(part)
    if (bytes <= MAX_MESSAGE_BYTES) return
    const head = Buffer.concat(parts.slice(0, 64)).subarray(0, KEPT_BYTES)
    ends = { head, tail: part.subarray(-KEPT_BYTES) }
    parts = []
  }

  function endLine(): void {
    if (ends) onLongLine({ bytes, id: findId(ends.head.toString(), ends.tail.toString()) })
    else
      onLine(
        Buffer.concat(parts, bytes)
          .toString()
          .replace(/^\uFEFF/, ''),
      )
    parts = []
    bytes = 0
    ends = undefined
  }

  return {
    push(chunk) {
      let from = 0
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
        add(chunk.subarray(from, at))
        endLine()
        from = at + 1
      }
      if (from < chunk.length) add(chunk.subarray(from))
    },
  }
}

/** The id at the top level of a message of which only the ends are known: clients write it first or last. */
function findId(head: string, tail: string): string | number | undefined {
  const id = String.raw`"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d+)`
  const text = String.raw`"(?:jsonrpc|method)"\s*:\s*"[^"]*"`
  const first = new RegExp(String.raw`^\s*\{\s*(?:${text}\s*,\s*)*${id}`).exec(head)
  const last = new RegExp(String.raw`,\s*${id}\s*(?:,\s*${text}\s*)*\}\s*$`).exec(tail)
  const found = (first ?? last)?.[1]
  return found === undefined ? undefined : (JSON.parse(found) as string | number)
}
