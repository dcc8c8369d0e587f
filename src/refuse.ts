/** The parts of a process that a refused start needs. */
export interface RefusingProcess {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  exit(code: number): void
}

/** More than any request is; a longer line without an end is dropped. */
const MAX_LINE = 20_000_000

/**
 * Says why the server did not start: on stderr at once, and as the JSON-RPC error of every request until stdin ends,
 * because clients show an answer and hide stderr. Exits with 1 when stdin ends; on a terminal at once.
 *
 * It runs on every Node from 14 on, and imports nothing: an old Node is refused with it too.
 */
export function refuseStart(message: string, { stdin, stdout, stderr, exit }: RefusingProcess): void {
  stderr.write(`showrunner: ${message}\n`)
  if (stdin.isTTY) {
    exit(1)
    return
  }
  let rest = ''
  stdin.on('data', (chunk) => {
    const lines = (rest + String(chunk)).split('\n')
    rest = lines.pop() || ''
    if (rest.length > MAX_LINE) rest = ''
    for (const line of lines) {
      const id = requestId(line)
      if (id === undefined) continue
      stdout.write(
        `${JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32000, message: `showrunner: ${message}` } })}\n`,
      )
    }
  })
  stdin.on('end', () => exit(1))
  stdin.on('error', () => exit(1))
  stdout.on('error', () => exit(1))
}

/** The id of a request; undefined for a notification and for what is no message. */
function requestId(line: string): unknown {
  try {
    const message = JSON.parse(line)
    return message && message.method !== undefined ? message.id : undefined
  } catch {
    return undefined
  }
}
