import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client as NewClient } from '@modelcontextprotocol/client'
import { StdioClientTransport as NewStdio } from '@modelcontextprotocol/client/stdio'
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as OldStdio } from '@modelcontextprotocol/sdk/client/stdio.js'
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'

/** One interface for the MCP clients of both generations, as far as the tests use them. */
export interface TestClient {
  readonly name: string
  /** Process id of the server. */
  readonly pid: number
  /** The server's stderr so far. */
  stderr(): string
  call(tool: string, args: Readonly<Record<string, unknown>>, options?: CallOptions): Promise<ToolAnswer>
  tools(): Promise<readonly ListedTool[]>
  resources(): Promise<readonly { readonly uri: string }[]>
  templates(): Promise<readonly { readonly uriTemplate: string }[]>
  read(uri: string): Promise<{ readonly mimeType: string | undefined; readonly text: string }>
  complete(ref: Reference, name: string, value: string): Promise<readonly string[]>
  prompts(): Promise<readonly string[]>
  prompt(name: string, args: Readonly<Record<string, string>>): Promise<string>
  /** Subscribes to a resource; the callback runs at every change. */
  watch(uri: string, heard: (uri: string) => void): Promise<void>
  close(): Promise<void>
}

export interface CallOptions {
  readonly signal?: AbortSignal
  readonly onprogress?: (progress: {
    readonly progress: number
    readonly total?: number | undefined
    readonly message?: string | undefined
  }) => void
}

export interface ToolAnswer {
  readonly isError: boolean
  readonly text: string
  readonly structured: Readonly<Record<string, unknown>>
}

export interface ListedTool {
  readonly name: string
  readonly description?: string | undefined
  readonly inputSchema: Readonly<Record<string, unknown>>
  readonly outputSchema?: Readonly<Record<string, unknown>> | undefined
  readonly annotations?: Readonly<Record<string, unknown>> | undefined
}

type Reference =
  | { readonly type: 'ref/prompt'; readonly name: string }
  | { readonly type: 'ref/resource'; readonly uri: string }

export interface LaunchOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Default: a new empty folder, which is also the server's home. */
  readonly cwd?: string
  readonly command?: readonly [string, ...string[]]
}

/** The argument by which each kind of long work is called again. */
const JOB_ID_ARGUMENTS = { develop_script: 'script_id', plan_tasks: 'plan_id' } as const

/** Calls a tool, and calls it again by its id while it runs; the last answer. Throws where that is not `complete`. */
export async function runToCompletion(
  client: TestClient,
  tool: keyof typeof JOB_ID_ARGUMENTS,
  args: Readonly<Record<string, unknown>>,
): Promise<ToolAnswer['structured']> {
  const id = JOB_ID_ARGUMENTS[tool]
  let answer = await client.call(tool, args)
  while (!answer.isError && answer.structured['status'] === 'running')
    answer = await client.call(tool, { [id]: answer.structured[id] })
  if (answer.structured['status'] !== 'complete') throw new Error(answer.text)
  return answer.structured
}

export const SERVER = join(import.meta.dirname, '../../dist/server.js')

/** The clients that every end-to-end test runs with. */
export const CLIENT_VERSIONS = ['1.x', '2.x on 2025-11-25', '2.x on 2026-07-28'] as const
export type ClientVersion = (typeof CLIENT_VERSIONS)[number]

/** Starts the built server over stdio, in an environment that holds nothing but what is given, and connects to it. */
export async function connect(generation: ClientVersion, launch: LaunchOptions = {}): Promise<TestClient> {
  const cwd = launch.cwd ?? mkdtempSync(join(tmpdir(), 'showrunner-e2e-'))
  const [command, ...args] = launch.command ?? [process.execPath, SERVER]
  const bare = { PATH: process.env['PATH'] ?? '', HOME: cwd, SHOWRUNNER_HOME: join(cwd, 'home') }
  const options = { command, args, cwd, env: { ...bare, ...launch.env }, stderr: 'pipe' as const }
  return generation === '1.x' ? connectOld(options) : connectNew(generation, options)
}

type StdioOptions = ConstructorParameters<typeof OldStdio>[0]

async function connectOld(options: StdioOptions): Promise<TestClient> {
  const transport = new OldStdio(options)
  const stderr = collectText(transport.stderr)
  const client = new OldClient({ name: 'test', version: '1.0.0' })
  await client.connect(transport)
  return {
    ...sharedMethods('1.x', client, stderr),
    pid: transport.pid ?? 0,
    async watch(uri, heard) {
      client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => heard(params.uri))
      await client.subscribeResource({ uri })
    },
  }
}

async function connectNew(generation: ClientVersion, options: StdioOptions): Promise<TestClient> {
  const modern = generation === '2.x on 2026-07-28'
  const transport = new NewStdio(options)
  const stderr = collectText(transport.stderr)
  const client = new NewClient(
    { name: 'test', version: '1.0.0' },
    modern ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {},
  )
  await client.connect(transport)
  return {
    ...sharedMethods(generation, client, stderr),
    pid: transport.pid ?? 0,
    async watch(uri, heard) {
      client.setNotificationHandler('notifications/resources/updated', ({ params }) => heard(params.uri))
      if (modern) await client.listen({ resourceSubscriptions: [uri] })
      else await client.subscribeResource({ uri })
    },
  }
}

function sharedMethods(
  name: string,
  client: OldClient | NewClient,
  stderr: () => string,
): Omit<TestClient, 'watch' | 'pid'> {
  return {
    name,
    stderr,
    async call(tool, args, options = {}) {
      const params = { name: tool, arguments: { ...args } }
      const settings = { timeout: 60_000, resetTimeoutOnProgress: true, ...options }
      const result =
        client instanceof OldClient
          ? await client.callTool(params, undefined, settings)
          : await client.callTool(params, settings)
      const [first] = result.content as readonly { readonly text?: string }[]
      return {
        isError: result.isError === true,
        text: first?.text ?? '',
        structured: (result.structuredContent ?? {}) as ToolAnswer['structured'],
      }
    },
    tools: async () => (await client.listTools()).tools,
    resources: async () => (await client.listResources()).resources,
    templates: async () => (await client.listResourceTemplates()).resourceTemplates,
    async read(uri) {
      const [content] = (await client.readResource({ uri })).contents
      return { mimeType: content?.mimeType, text: content && 'text' in content ? content.text : '' }
    },
    complete: async (ref, argument, value) =>
      (await client.complete({ ref, argument: { name: argument, value } })).completion.values,
    prompts: async () => (await client.listPrompts()).prompts.map((prompt) => prompt.name),
    async prompt(prompt, args) {
      const [message] = (await client.getPrompt({ name: prompt, arguments: { ...args } })).messages
      return message?.content.type === 'text' ? message.content.text : ''
    },
    close: () => client.close(),
  }
}

function collectText(stream: { on(event: 'data', heard: (chunk: Buffer) => void): unknown } | null): () => string {
  let text = ''
  stream?.on('data', (chunk) => {
    text += chunk.toString()
  })
  return () => text
}
