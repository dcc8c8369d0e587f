import { type McpServer, ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server'
import { PLAN_EXPORT_FORMATS } from './agents/producer/formats.ts'
import { SCRIPT_EXPORT_FORMATS } from './agents/screenwriter/formats.ts'
import type { App } from './app.ts'
import { buildCallReport, buildUsageReport, PERIOD_NAMES, PERIOD_PATTERN } from './report.ts'

/** How many ids a completion offers. */
const MAX_COMPLETIONS = 50

/** Adds every resource to an MCP server. A resource is made when it is read. */
export function registerResources(server: McpServer, app: App): void {
  registerUsage(server, app)
  registerModels(server, app)
  registerAnswers(server, app)
  registerDocuments(server, app, 'script', 'A screenplay', SCRIPT_EXPORT_FORMATS)
  registerScenes(server, app)
  registerDocuments(server, app, 'plan', 'A plan', PLAN_EXPORT_FORMATS)
}

type Formats = Readonly<Record<string, { readonly mimeType: string }>>

/** The addresses that a change of `uri` concerns: a document in each of its formats, the report in each period. */
export function listRelatedUris(uri: string): readonly string[] {
  const formats = uri.startsWith('script://')
    ? SCRIPT_EXPORT_FORMATS
    : uri.startsWith('plan://')
      ? PLAN_EXPORT_FORMATS
      : undefined
  if (formats) return [uri, ...Object.keys(formats).map((format) => `${uri}/${format}`)]
  return uri === 'usage://report' ? [uri, ...PERIOD_NAMES.map((period) => `${uri}/${period}`)] : [uri]
}

const NO_CACHE = { cacheHint: { ttlMs: 0, cacheScope: 'private' } } as const

function registerUsage(server: McpServer, app: App): void {
  server.registerResource(
    'usage',
    'usage://report',
    {
      title: 'Usage report',
      description: 'Spending today, this month and in all, and what is left of every budget.',
      mimeType: JSON_MIME_TYPE,
      ...NO_CACHE,
    },
    async (uri) => json(uri, await buildUsageReport(app)),
  )
  server.registerResource(
    'usage of a period',
    new ResourceTemplate('usage://report/{period}', {
      list: undefined,
      complete: { period: (typed) => PERIOD_NAMES.filter((name) => name.startsWith(typed)) },
    }),
    {
      title: 'Usage report of a period',
      description: `${PERIOD_NAMES.join(', ')}, YYYY-MM or YYYY-MM-DD (UTC).`,
      mimeType: JSON_MIME_TYPE,
      ...NO_CACHE,
    },
    async (uri, { period }) => {
      const name = String(period)
      if (!PERIOD_PATTERN.test(name)) throw new ResourceNotFoundError(uri.href)
      return json(uri, await buildUsageReport(app, [name]).catch((error: unknown) => throwNotFound(uri, error)))
    },
  )
  server.registerResource(
    'a call',
    new ResourceTemplate('usage://calls/{call_id}', {
      list: undefined,
      complete: { call_id: async (typed) => [...(await (await app.ledger()).listCallIds(typed, MAX_COMPLETIONS))] },
    }),
    {
      title: 'One call',
      description: 'Its attempts, with outcome, tokens and cost.',
      mimeType: JSON_MIME_TYPE,
      ...NO_CACHE,
    },
    async (uri, { call_id }) => json(uri, (await buildCallReport(app, String(call_id))) ?? throwNotFound(uri)),
  )
  server.registerResource(
    'limits',
    'limits://status',
    {
      title: 'Limits and budgets',
      description: 'Limits that hold calls back now, with the time when they free, and every budget.',
      mimeType: JSON_MIME_TYPE,
      ...NO_CACHE,
    },
    async (uri) => {
      const limits = await app.router.limitStates()
      const freeAt = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString())
      const { budgets } = await buildUsageReport(app, [])
      return json(uri, {
        limits: limits.map((limit) => ({ name: limit.name, free_at: freeAt(limit.freeAt) })),
        budgets,
      })
    },
  )
}

function registerModels(server: McpServer, app: App): void {
  server.registerResource(
    'models',
    'models://catalog',
    {
      title: 'Model catalog',
      description: 'Every provider; for those that are ready, every model with its price.',
      mimeType: JSON_MIME_TYPE,
      ...NO_CACHE,
    },
    async (uri, ctx) => {
      const providers = await app.registry.list(ctx.mcpReq.signal)
      return json(uri, {
        source: (await app.catalog()).source,
        total: providers.reduce((sum, info) => sum + info.models().length, 0),
        providers: providers.map((info) => ({
          id: info.id,
          name: info.name,
          ready: info.provider !== undefined,
          ...(info.fix && { fix: info.fix }),
          models: info.provider ? info.models() : info.models().length,
        })),
      })
    },
  )
}

