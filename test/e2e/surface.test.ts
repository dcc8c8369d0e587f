import { expect, test } from 'vitest'
import { CLIENTS, connect, type ShownTool } from '../support/clients.ts'

/** What `tools/list` may cost a model, by the usual four characters a token. */
const TOKENS = 2_500

test('the surface: every tool as a model reads it', async () => {
  const lists: (readonly ShownTool[])[] = []
  for (const generation of CLIENTS) {
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
  expect(tokens).toBeLessThan(TOKENS)
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
