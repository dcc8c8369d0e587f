import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { GenerateError } from '../../src/contract/errors.ts'
import { createShowrunner } from '../../src/index.ts'
import { testWorld } from '../support/test-world.ts'

/** The state after a day of calls. */
export interface SoakReport {
  readonly hours: number
  /** Calls by how they ended: `ok`, or a kind of failure. */
  readonly ends: Readonly<Record<string, number>>
  readonly requests: number
  /** Megabytes in use after a collection, at every tenth of the day. */
  readonly heapMb: readonly number[]
  /** New resources that keep the process alive, and sleeps that have not ended. */
  readonly left: readonly string[]
  readonly recorded: { readonly calls: number; readonly attempts: number; readonly fallbacks: number }
}

const LANES = 8
const HOUR_MS = 3_600_000

/**
 * Many hours of calls in eight sequential lanes, through the whole router with limits, a budget and the ledger, against
 * vendors with occasional failures of every kind. The test advances the clock, so that hours pass in minutes.
 */
export async function runSoakTest({
  calls,
  hours,
}: {
  readonly calls: number
  readonly hours: number
}): Promise<SoakReport> {
  const before = process.getActiveResourcesInfo()
  const folder = mkdtempSync(join(tmpdir(), 'showrunner-day-'))
  writeFileSync(
    join(folder, 'showrunner.json'),
    JSON.stringify({
      limits: [{ match: '*', requests_per_minute: 10_000, tokens_per_minute: 10_000_000, concurrent: 64 }],
    }),
  )
  let requests = 0
  const turned = testWorld({
    now: Date.UTC(2026, 0, 1),
    random: Math.random,
    fetch: async (_, init) => {
      requests++
      return randomResponse(begun === 0 ? 1 : Math.random(), init?.signal ?? undefined)
    },
  })
  const showrunner = createShowrunner({
    env: { GROQ_API_KEY: 'k', DEEPSEEK_API_KEY: 'k', SHOWRUNNER_HOME: folder, SHOWRUNNER_DAILY_BUDGET_USD: '100000' },
    cwd: folder,
    world: { ...turned, log() {} },
  })
  const ends: Record<string, number> = {}
  const heapMb: number[] = []
  let begun = 0

  async function lane(): Promise<void> {
    while (begun < calls) {
      const n = begun++
      if (n > 0 && n % Math.ceil(calls / 10) === 0) heapMb.push(await heapAfterCollection())
      const kind = await call(`day-${n}`)
      ends[kind] = (ends[kind] ?? 0) + 1
      await turned.sleep(Math.round(Math.random() * 2 * ((hours * HOUR_MS * LANES) / calls)))
    }
  }

  async function call(id: string): Promise<string> {
    const messages = [{ role: 'user', parts: [{ type: 'text', text: `What comes after ${id}?` }] }] as const
    const request = { model: MODELS[0], fallbacks: [MODELS[1]], messages, maxOutputTokens: 200 }
    try {
      for await (const event of showrunner.generate(request, {
        id,
        tool: 'load',
        signal: new AbortController().signal,
      })) {
        if (event.type === 'end') return 'ok'
      }
      return 'no end'
    } catch (error) {
      return error instanceof GenerateError ? error.failure.kind : String(error)
    }
  }

  try {
    // The first call loads modules, which takes real time, so the clock does not advance during it.
    await call('first')
    const began = turned.now()
    let over = false
    const lanes = Promise.all(Array.from({ length: LANES }, lane)).finally(() => {
      over = true
    })
    while (!over) await turned.advance(250)
    await lanes
    heapMb.push(await heapAfterCollection())
    const { periods } = await showrunner.usage('all')
    const { calls: recordedCalls = 0, attempts = 0, fallbacks = 0 } = periods['all'] ?? {}
    await showrunner.close()
    await new Promise(setImmediate)
    const kept = process.getActiveResourcesInfo()
    for (const one of before) kept.splice(kept.indexOf(one) >>> 0, 1)
    const sleeps = turned.pendingSleeps > 0 ? [`${turned.pendingSleeps} sleeps`] : []
    return {
      hours: (turned.now() - began) / HOUR_MS,
      ...{ ends, requests: requests - 1, heapMb, left: [...kept, ...sleeps] },
      recorded: { calls: recordedCalls - 1, attempts: attempts - 1, fallbacks },
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const MODELS = ['groq/llama-3.3-70b-versatile', 'deepseek/deepseek-chat'] as const

/** A vendor on the chat wire that fails about one time in eight. */
function randomResponse(dice: number, signal: AbortSignal | undefined): Promise<Response> | Response {
  if (dice < 0.02)
    return Response.json({ error: { message: 'slow down' } }, { status: 429, headers: { 'retry-after': '1' } })
  if (dice < 0.04) return Response.json({ error: { message: 'not now' } }, { status: 503 })
  if (dice < 0.05) return new Response('<html>Bad gateway</html>', { status: 502 })
  if (dice < 0.06) return new Response('<html>Welcome</html>', { headers: { 'content-type': 'text/html' } })
  if (dice < 0.07) return Promise.reject(new TypeError('fetch failed', { cause: errorWithCode('ECONNRESET') }))
  if (dice < 0.08) return hangUntilAbort(signal)
  return new Response(stream(dice, signal), { headers: { 'content-type': 'text/event-stream' } })
}

function hangUntilAbort(signal: AbortSignal | undefined): Promise<Response> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }))
}

/** Six words; cut off after three, or stalled for good there, now and then. */
function stream(dice: number, signal: AbortSignal | undefined): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder()
  let sent = 0
  const enders: ((error: unknown) => void)[] = []
  signal?.addEventListener('abort', () => enders.pop()?.(signal.reason), { once: true })
  return new ReadableStream({
    pull(controller) {
      if (sent === 3 && dice < 0.1)
        return controller.error(new TypeError('terminated', { cause: errorWithCode('UND_ERR_SOCKET') }))
      if (sent === 3 && dice < 0.11) return new Promise((_, reject) => enders.push(reject))
      const event = EVENTS[sent++]
      if (event === undefined) return controller.close()
      controller.enqueue(bytes.encode(event))
    },
  })
}

const chunk = (more: object): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', ...more })}\n\n`
const EVENTS = [
  ...['And ', 'so ', 'it ', 'goes ', 'on ', 'again.'].map((content) =>
    chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] }),
  ),
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  chunk({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 6, total_tokens: 18 } }),
  'data: [DONE]\n\n',
]

function errorWithCode(code: string): Error {
  return Object.assign(new Error(code), { code })
}

/** The reachable memory in megabytes, after several collections because some objects are freed only after others. */
async function heapAfterCollection(): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let round = 0; round < 5; round++) {
    collect()
    await new Promise(setImmediate)
  }
  return process.memoryUsage().heapUsed / 1e6
}
