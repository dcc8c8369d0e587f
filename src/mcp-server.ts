import { type McpRequestContext, McpServer } from '@modelcontextprotocol/server'
import type { App } from './app.ts'
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
