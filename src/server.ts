import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type McpRequestContext, McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { type App, createApp } from './app.ts'
import { ConfigError } from './config/index.ts'
import { registerPrompts } from './prompts.ts'
import { listRelatedUris, registerResources } from './resources.ts'
import { tools } from './tools/index.ts'
import { registerTool } from './tools/register.ts'
import { VERSION } from './version.ts'

const INSTRUCTIONS =
  'Showrunner writes with every language model: generate_text asks one (list_models shows which), develop_script makes a screenplay, plan_tasks makes a plan, usage_report says what was spent. ' +
  'develop_script and plan_tasks are jobs: while the status is `running`, call again with the id.'

/** Makes the server for one connection of either protocol era. `app` is shared by all of them. */
export function createServer(app: App): (context: McpRequestContext) => McpServer {
  return ({ era }) => {
    const server = new McpServer(
      { name: 'showrunner', title: 'Showrunner', version: VERSION },
      {
        instructions: INSTRUCTIONS,
        capabilities: { resources: { subscribe: true, listChanged: true } },
        cacheHints: { 'tools/list': { ttlMs: 60_000, cacheScope: 'public' } },
      },
    )
    for (const tool of tools) registerTool(server, app, tool)
    registerResources(server, app)
    registerPrompts(server)
    announceChanges(server, app, era)
    return server
  }
}

/** Tells the client of changes: on older connections of what it subscribed to; on newer ones the SDK keeps the list. */
function announceChanges(server: McpServer, app: App, era: McpRequestContext['era']): void {
  const subscribed = new Set<string>()
  const legacy = era === 'legacy'
  if (legacy) {
    server.server.setRequestHandler('resources/subscribe', ({ params }) => {
      subscribed.add(params.uri)
      return {}
    })
    server.server.setRequestHandler('resources/unsubscribe', ({ params }) => {
      subscribed.delete(params.uri)
      return {}
    })
  }
  const unsubscribe = app.subscribe((changed) => {
    for (const uri of listRelatedUris(changed)) {
      if (legacy && !subscribed.has(uri)) continue
      server.server.sendResourceUpdated({ uri }).catch(() => {}) // a client that has gone needs no news
    }
  })
  const { onclose } = server.server
  server.server.onclose = () => {
    unsubscribe()
    onclose?.()
  }
}

function main(): void {
  try {
    const app = createApp({ env: process.env, cwd: process.cwd() })
    const handle = serveStdio(createServer(app), {
      onerror: (error) => app.world.log('protocol error', { error: error.message }),
    })
    const shutDown = (): void => {
      Promise.allSettled([handle.close(), app.close()]).then(() => process.exit(0))
    }
    for (const end of ['SIGINT', 'SIGTERM'] as const) process.once(end, shutDown)
    process.stdin.once('end', shutDown).once('close', shutDown)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`showrunner: ${error.message}\n`)
    process.exitCode = 1
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) main()
