import { type McpServer, ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server'
import type { App } from './app.ts'
import { callReport, PERIOD, PERIODS, usageReport } from './report.ts'

/** How many ids a completion offers. */
const OFFERED = 50

/** Puts every resource of DESIGN A4 on an MCP server. What is read is made when it is read. */
export function registerResources(server: McpServer, app: App): void {
  usage(server, app)
  models(server, app)
  answers(server, app)
  documents(server, app, 'script', 'A screenplay', SCRIPT_FORMATS)
  scenes(server, app)
  documents(server, app, 'plan', 'A plan', PLAN_FORMATS)
}

/** What a document can be read as: format -> MIME type. The document's plain address gives the first. */
const SCRIPT_FORMATS: Readonly<Record<string, string>> = {
  fountain: 'text/vnd.fountain',
  fdx: 'application/xml',
  pdf: 'application/pdf',
  html: 'text/html',
  json: 'application/json',
}
const PLAN_FORMATS: Readonly<Record<string, string>> = {
  md: 'text/markdown',
  json: 'application/json',
  mermaid: 'text/vnd.mermaid',
  csv: 'text/csv',
  ics: 'text/calendar',
  dot: 'text/vnd.graphviz',
  mspdi: 'application/xml',
  html: 'text/html',
  stripboard: 'text/html',
  oneliner: 'text/markdown',
  dood: 'text/markdown',
  breakdown: 'text/markdown',
  callsheets: 'text/markdown',
  fdx: 'application/xml',
}

/** Every address under which a document can be read: a change of the document is a change of all of them. */
export function addressesOf(uri: string): readonly string[] {
  const formats = uri.startsWith('script://') ? SCRIPT_FORMATS : uri.startsWith('plan://') ? PLAN_FORMATS : undefined
  if (formats) return [uri, ...Object.keys(formats).map((format) => `${uri}/${format}`)]
  return uri === 'usage://report' ? [uri, ...PERIODS.map((period) => `${uri}/${period}`)] : [uri]
}

const LIVE = { cacheHint: { ttlMs: 0, cacheScope: 'private' } } as const

function usage(server: McpServer, app: App): void {
  server.registerResource(
    'usage',
    'usage://report',
    {
      title: 'Usage report',
      description: 'Spending today, this month and in all, and what is left of every budget.',
      mimeType: JSON_TYPE,
      ...LIVE,
    },
    async (uri) => json(uri, await usageReport(app)),
  )
  server.registerResource(
    'usage of a period',
    new ResourceTemplate('usage://report/{period}', {
      list: undefined,
      complete: { period: (typed) => PERIODS.filter((name) => name.startsWith(typed)) },
    }),
    {
      title: 'Usage report of a period',
      description: `${PERIODS.join(', ')}, YYYY-MM or YYYY-MM-DD (UTC).`,
      mimeType: JSON_TYPE,
      ...LIVE,
    },
    async (uri, { period }) => {
      const name = String(period)
      if (!PERIOD.test(name)) throw new ResourceNotFoundError(uri.href)
      return json(uri, await usageReport(app, [name]).catch((error: unknown) => notFound(uri, error)))
    },
  )
  server.registerResource(
    'a call',
    new ResourceTemplate('usage://calls/{call_id}', {
      list: undefined,
      complete: { call_id: async (typed) => [...(await (await app.ledger()).callIds(typed, OFFERED))] },
    }),
    { title: 'One call', description: 'Its attempts, with outcome, tokens and cost.', mimeType: JSON_TYPE, ...LIVE },
    async (uri, { call_id }) => json(uri, (await callReport(app, String(call_id))) ?? notFound(uri)),
  )
  server.registerResource(
    'limits',
    'limits://status',
    {
      title: 'Limits and budgets',
      description: 'What holds calls back now, and when it frees.',
      mimeType: JSON_TYPE,
      ...LIVE,
    },
    async (uri) => {
      const limits = await app.router.limits()
      const freeAt = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString())
      const { budgets } = await usageReport(app, [])
      return json(uri, {
        limits: limits.map((limit) => ({ name: limit.name, free_at: freeAt(limit.freeAt) })),
        budgets,
      })
    },
  )
}