function registerAnswers(server: McpServer, app: App): void {
  server.registerResource(
    'an answer',
    new ResourceTemplate('answer://{call_id}', {
      list: () => ({
        resources: app.textCalls
          .list()
          .slice(0, MAX_COMPLETIONS)
          .map(({ id, status, startedAt }) => ({
            uri: `answer://${id}`,
            name: id,
            description: `generate_text, ${status}`,
            mimeType: 'text/plain',
            annotations: { lastModified: new Date(startedAt).toISOString() },
          })),
      }),
      complete: {
        call_id: (typed) =>
          app.textCalls
            .list()
            .map(({ id }) => id)
            .filter((id) => id.startsWith(typed))
            .slice(0, MAX_COMPLETIONS),
      },
    }),
    {
      title: 'An answer of generate_text',
      description:
        'The whole text, also of a call that still runs, failed or was cancelled. Kept in memory until the server stops.',
      mimeType: 'text/plain',
      ...NO_CACHE,
    },
    async (uri, { call_id }) => {
      const call = app.textCalls.get(String(call_id)) ?? throwNotFound(uri)
      return textContents(uri, 'text/plain', call.text)
    },
  )
}

function registerDocuments(
  server: McpServer,
  app: App,
  kind: 'script' | 'plan',
  title: string,
  formats: Formats,
): void {
  const [defaultFormat = 'json'] = Object.keys(formats)
  const completeIds = async (typed: string): Promise<string[]> =>
    (await (await app.documents()).list(kind, typed, MAX_COMPLETIONS)).map((item) => item.id)
  const exportDocument = async (id: string, format: string): Promise<string | Uint8Array | undefined> => {
    if (!Object.hasOwn(formats, format)) return undefined
    const agent = kind === 'script' ? await app.screenwriter() : await app.producer()
    return agent.export(id, format)
  }
  const read = async (uri: URL, id: string, format: string) =>
    textContents(
      uri,
      formats[format]?.mimeType ?? 'text/plain',
      (await exportDocument(id, format)) ?? throwNotFound(uri),
    )
  server.registerResource(
    kind,
    new ResourceTemplate(`${kind}://{${kind}_id}`, {
      list: async () => ({
        resources: (await (await app.documents()).list(kind, '', MAX_COMPLETIONS)).map((item) => ({
          uri: `${kind}://${item.id}`,
          name: item.id,
          mimeType: formats[defaultFormat]?.mimeType ?? 'text/plain',
          annotations: { lastModified: new Date(item.updatedAt).toISOString() },
        })),
      }),
      complete: { [`${kind}_id`]: completeIds },
    }),
    {
      title: title,
      description: `As ${defaultFormat}.`,
      mimeType: formats[defaultFormat]?.mimeType ?? 'text/plain',
      ...NO_CACHE,
    },
    (uri, variables) => read(uri, String(variables[`${kind}_id`]), defaultFormat),
  )
  server.registerResource(
    `${kind} in a format`,
    new ResourceTemplate(`${kind}://{${kind}_id}/{format}`, {
      list: undefined,
      complete: {
        [`${kind}_id`]: completeIds,
        format: (typed) => Object.keys(formats).filter((format) => format.startsWith(typed)),
      },
    }),
    { title: `${title} in a format`, description: `${Object.keys(formats).join(', ')}.`, ...NO_CACHE },
    (uri, variables) => read(uri, String(variables[`${kind}_id`]), String(variables['format'])),
  )
}

function registerScenes(server: McpServer, app: App): void {
  server.registerResource(
    'a scene',
    new ResourceTemplate('script://{script_id}/scene/{number}', {
      list: undefined,
      complete: {
        script_id: async (typed) =>
          (await (await app.documents()).list('script', typed, MAX_COMPLETIONS)).map((item) => item.id),
        number: async (typed, context) => {
          const script = await (await app.screenwriter()).get(context?.arguments?.['script_id'] ?? '')
          const numbers = (script?.scenes ?? []).map((scene) => String(scene.number))
          return numbers.filter((number) => number.startsWith(typed)).slice(0, MAX_COMPLETIONS)
        },
      },
    }),
    {
      title: 'One scene',
      description: 'As fountain, by its number from 1.',
      mimeType: FOUNTAIN_MIME_TYPE,
      ...NO_CACHE,
    },
    async (uri, { script_id, number }) => {
      const writer = await app.screenwriter()
      return textContents(
        uri,
        FOUNTAIN_MIME_TYPE,
        (await writer.scene(String(script_id), Number(number))) ?? throwNotFound(uri),
      )
    },
  )
}

const JSON_MIME_TYPE = 'application/json'
const FOUNTAIN_MIME_TYPE = 'text/vnd.fountain'

function json(uri: URL, value: unknown) {
  return textContents(uri, JSON_MIME_TYPE, JSON.stringify(value, null, 1))
}

function textContents(uri: URL, mimeType: string, content: string | Uint8Array) {
  const inside = typeof content === 'string' ? { text: content } : { blob: Buffer.from(content).toString('base64') }
  return { contents: [{ uri: uri.href, mimeType, ...inside }] }
}

function throwNotFound(uri: URL, cause?: unknown): never {
  if (cause !== undefined && !(cause instanceof RangeError)) throw cause
  throw new ResourceNotFoundError(uri.href)
}
