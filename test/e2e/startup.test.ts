import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CLIENT_VERSIONS, connect, SERVER } from '../support/clients.ts'

const folder = (): string => mkdtempSync(join(tmpdir(), 'showrunner-start-'))

describe('starting', () => {
  test.each(CLIENT_VERSIONS)('creates no file before there is something to write (client %s)', async (generation) => {
    const cwd = folder()
    const client = await connect(generation, { cwd, env: { SHOWRUNNER_DAILY_BUDGET_USD: '2' } })
    await Promise.all([client.tools(), client.resources(), client.templates(), client.prompts()])
    for (const uri of ['usage://report', 'usage://report/7d', 'limits://status']) await client.read(uri)
    await client.complete({ type: 'ref/resource', uri: 'script://{script_id}' }, 'script_id', '')
    await client.complete({ type: 'ref/resource', uri: 'usage://calls/{call_id}' }, 'call_id', '')
    const { structured } = await client.call('usage_report', {})
    expect(structured['budgets']).toMatchObject([{ spent_usd: 0, remaining_usd: 2 }])
    await client.call('list_models', { query: 'understudy' })
    expect(readdirSync(cwd)).toEqual([])
    await client.call('generate_text', { prompt: 'Light the lamp.', model: 'rehearsal/understudy' })
    expect(readdirSync(cwd)).toEqual(['home'])
    await client.close()
  })

  test.skipIf(process.platform === 'win32')('names a home that other users can change, once', async () => {
    const cwd = folder()
    mkdirSync(join(cwd, 'home'))
    chmodSync(join(cwd, 'home'), 0o777)
    const client = await connect('1.x', { cwd })
    const { structured } = await client.call('list_models', { query: 'understudy' })
    expect(structured['warnings']).toEqual([
      expect.stringMatching(/^Other users of this machine .*home: run `chmod o-w /),
    ])
    expect(client.stderr().match(/Other users of this machine/g)).toHaveLength(1)
    await client.close()
  })

  test('says everything that is wrong with the configuration on stderr, and nothing on stdout', () => {
    const cwd = folder()
    writeFileSync(join(cwd, 'showrunner.json'), '{"budgets":[{"per":"week","usd":1}],"rooting":1}')
    const run = spawnSync(process.execPath, [SERVER], { cwd, env: { HOME: cwd }, encoding: 'utf8', input: '' })
    expect(run).toMatchObject({ status: 1, stdout: '' })
    expect(run.stderr).toMatch(
      /^showrunner: 2 settings are wrong:\n {2}- .*budgets\.0\.per.*\n {2}- .*did you mean `routing`\?\n$/,
    )
  })

  test('prints nothing but the protocol on stdout, however noisy the vendors’ SDKs are set', async () => {
    const { origin, close } = await (await import('../support/fake-vendor.ts')).startFakeVendor(() => ({ status: 401 }))
    const env = {
      OPENAI_LOG: 'debug',
      ANTHROPIC_LOG: 'debug',
      OPENAI_API_KEY: 'sk-x',
      OPENAI_BASE_URL: `${origin}/v1`,
      ANTHROPIC_API_KEY: 'sk-y',
      ANTHROPIC_BASE_URL: origin,
    }
    const client = await connect('1.x', { env })
    for (const model of ['openai/gpt-4o', 'anthropic/claude-sonnet-5']) {
      // The 1.x client fails on the first line that is not a message; that it answers is the proof.
      expect(await client.call('generate_text', { prompt: 'x', model })).toMatchObject({ isError: true })
    }
    await client.close()
    await close()
  })

  const oldNode = ['/usr/bin/node', '/usr/local/bin/node'].find(
    (path) =>
      existsSync(path) &&
      Number(execFileSync(path, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' })) < 22,
  )
  test.skipIf(!oldNode)('on an old Node says so in one line (skipped where no old Node is installed)', () => {
    const run = spawnSync(oldNode ?? '', [SERVER], { encoding: 'utf8', input: '' })
    expect(run).toMatchObject({ status: 1, stdout: '' })
    expect(run.stderr).toMatch(/^showrunner: needs Node 22\.13 or newer, and this is [\d.]+: .*\n$/)
  })

  test('with no key and no local engine, a call says in one paragraph what was looked for and how to go on', async () => {
    const client = await connect('2.x on 2026-07-28')
    for (const [tool, args] of [
      ['generate_text', { prompt: 'x' }],
      ['develop_script', { concept: 'x' }],
      ['plan_tasks', { goal: 'x' }],
    ] as const) {
      const { isError, text, structured } = await client.call(tool, args)
      const said = isError ? text : `${structured['next']}`
      expect(said, tool).toMatch(/No model can be asked yet\..*OPENAI_API_KEY.*local engine.*rehearsal\/understudy/)
      expect(said).not.toContain('\n')
    }
    await client.close()
  })
})
