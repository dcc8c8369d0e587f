import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { expect, test, vi } from 'vitest'
import { SERVER } from '../support/clients.ts'

// Two processes and a whole script in each test, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })

const ASK = {
  concept: 'MARA and her brother TOM keep a lighthouse through one storm with one match left.',
  format: 'short',
  target_pages: 3,
  model: 'rehearsal/understudy',
}
const NOTES = 'Make the storm worse in the middle.'

interface Server {
  readonly pid: number
  call(tool: string, args: object, told?: (message: string) => void): Promise<Readonly<Record<string, unknown>>>
  scripts(): Promise<readonly string[]>
  close(): Promise<void>
}

async function start(home: string): Promise<Server> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [SERVER],
    cwd: home,
    env: { PATH: process.env['PATH'] ?? '', HOME: home, SHOWRUNNER_HOME: home },
    stderr: 'ignore',
  })
  const client = new Client({ name: 'kill', version: '1.0.0' })
  await client.connect(transport)
  return {
    pid: transport.pid ?? 0,
    async call(tool, args, told) {
      const onprogress = ({ message = '' }: { readonly message?: string | undefined }): void => told?.(message)
      const result = await client.callTool(
        { name: tool, arguments: { ...args } },
        { timeout: 60_000, resetTimeoutOnProgress: true, onprogress },
      )
      return result.structuredContent as Readonly<Record<string, unknown>>
    },
    scripts: async () =>
      (await client.listResources()).resources.flatMap(({ uri, name }) => (uri.startsWith('script://') ? [name] : [])),
    close: () => client.close(),
  }
}

const emptyHome = (): string => mkdtempSync(join(tmpdir(), 'showrunner-kill-'))

/** Lets the lease of a process that died lapse, as it does by itself after half a minute. */
function laterInTime(home: string): void {
  const shelf = new DatabaseSync(join(home, 'shelf.db'))
  shelf.exec('UPDATE claims SET until = 0')
  shelf.close()
}

/** Runs until a message of the progress says so, and kills the process there and then. */
async function killedAt(server: Server, input: object, moment: RegExp): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const told = (message: string): void => {
      if (!moment.test(message)) return
      process.kill(server.pid, 'SIGKILL')
      resolve()
    }
    server.call('develop_script', { ...input, wait_seconds: 60 }, told).then(
      (result) => reject(new Error(`it was ${result['status']} before ${moment}`)),
      () => resolve(),
    )
  })
  await server.close()
}

async function callsBooked(server: Server): Promise<number> {
  const { periods } = (await server.call('usage_report', { period: 'all' })) as {
    readonly periods: { readonly all: { readonly calls: number } }
  }
  return periods.all.calls
}

/** What nobody disturbs: the script, the script after the notes, and the calls that each took. */
async function undisturbed() {
  const server = await start(emptyHome())
  const script = await server.call('develop_script', { ...ASK, wait_seconds: 60 })
  const calls = await callsBooked(server)
  const revised = await server.call('develop_script', {
    script_id: script['script_id'],
    notes: NOTES,
    wait_seconds: 60,
  })
  const inAll = await callsBooked(server)
  await server.close()
  return { script, revised, calls, inAll }
}

const whole = undisturbed()

test.each([
  ['the logline', /^logline/],
  ['the characters', /^characters/],
  ['the beats', /^beats/],
  ['the outline', /^outline/],
  ['the estimate, before anything is asked', /^to do: /],
  ['the first scene', /^scene 1\//],
  ['the second scene', /^scene 2\//],
])('killed at %s: a new process goes on, asks for nothing twice, and the script is the same', async (what, moment) => {
  const { script, calls } = await whole
  expect(script['status']).toBe('complete')
  const home = emptyHome()
  const first = await start(home)
  await killedAt(first, ASK, moment)
  laterInTime(home)
  const second = await start(home)
  const [script_id] = await second.scripts()
  const result = await second.call('develop_script', { script_id, wait_seconds: 60 })
  expect(result, what).toMatchObject({ status: 'complete', calls: script['calls'], pages: script['pages'] })
  expect(result['fountain']).toBe(script['fountain'])
  // The one that was under way when the process died may have been asked once more.
  expect(await callsBooked(second)).toBeLessThanOrEqual(calls + 1)
  await second.close()
})

test.each([
  ['while it finds out what the notes concern', /^what the notes concern/],
  ['while it writes a scene anew', /^scene \d+\//],
])('a revision killed %s goes on without its notes', async (_, moment) => {
  const { revised, inAll } = await whole
  expect(revised['status']).toBe('complete')
  const home = emptyHome()
  const first = await start(home)
  const { script_id } = await first.call('develop_script', { ...ASK, wait_seconds: 60 })
  await killedAt(first, { script_id, notes: NOTES }, moment)
  laterInTime(home)
  const second = await start(home)
  const result = await second.call('develop_script', { script_id, wait_seconds: 60 })
  expect(result['fountain']).toBe(revised['fountain'])
  expect(await callsBooked(second)).toBeLessThanOrEqual(inAll + 1)
  await second.close()
})
