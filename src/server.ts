import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { type App, createApp } from './app.ts'
import { ConfigError, findConfigDir } from './config/index.ts'
import { trust } from './config/trust.ts'
import { createServer } from './mcp-server.ts'
import { refuseStart } from './refuse.ts'
import { createStdioTransport } from './stdio.ts'
import { VERSION } from './version.ts'

const HELP = `Showrunner ${VERSION}: an MCP server that writes with every language model.

showrunner                  serve MCP over stdin and stdout; an MCP client starts it so
showrunner trust [folder]   take the .env and showrunner.json of a folder (default: this one) as your own
showrunner --version
showrunner --help
`

/** Nothing to do but this ends the process; a graceful end takes at most some seconds. */
const ENDINGS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

main(process.argv.slice(2))

function main([command, ...args]: readonly string[]): void {
  if (command === undefined) serve()
  else if (command === '--version' || command === '-v') process.stdout.write(`${VERSION}\n`)
  else if (command === '--help' || command === '-h') process.stdout.write(HELP)
  else if (command === 'trust' && args.length <= 1) trustFolder(args[0] ?? process.cwd())
  else {
    process.stderr.write(
      `showrunner: ${[command, ...args].join(' ')} is not a command. showrunner --help lists them.\n`,
    )
    process.exitCode = 2
  }
}

function serve(): void {
  let app: App
  try {
    app = createApp({ env: process.env, cwd: process.cwd() })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    refuseStart(error.message, process)
    return
  }
  if (process.stdin.isTTY) process.stderr.write(stateLine(app))
  let isEnding = false
  const end = (code: number): void => {
    if (isEnding) return
    isEnding = true
    Promise.allSettled([handle.close(), app.close()]).then(() => process.exit(code))
  }
  const transport = createStdioTransport(process, app.redactor)
  const handle = serveStdio(createServer(app), {
    transport,
    onerror: (error) => app.world.log('protocol_error', { error: error.message }),
  })
  // However the connection ends, calls are aborted and settled before the process does.
  process.stdin.once('end', () => end(0)).once('close', () => end(0))
  process.stdout.once('error', () => end(0)) // the client has gone
  for (const signal of ENDINGS) process.once(signal, () => end(0))
}

function stateLine({ settings }: App): string {
  const budgets = settings.budgets.map(({ name, limitMicroUsd }) => `${name} $${limitMicroUsd / 1_000_000}`)
  return (
    `showrunner ${VERSION} is waiting for an MCP client on stdin; add it to one (showrunner --help), Ctrl-C ends it. ` +
    `Home: ${settings.home}. Budgets: ${budgets.join(', ') || 'none'}.\n`
  )
}

function trustFolder(folder: string): void {
  const configDir = findConfigDir()
  if (configDir === undefined) {
    process.stderr.write('showrunner: the config directory is not known: set HOME to an absolute path.\n')
    process.exitCode = 1
    return
  }
  const trusted = trust(folder, configDir)
  process.stdout.write(
    trusted.length === 0
      ? `There is no .env and no showrunner.json in ${folder}.\n`
      : `Trusted as they are now: ${trusted.join(', ')}. After a change, run this again.\n`,
  )
}
