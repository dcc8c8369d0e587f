import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { connect, SERVER } from '../support/clients.ts'
import { startFakeVendor } from '../support/fake-vendor.ts'

vi.setConfig({ testTimeout: 60_000 })

/** A server whose lines are written and read as they are. */
function start(env: Readonly<Record<string, string>> = {}, args: readonly string[] = []) {
  const home = mkdtempSync(join(tmpdir(), 'showrunner-stdio-'))
  const child = spawn(process.execPath, [SERVER, ...args], {
    cwd: home,
    env: { HOME: home, SHOWRUNNER_HOME: home, ...env },
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  const exited = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)))
  return {
    send: (line: string) => child.stdin.write(`${line}\n`),
    answers: (count: number) =>
      vi.waitFor(() => {
        const lines = out.split('\n').filter((line) => line !== '')
        if (lines.length < count) throw new Error(`only ${lines.length} answers: ${err}`)
        return lines.map((line) => JSON.parse(line))
      }, 20_000),
    end: () => child.stdin.end(),
    exited,
    stderr: () => err,
    stdout: () => out,
  }
}

const ping = (id: unknown): string => JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' })

test('a refused start answers every request with the reason until stdin ends, and exits with 1', async () => {
  const server = start({ SHOWRUNNER_DAILY_BUDGET_USD: '2 USD' })
  server.send(ping(1))
  server.send('{"jsonrpc":"2.0","method":"notifications/initialized"}')
  server.send(ping('two'))
  const message = expect.stringMatching(/^showrunner: One setting is wrong:\n.*SHOWRUNNER_DAILY_BUDGET_USD is "2 USD"/)
  expect(await server.answers(2)).toEqual([
    { jsonrpc: '2.0', id: 1, error: { code: -32_000, message } },
    { jsonrpc: '2.0', id: 'two', error: { code: -32_000, message } },
  ])
  server.end()
  expect(await server.exited).toBe(1)
  expect(server.stderr()).toContain('is not an amount of US dollars')
})

test('a wrong line and a message above 16 MiB are errors to themselves alone', async () => {
  const server = start()
  server.send('{"jsonrpc": "2.0", "id": 7,')
  server.send(`[${ping(8)}]`)
  server.send(ping(1.5))
  const params = { text: 'x'.repeat(17_000_000) }
  server.send(JSON.stringify({ jsonrpc: '2.0', id: 9, method: 'ping', params }))
  server.send(JSON.stringify({ method: 'ping', params, jsonrpc: '2.0', id: 'ten' }))
  server.send(`\uFEFF${ping(11)}`)
  const answers = await server.answers(6)
  expect(answers.slice(0, 5).map(({ id, error }) => [id, error.code])).toEqual([
    [null, -32_700],
    [null, -32_600],
    [null, -32_600],
    [9, -32_600],
    ['ten', -32_600],
  ])
  expect(answers[3].error.message).toMatch(/16 MiB/)
  expect(answers[5].id).toBe(11)
  server.end()
  expect(await server.exited).toBe(0)
})

test('a configured key that is pasted as a model name does not come back', async () => {
  const key = 'sk-planted-0123456789'
  const client = await connect('1.x', { env: { OPENAI_API_KEY: key } })
  for (const model of [key, `openai/${key}`]) {
    const { text, isError } = await client.call('generate_text', { prompt: 'x', model })
    expect(isError).toBe(true)
    expect(text).toContain('[key removed]')
    expect(text).not.toContain(key)
  }
  expect(client.stderr()).not.toContain(key)
  await client.close()
})

describe('a signal settles the running call and leaves no hold', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s', async (signal) => {
    const vendor = await startFakeVendor(() => ({ text: 'word '.repeat(200), chunkMs: 50 }))
    const cwd = mkdtempSync(join(tmpdir(), 'showrunner-signal-'))
    const env = { GROQ_API_KEY: 'k', GROQ_BASE_URL: `${vendor.origin}/v1`, SHOWRUNNER_DAILY_BUDGET_USD: '5' }
    const first = await connect('2.x on 2025-11-25', { cwd, env })
    const call = first.call('generate_text', { prompt: 'x', model: 'groq/llama-3.3-70b-versatile' }).catch(() => {})
    await vi.waitFor(() => expect(vendor.requests.some(({ body }) => 'messages' in body)).toBe(true), 20_000)
    process.kill(first.pid, signal)
    await call
    await first.close()
    const second = await connect('2.x on 2025-11-25', { cwd, env })
    const { structured } = await second.call('usage_report', { period: 'today' })
    expect(JSON.stringify(structured)).toMatch(/"calls":1,"attempts":1/)
    expect(structured['budgets']).toMatchObject([{ held_usd: 0 }])
    await second.close()
    await vendor.close()
  })
})

test.each([
  [['--version'], 0, /^\d+\.\d+\.\d+\n$/, /^$/],
  [['--help'], 0, /showrunner trust/, /^$/],
  [['bogus'], 2, /^$/, /bogus is not a command/],
  [['trust'], 0, /There is no \.env and no showrunner\.json/, /^$/],
] as const)('showrunner %j', async (args, code, stdout, stderr) => {
  const server = start({}, args)
  expect(await server.exited).toBe(code)
  expect(server.stdout()).toMatch(stdout)
  expect(server.stderr()).toMatch(stderr)
})
