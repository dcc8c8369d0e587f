import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A real HTTP server that answers with exactly the given bytes, for tests of what only a socket can show. */
export interface RawServer {
  /** `http://127.0.0.1:port`, without a path. */
  readonly origin: string
  readonly requests: readonly RawRequest[]
  /** Answers the next requests; a test may replace it at any time. */
  respond: (response: ServerResponse, request: RawRequest) => void
  close(): Promise<void>
}

export interface RawRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
  /** Tells connections apart. */
  readonly connection: number | undefined
  /** Resolves when the connection of this request has closed before its answer was over. */
  readonly disconnected: Promise<void>
}

export async function startRawServer(): Promise<RawServer> {
  const asked: RawRequest[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
    })
    request.on('end', () => {
      const left = new Promise<void>((resolve) => {
        response.on('close', () => !response.writableFinished && resolve())
      })
      const one: RawRequest = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: text === '' ? undefined : JSON.parse(text),
        connection: request.socket.remotePort,
        disconnected: left,
      }
      asked.push(one)
      raw.respond(response, one)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const raw: RawServer = {
    origin: `http://127.0.0.1:${port}`,
    requests: asked,
    respond: (response) => response.writeHead(500).end(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return raw
}
