import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tools as all } from '../../src/tools/index.ts'
import { CLIENT_VERSIONS, connect, type ListedTool, SERVER } from '../support/clients.ts'

/** The most that `tools/list` may cost a model, at four characters a token. */
const TOKENS = 3_000

test('the surface: every tool as a model reads it', async () => {
  const lists: (readonly ListedTool[])[] = []
  for (const generation of CLIENT_VERSIONS) {
    const client = await connect(generation)
    lists.push(await client.tools())
    await client.close()
  }
  const [tools = [], ...others] = lists.map((list) =>
    list.map(({ name, description, inputSchema, outputSchema, annotations }) => ({
      name,
      description,
      inputSchema,
      outputSchema,
      annotations,
    })),
  )
  for (const other of others) expect(other).toEqual(tools)
  const tokens = Math.ceil(JSON.stringify(tools).length / 4)
  process.stderr.write(
    `tools/list costs ${tokens} tokens (${tools.map((tool) => `${tool.name} ${Math.ceil(JSON.stringify(tool).length / 4)}`).join(', ')})\n`,
  )
  expect(tokens).toBeLessThanOrEqual(TOKENS)
  expect(tools.map(({ name }) => name).sort()).toEqual(all.map(({ name }) => name).sort())
  for (const tool of tools) {
    expect(Object.keys(tool.annotations ?? {}).sort()).toEqual([
      'destructiveHint',
      'idempotentHint',
      'openWorldHint',
      'readOnlyHint',
    ])
  }
  await expect(`${JSON.stringify(tools, null, 2)}\n`).toMatchFileSnapshot('./surface.snap.json')
})

const inspector = join(import.meta.dirname, '../../bench/peers/node_modules/.bin/mcp-inspector')
test.skipIf(!existsSync(inspector)).each(['legacy', 'modern'])(
  'the Inspector finds no schema that a client refuses, era %s (skipped without `npm ci --prefix bench/peers`)',
  (era) => {
    const cwd = mkdtempSync(join(tmpdir(), 'showrunner-inspector-'))
    const args = [
      '--cli',
      '--format',
      'json',
      '--strict',
      '--protocol-era',
      era,
      '--method',
      'tools/list',
      process.execPath,
      SERVER,
    ]
    const run = spawnSync(inspector, args, {
      cwd,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', HOME: cwd },
    })
    expect(run.stderr).toMatch(/^0 errors/m)
    expect(run.status).toBe(0)
  },
)
