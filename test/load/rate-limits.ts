import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { CallReport } from './call-worker.ts'
import { withWorkers } from './workers.ts'

/** The counts of the upstream against the configured limits. */
export interface RateReport {
  /** The peak of requests and tokens in any minute, and of concurrent requests. */
  readonly peak: { readonly requests: number; readonly tokens: number; readonly atOnce: number }
  /** The share of the allowed requests that were sent. */
  readonly utilization: number
  /** The limits that refused calls, by name, with the number of all refusals and of refusals without a time. */
  readonly refusedBy: readonly string[]
  readonly refusals: number
  readonly withoutTime: number
  readonly otherFailures: readonly CallReport[]
  readonly stderr: string
}

export const LIMITS = { requests_per_minute: 74, tokens_per_minute: 9_000, concurrent: 6 } as const

/**
 * Many processes with one home, each with four concurrent callers, against an upstream that counts its requests. The world
 * and the vendor's minute run `speed` times faster.
 */
export async function runRateTest(options: {
  readonly processes: number
  readonly minutes: number
  readonly speed: number
}): Promise<RateReport> {
  const vendor = await countingVendor()
  const minuteMs = 60_000 / options.speed
  try {
    return await withWorkers(options.processes, async (workers, folder) => {
      const home = join(folder, 'home')
      mkdirSync(home)
      // Timeouts are long because a busy machine in a faster world must not look like a silent vendor.
      const routing = { timeouts: { connect_ms: 600_000, first_token_ms: 600_000, idle_ms: 600_000 } }
      const config = { limits: [{ match: 'groq', ...LIMITS }], routing }
      writeFileSync(join(folder, 'showrunner.json'), JSON.stringify(config))
      const env = {
        SHOWRUNNER_HOME: home,
        SHOWRUNNER_CONFIG: join(folder, 'showrunner.json'),
        GROQ_API_KEY: 'k',
        GROQ_BASE_URL: `${vendor.origin}/openai/v1`,
      }
      const asks = [60, 90, 150].map((maxOutputTokens) => {
        return { model: 'groq/llama-3.3-70b-versatile', prompt: 'Hurry. '.repeat(10), maxOutputTokens }
      })
      const errand = { env, cwd: folder, calls: 1e9, atOnce: 4, asks, speed: options.speed }
      await Promise.all(workers.map((one, n) => one.run({ ...errand, name: `warm${n}`, calls: 0 })))
      const untilMs = Date.now() + options.minutes * minuteMs
      const reports = (
        await Promise.all(workers.map((one, n) => one.run({ ...errand, name: `p${n}`, deadlineMs: untilMs })))
      ).flat()
      const failures = reports.flatMap((one) => ('failed' in one ? [one] : []))
      const refusals = failures.filter(({ failed }) => failed === 'refused_by_limit')
      const { arrivals } = vendor
      const fullest = (amount: (one: Arrival) => number): number =>
        Math.max(
          ...arrivals.map(({ at }) =>
            arrivals.filter((one) => one.at > at - minuteMs && one.at <= at).reduce((sum, one) => sum + amount(one), 0),
          ),
        )
      return {
        peak: { requests: fullest(() => 1), tokens: fullest(({ tokens }) => tokens), atOnce: vendor.mostAtOnce },
        utilization: arrivals.length / (LIMITS.requests_per_minute * Math.ceil(options.minutes)),
        refusedBy: [...new Set(refusals.map(({ by }) => by ?? ''))].sort(),
        refusals: refusals.length,
        withoutTime: refusals.filter(({ freeAt }) => freeAt === undefined).length,
        otherFailures: failures.filter((one) => one.failed !== 'refused_by_limit'),
        stderr: workers.map((one) => one.stderr()).join(''),
      }
    })
  } finally {
    vendor.close()
  }
}

interface Arrival {
  readonly at: number
  readonly tokens: number
}

/** A vendor on the chat wire that takes a random time, and counts a request after reading it. */
async function countingVendor() {
  const arrivals: Arrival[] = []
  let inFlight = 0
  let mostAtOnce = 0
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (bytes: Buffer) => {
      text += bytes.toString()
    })
    request.on('end', () => {
      const { max_completion_tokens, max_tokens } = JSON.parse(text)
      const usage = { prompt_tokens: 20, completion_tokens: Number(max_completion_tokens ?? max_tokens) }
      arrivals.push({ at: performance.now(), tokens: usage.prompt_tokens + usage.completion_tokens })
      mostAtOnce = Math.max(mostAtOnce, ++inFlight)
      sendResponse(response, usage).finally(() => inFlight--)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    arrivals,
    get mostAtOnce() {
      return mostAtOnce
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function sendResponse(response: ServerResponse, usage: Readonly<Record<string, number>>): Promise<void> {
  const chunk = (more: object): string =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', ...more })}\n\n`
  await delay(Math.random() * 30)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const content of ['Here ', 'I ', 'am.']) {
    response.write(chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] }))
    await delay(Math.random() * 20)
  }
  response.write(chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }))
  const total_tokens = (usage['prompt_tokens'] ?? 0) + (usage['completion_tokens'] ?? 0)
  // The request ends for the vendor before its caller sees the end.
  response.end(`${chunk({ choices: [], usage: { ...usage, total_tokens } })}data: [DONE]\n\n`)
}
