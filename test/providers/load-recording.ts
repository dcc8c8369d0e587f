import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of recorded traffic of vendors, beside the repository; it may be missing. */
export const RECORDINGS_DIR = join(import.meta.dirname, '../../../shared/data/providers')
export const hasRecordings = existsSync(RECORDINGS_DIR)
export const skipNote = hasRecordings ? '' : ' (skipped: no recordings at ../shared/data/providers)'

export interface Exchange {
  readonly status: number
  readonly type: string
  readonly body: string
}

interface Cassette {
  readonly interactions?: readonly {
    readonly response: {
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly sse?: string
      readonly body?: unknown
    }
  }[]
}

/** `file#n`: the n-th exchange of a cassette. `file.chunks.txt`, `file.sse`: a stream (with `#n`
 * the n-th of several responses in one file). `file@status`: a bare body. */
export function loadExchange(name: string): Exchange {
  const [, file = '', mark = '', number = ''] = /^(.*?)(?:([#@])(\d+))?$/.exec(name) ?? []
  const raw = readFileSync(join(RECORDINGS_DIR, file), 'utf8')
  const stream = { status: 200, type: 'text/event-stream' }
  if (file.endsWith('.sse')) return { ...stream, body: raw }
  if (file.endsWith('.chunks.txt')) {
    const turns = mark === '#' ? raw.split(/^(?=.{0,40}"response\.created")/m) : [raw]
    const lines = (turns[Number(number)] ?? '').split('\n').filter((line) => line !== '')
    return { ...stream, body: lines.map((line) => `data: ${line}\n\n`).join('') }
  }
  const cassette: Cassette = JSON.parse(raw)
  if (!cassette.interactions) {
    return { status: mark === '@' ? Number(number) : 200, type: 'application/json', body: raw }
  }
  const response = cassette.interactions[Number(number)]?.response
  if (!response) throw new Error(`no exchange ${name}`)
  const type = response.headers['content-type'] ?? (response.sse === undefined ? 'application/json' : stream.type)
  return { status: response.status, type, body: response.sse ?? JSON.stringify(response.body) }
}

export function listRecordings(folder: string): readonly string[] {
  return readdirSync(join(RECORDINGS_DIR, folder)).map((file) => `${folder}/${file}`)
}

/** The exchange as a response whose body comes one byte at a time. */
export function byteByByteResponse({ status, type, body }: Exchange): Response {
  const bytes = new TextEncoder().encode(body)
  let at = 0
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.subarray(at, ++at))
    },
  })
  return new Response(stream, { status, headers: { 'content-type': type } })
}
