import { type CallToolResult, McpServer, type ServerContext } from '@modelcontextprotocol/server'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { App } from '../../src/app.ts'
import { GenerateError } from '../../src/contract/errors.ts'
import { registerTool } from '../../src/tools/register.ts'
import { defineTool, type ToolContext, UserError } from '../../src/tools/tool.ts'
import { type TestWorld, testWorld } from '../support/test-world.ts'

interface ProgressNotice {
  readonly at: number
  readonly progress: number
  readonly message: string
}

/** A tool that runs `run`, registered as on a real server, and called with a test clock. */
function callTool(run: (on: ToolContext) => Promise<string>, world: TestWorld, token: string | null = 'p1') {
  const notices: ProgressNotice[] = []
  const started = world.now()
  const server = new McpServer({ name: 'test', version: '1.0.0' })
  const registered = vi.spyOn(server, 'registerTool')
  const hints = { readOnly: true, destructive: false, idempotent: true, openWorld: false }
  const spec = defineTool({
    name: 't',
    title: 'T',
    description: 'T.',
    input: z.object({}),
    output: z.object({ said: z.string() }),
    hints,
    run: async (_, on) => ({ said: await run(on) }),
  })
  registerTool(server, { world } as unknown as App, spec)
  const handler = registered.mock.calls[0]?.[2] as unknown as (
    args: object,
    ctx: ServerContext,
  ) => Promise<CallToolResult>
  const mcpReq = {
    signal: new AbortController().signal,
    _meta: token === null ? {} : { progressToken: token },
    async notify({ params }: { readonly params: { readonly progress: number; readonly message: string } }) {
      notices.push({ at: world.now() - started, progress: params.progress, message: params.message })
    },
  }
  return { notices, result: handler({}, { mcpReq } as unknown as ServerContext) }
}

describe('progress', () => {
  test('comes at least every five seconds, always rises, and stops with the tool', async () => {
    const world = testWorld()
    const { notices, result } = callTool(async ({ progress }) => {
      await world.sleep(13_000)
      progress({ message: 'half way', done: 1, total: 2 })
      await world.sleep(9_000)
      return 'done'
    }, world)
    await world.advance(60_000)
    await result
    const gaps = notices.map((step, i) => step.at - (notices[i - 1]?.at ?? 0))
    expect(Math.max(...gaps)).toBeLessThanOrEqual(5_000)
    expect(notices.every((step, i) => i === 0 || step.progress > (notices[i - 1]?.progress ?? 0))).toBe(true)
    expect(notices.map((step) => step.message)).toEqual(
      expect.arrayContaining(['starting', 'half way', 'half way · 17 s']),
    )
    expect(notices.at(-1)?.at).toBeLessThanOrEqual(22_000)
    expect(world.pendingSleeps).toBe(0)
  })

  test('is not sent where the client did not ask for it', async () => {
    const world = testWorld()
    const { notices, result } = callTool(
      async ({ progress }) => {
        progress({ message: 'never heard' })
        return 'done'
      },
      world,
      null,
    )
    await world.advance(10_000)
    await result
    expect(notices).toEqual([])
  })
})

describe('a failure', () => {
  test.each([
    ['of generation', new GenerateError({ kind: 'auth' }, 'Set OPENAI_API_KEY.'), 'Set OPENAI_API_KEY.'],
    ['of the request', new UserError('Say what to write.'), 'Say what to write.'],
  ])('%s shows its message', async (_, error, text) => {
    const result = await callTool(() => Promise.reject(error), testWorld()).result
    expect(result).toMatchObject({ isError: true, content: [{ type: 'text', text }] })
  })

  test('that is a bug says so and hides its own text, which goes to stderr', async () => {
    const world = testWorld()
    const result = await callTool(() => Promise.reject(new TypeError('x is not a function at /secret/place')), world)
      .result
    expect(JSON.stringify(result)).not.toContain('secret')
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('a fault in Showrunner itself') }],
    })
    expect(world.logLines.join()).toContain('/secret/place')
  })
})
