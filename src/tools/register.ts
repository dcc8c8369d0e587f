import type { CallToolResult, McpServer, ServerContext } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { App } from '../app.ts'
import { GenerateError } from '../contract/errors.ts'
import type { World } from '../contract/world.ts'
import { formatResult } from './result-text.ts'
import type { ProgressUpdate, Tool } from './tool.ts'
import { UserError } from './tool.ts'

/** The longest that a client waits for a sign of life is 5 s, less a margin for a busy machine. */
const HEARTBEAT_MS = 4_000

/** Puts a tool on an MCP server: schemas, hints, progress while it runs, text and structure when it is done. */
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
    return { content: [{ type: 'text', text: formatResult(result, tool.prose) }], structuredContent: result }
  } catch (error) {
    if (signal.aborted) throw error // nobody is listening any more
    return { content: [{ type: 'text', text: toErrorMessage(app.world, tool.name, error) }], isError: true }
  } finally {
    reporter.stop()
  }
}

/** What a person or a model is told of a failure. A fault of ours says so and nothing else: its text may hold anything. */
function toErrorMessage(world: World, tool: string, error: unknown): string {
  if (error instanceof GenerateError || error instanceof UserError) return error.message
  if (error instanceof Error && error.name === 'StoreError') return error.message
  world.log('fault', { tool, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  return `${tool} failed because of a fault in Showrunner itself, not in what you asked. Trying again may help; the details are on its stderr, which the client keeps in its log.`
}

/**
 * Sends progress where the client asked for it: at every step, and at least every few seconds between, with a number
 * that always rises.
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
    lastProgress = Math.max(done ?? 0, lastProgress + 0.001)
    lastSentAt = world.now()
    const params = {
      progressToken: token,
      progress: lastProgress,
      message,
      ...(total !== undefined && { total: Math.max(total, lastProgress) }),
    }
    ctx.mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {}) // a client that has gone needs no news
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
      latestUpdate = step.message.trim() === '' || step.done === undefined ? { ...step, message: 'writing' } : step
      send(step, step.message)
    },
    stop: () => stopped.abort(),
  }
}

/**
 * The schema as clients are shown it. A model pays for every character of it on every turn, so it is shown what helps
 * it to fill the fields in and to read them; the checks that only catch mistakes (patterns, lengths, which fields of a
 * result are always there) stay with the zod schema, which is what everything is held to.
 */
function toClientSchema<Schema extends z.ZodObject>(schema: Schema, io: 'input' | 'output') {
  let shown: Record<string, unknown> | undefined
  const show = (): Record<string, unknown> => {
    shown ??= toClientJsonSchema(schema, io) // not at start-up: a client may never ask
    return shown
  }
  return { '~standard': { ...schema['~standard'], jsonSchema: { input: show, output: show } } }
}

function toClientJsonSchema(schema: z.ZodObject, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...shown } = z.toJSONSchema(schema, {
    io,
    override({ jsonSchema, path }) {
      for (const keyword of HIDDEN_KEYWORDS) delete jsonSchema[keyword]
      if (io === 'output') {
        delete jsonSchema.required
        if (path.includes('properties') && jsonSchema.properties) replaceByNames(jsonSchema)
      }
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    },
  })
  return shown
}

/** Below the first level of a result its fields are shown by their names, without their types. */
function replaceByNames(shown: { properties?: object; description?: string; additionalProperties?: unknown }): void {
  shown.description = Object.keys(shown.properties ?? {}).join(', ')
  delete shown.properties
  delete shown.additionalProperties
}

/** Checks that mend nothing a model does; what is wrong is still refused, with the reason. */
const HIDDEN_KEYWORDS = [
  'propertyNames',
  'pattern',
  'contentEncoding',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
] as const