function models(server: McpServer, app: App): void {
  server.registerResource(
    'models',
    'models://catalog',
    {
      title: 'Model catalog',
      description: 'Every provider there is; of those that are ready, every model with its price.',
      mimeType: JSON_TYPE,
      ...LIVE,
    },
    async (uri, ctx) => {
      const everyone = await app.roster.everyone(ctx.mcpReq.signal)
      return json(uri, {
        source: (await app.catalog()).source,
        total: everyone.reduce((sum, member) => sum + member.models().length, 0),
        providers: everyone.map((member) => ({
          id: member.id,
          name: member.name,
          ready: member.provider !== undefined,
          ...(member.fix && { fix: member.fix }),
          models: member.provider ? member.models() : member.models().length,
        })),
      })
    },
  )
}

function answers(server: McpServer, app: App): void {
  server.registerResource(
    'a long answer',
    new ResourceTemplate('answer://{call_id}', { list: undefined }),
    {
      title: 'A long answer',
      description: 'The whole text of an answer that did not fit its result; kept in memory until the server stops.',
      mimeType: 'text/plain',
      ...LIVE,
    },
    async (uri) => text(uri, 'text/plain', app.answers.get(uri.href) ?? notFound(uri)),
  )
}

function documents(
  server: McpServer,
  app: App,
  kind: 'script' | 'plan',
  what: string,
  formats: Readonly<Record<string, string>>,
): void {
  const [plain = 'json'] = Object.keys(formats)
  const ids = async (typed: string): Promise<string[]> =>
    (await (await app.shelf()).list(kind, typed, OFFERED)).map((item) => item.id)
  const exported = async (id: string, format: string): Promise<string | Uint8Array | undefined> => {
    if (formats[format] === undefined) return undefined
    const agent = kind === 'script' ? await app.screenwriter() : await app.producer()
    return agent.export(id, format)
  }
  const read = async (uri: URL, id: string, format: string) =>
    text(uri, formats[format] ?? 'text/plain', (await exported(id, format)) ?? notFound(uri))
  server.registerResource(
    kind,
    new ResourceTemplate(`${kind}://{${kind}_id}`, {
      list: async () => ({
        resources: (await (await app.shelf()).list(kind, '', OFFERED)).map((item) => ({
          uri: `${kind}://${item.id}`,
          name: item.id,
          mimeType: formats[plain] ?? 'text/plain',
          annotations: { lastModified: new Date(item.updatedAt).toISOString() },
        })),
      }),
      complete: { [`${kind}_id`]: ids },
    }),
    { title: what, description: `As ${plain}.`, mimeType: formats[plain] ?? 'text/plain', ...LIVE },
    (uri, variables) => read(uri, String(variables[`${kind}_id`]), plain),
  )
  server.registerResource(
    `${kind} in a format`,
    new ResourceTemplate(`${kind}://{${kind}_id}/{format}`, {
      list: undefined,
      complete: {
        [`${kind}_id`]: ids,
        format: (typed) => Object.keys(formats).filter((format) => format.startsWith(typed)),
      },
    }),
    { title: `${what} in a format`, description: `${Object.keys(formats).join(', ')}.`, ...LIVE },
    (uri, variables) => read(uri, String(variables[`${kind}_id`]), String(variables['format'])),
  )
}

function scenes(server: McpServer, app: App): void {
  server.registerResource(
    'a scene',
    new ResourceTemplate('script://{script_id}/scene/{number}', {
      list: undefined,
      complete: {
        script_id: async (typed) => (await (await app.shelf()).list('script', typed, OFFERED)).map((item) => item.id),
        number: async (typed, context) => {
          const script = await (await app.screenwriter()).get(context?.arguments?.['script_id'] ?? '')
          const numbers = (script?.scenes ?? []).map((scene) => String(scene.number))
          return numbers.filter((number) => number.startsWith(typed)).slice(0, OFFERED)
        },
      },
    }),
    { title: 'One scene', description: 'As fountain, by its number from 1.', mimeType: FOUNTAIN, ...LIVE },
    async (uri, { script_id, number }) => {
      const writer = await app.screenwriter()
      return text(uri, FOUNTAIN, (await writer.scene(String(script_id), Number(number))) ?? notFound(uri))
    },
  )
}

const JSON_TYPE = 'application/json'
const FOUNTAIN = 'text/vnd.fountain'

function json(uri: URL, value: unknown) {
  return text(uri, JSON_TYPE, JSON.stringify(value, null, 1))
}

function text(uri: URL, mimeType: string, content: string | Uint8Array) {
  const inside = typeof content === 'string' ? { text: content } : { blob: Buffer.from(content).toString('base64') }
  return { contents: [{ uri: uri.href, mimeType, ...inside }] }
}

function notFound(uri: URL, cause?: unknown): never {
  if (cause !== undefined && !(cause instanceof RangeError)) throw cause
  throw new ResourceNotFoundError(uri.href)
}
