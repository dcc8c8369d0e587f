import type { CallToolResult, McpServer, ServerContext } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { App } from '../app.ts'
import { GenerateError } from '../contract/errors.ts'
import type { World } from '../contract/world.ts'
import { formatResult } from './result-text.ts'
import type { ProgressUpdate, Tool } from './tool.ts'
import { UserError } from './tool.ts'

/** Clients expect progress every 5 s; the rest is a margin for a busy machine. */
const HEARTBEAT_MS = 4_000

/** Adds a tool to an MCP server: schemas, hints, progress while it runs, text and structure when it is done. */
export function registerTool(server: McpServer, app: App, tool: Tool): void {
  const { name, title, description, hints } = tool
  const config = {
    title,
    description,
    inputSchema: toClientSchema(tool.input, 'input'),
    outputSchema: toClientSchema(tool.output, 'output'),
    annotations: {
      readOnlyHint: hints.readOnly,
      destructiveHint: hints.destructive,
      idempotentHint: hints.idempotent,
      openWorldHint: hints.openWorld,
    },
  }
  server.registerTool(name, config, (args, ctx) => runTool(app, tool, args, ctx))
}

async function runTool(
  app: App,
  tool: Tool,
  args: Readonly<Record<string, unknown>>,
  ctx: ServerContext,
): Promise<CallToolResult> {
  const { signal } = ctx.mcpReq
  const reporter = createProgressReporter(app.world, ctx)
  try {
    const result = await tool.run(args, { app, signal, progress: reporter.report })
    return {
      content: [{ type: 'text', text: formatResult(result, { headline: tool.headline?.(result), prose: tool.prose }) }],
      structuredContent: result,
    }
  } catch (error) {
    if (signal.aborted) throw error // the client has gone
    return { content: [{ type: 'text', text: toErrorMessage(app.world, tool.name, error) }], isError: true }
  } finally {
    reporter.stop()
  }
}

/** The error's message where it is written for people. A bug shows nothing of its own text, which may hold anything. */
function toErrorMessage(world: World, tool: string, error: unknown): string {
  if (error instanceof GenerateError || error instanceof UserError) return error.message
  if (error instanceof Error && error.name === 'StoreError') return error.message
  world.log('fault', { tool, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  return `${tool} failed because of a fault in Showrunner itself, not in what you asked. Trying again may help; the details are on its stderr, which the client keeps in its log.`
}

/**
 * Sends progress where the client asked for it: at every step, and at least every few seconds between. The number always
 * rises: by thousandths between steps with a total (pages), by ones without (characters).
 */
function createProgressReporter(
  world: World,
  ctx: ServerContext,
): { report(step: ProgressUpdate): void; stop(): void } {
  const token = ctx.mcpReq._meta?.progressToken
  if (token === undefined) return { report() {}, stop() {} }
  const stopped = new AbortController()
  const started = world.now()
  let lastProgress = 0
  let latestUpdate: ProgressUpdate = { message: 'starting' }
  let lastSentAt = started
  const send = ({ done, total }: ProgressUpdate, message: string): void => {
    const step = total === undefined ? 1 : 0.001
    lastProgress = Math.max(roundToThousandths(done ?? 0), roundToThousandths(lastProgress + step))
    lastSentAt = world.now()
    const params = {
      progressToken: token,
      progress: lastProgress,
      message,
      ...(total !== undefined && { total: Math.max(roundToThousandths(total), lastProgress) }),
    }
    ctx.mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {}) // the client has gone
  }
  const sendHeartbeats = async (): Promise<void> => {
    for (;;) {
      await world.sleep(lastSentAt + HEARTBEAT_MS - world.now(), stopped.signal)
      const quiet = world.now() - lastSentAt >= HEARTBEAT_MS
      if (quiet) send(latestUpdate, `${latestUpdate.message} · ${Math.round((world.now() - started) / 1000)} s`)
    }
  }
  send(latestUpdate, latestUpdate.message)
  sendHeartbeats().catch(() => {}) // ends when the tool does
  return {
    report(step) {
      if (stopped.signal.aborted) return
      latestUpdate = step.message.trim() === '' ? { ...step, message: 'writing' } : step
      send(step, step.message)
    },
    stop: () => stopped.abort(),
  }
}

function roundToThousandths(value: number): number {
  return Math.round(value * 1_000) / 1_000
}

/**
 * The schema as clients see it. A model pays for every character of it on every turn, so it holds the parts that help to
 * fill in an input and to read a result. The checks that only catch mistakes (patterns, lengths, required fields of a
 * result) stay in the zod schema, which every input is held to. A result is not checked again, because the compiler
 * has, and because a check that fails here would throw a paid answer away.
 */
function toClientSchema<Schema extends z.ZodObject>(schema: Schema, io: 'input' | 'output') {
  let shown: Record<string, unknown> | undefined
  const show = (): Record<string, unknown> => {
    shown ??= toClientJsonSchema(schema, io) // not at start-up, because a client may never ask
    return shown
  }
  const standard = { ...schema['~standard'], jsonSchema: { input: show, output: show } }
  return { '~standard': io === 'input' ? standard : { ...standard, validate: (value: unknown) => ({ value }) } }
}

function toClientJsonSchema(schema: z.ZodObject, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...shown } = z.toJSONSchema(schema, {
    io,
    override({ jsonSchema, path }) {
      for (const keyword of HIDDEN_KEYWORDS) delete jsonSchema[keyword]
      if (io === 'output') {
        delete jsonSchema.required
        if (path.includes('properties') && jsonSchema.properties) replaceByNames(jsonSchema)
        else shortenField(jsonSchema)
      }
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
      if (isEmpty(jsonSchema.additionalProperties)) jsonSchema.additionalProperties = true
    },
  })
  return shown
}

/** Below the first level of a result an object is shown by the names of its fields, without their types. */
function replaceByNames(shown: { properties?: object; description?: string; additionalProperties?: unknown }): void {
  shown.description = Object.keys(shown.properties ?? {}).join(', ')
  delete shown.properties
  delete shown.additionalProperties
}

/**
 * A field that may be null is shown without a type, because several hosts refuse a list of types and warn of `anyOf`. A
 * list of texts is shown as a list.
 */
function shortenField(shown: { anyOf?: readonly unknown[]; items?: unknown; description?: string }): void {
  if ((shown.items as { readonly type?: unknown } | undefined)?.type === 'string') delete shown.items
  const types = (shown.anyOf ?? []).map((each) => (each as { readonly type?: unknown }).type)
  if (!types.includes('null')) return
  shown.description ??= `${types.filter((type) => type !== 'null').join(' or ')}, or null`
  delete shown.anyOf
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

/** Checks that help no model to fill in a field; an input that fails them is still refused, with the reason. */
const HIDDEN_KEYWORDS = [
  'propertyNames',
  'pattern',
  'format',
  'contentEncoding',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
] as const
