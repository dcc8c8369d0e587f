import { mkdirSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { calcPrice } from '@pydantic/genai-prices'
import { openLedger } from '../../src/store/sqlite/ledger/ledger.ts'
import { realWorld } from '../../src/world.ts'
import { connect } from '../support/clients.ts'
import { startFakeVendor, type VendorRequest, type VendorResponse } from '../support/fake-vendor.ts'
import type { CallReport, CallTask } from './call-worker.ts'
import { withWorkers } from './workers.ts'

/** The outcome of one round: amounts in micro-dollars. */
export interface BudgetRound {
  /** Calls of the workers; those of signalled servers are not counted. */
  readonly calls: number
  readonly answered: number
  /** Requests that the vendor got, and its bill for them, read to the end or not. An attempt may end before its request. */
  readonly requests: number
  readonly billed: number
  /** The ledger's account: spent, still held, and in doubt. */
  readonly booked: number
  readonly held: number
  readonly inDoubt: number
  readonly attempts: number
  /** Calls that were refused or broken off by no wish of their caller. */
  readonly refusals: readonly FailedCall[]
  /** How calls ended: `ok`, or a kind of failure. */
  readonly ends: Readonly<Record<string, number>>
}

type FailedCall = Extract<CallReport, { readonly failed: string }>

export const BUDGET_MICRO_USD = 50_000
/** One that reasons in private, and one whose whole answer is seen. */
const MODELS = ['gpt-5-mini', 'gpt-4.1-mini'] as const

export interface BudgetTest {
  /** Processes with a Showrunner as a library, 20 calls in each at once. */
  readonly processes: number
  /** Built servers that get a signal in the middle of their calls. */
  readonly signalled: number
  readonly rounds: number
  /** `read`: every call reads its answer to the end. `mixed`: many leave early, and some answers have no counts. */
  readonly calls: 'read' | 'mixed'
}

/**
 * A budget of $0.05 and many processes with one home, against a vendor that takes a random time and bills the maximum cost
 * of each request, even if its caller has left. Every round has a new home.
 */
export async function runBudgetTest({ processes, signalled, rounds, calls }: BudgetTest) {
  let billed = 0
  const vendor = await startFakeVendor((request) => {
    const { usage, response } = calls === 'read' ? readAnswer(request) : mixedAnswer(request)
    billed += priceOf(String(request.body['model']), usage)
    return response
  })
  try {
    return await withWorkers(processes, async (workers, folder) => {
      const results: BudgetRound[] = []
      for (let round = 0; round < rounds; round++) {
        billed = 0
        const before = vendor.requests.length
        const home = join(folder, `round${round}`)
        const env = makeHome(home, vendor.origin)
        const task = { env, cwd: home, calls: 20, atOnce: 20, asks: calls === 'read' ? READ_ASKS : MIXED_ASKS }
        const [reports] = await Promise.all([
          Promise.all(workers.map((one, n) => one.run({ ...task, name: `r${round}p${n}` }))),
          Promise.all(Array.from({ length: signalled }, (_, n) => signalServer(env, home, n))),
        ])
        const account = await readLedger(join(home, 'ledger.db'))
        const requests = vendor.requests.length - before
        results.push({ requests, billed, ...summarizeReports(reports.flat()), ...account })
      }
      return { rounds: results, stderr: workers.map((one) => one.stderr()).join('') }
    })
  } finally {
    await vendor.close()
  }
}

function makeHome(home: string, origin: string): Readonly<Record<string, string>> {
  mkdirSync(home, { mode: 0o700 })
  const routing = { hedge_after_ms: 40, max_attempts: 4, max_wait_ms: 5_000 }
  writeFileSync(`${home}.json`, JSON.stringify({ routing }))
  return {
    SHOWRUNNER_CONFIG: `${home}.json`,
    OPENAI_API_KEY: 'k',
    OPENAI_BASE_URL: `${origin}/v1`,
    SHOWRUNNER_HOME: home,
    SHOWRUNNER_DAILY_BUDGET_USD: String(BUDGET_MICRO_USD / 1e6),
  }
}

const ask = (model: string, maxOutputTokens: number, more: Partial<CallTask['asks'][number]> = {}) => ({
  model: `openai/${model}`,
  prompt: 'Who pays? '.repeat(maxOutputTokens / 10),
  maxOutputTokens,
  ...more,
})
const READ_ASKS: CallTask['asks'] = [120, 300, 470].map((maxOutputTokens) => ask(MODELS[0], maxOutputTokens))
const MIXED_ASKS: CallTask['asks'] = [
  ask(MODELS[0], 120),
  ask(MODELS[0], 300, { until: 'cancelled' }),
  ask(MODELS[1], 470, { until: 'late' }),
  ask(MODELS[0], 120, { until: 'first text' }),
  ask(MODELS[1], 300, { fallbacks: [`openai/${MODELS[0]}`] }),
  ask(MODELS[0], 470, { until: 'late' }),
  ask(MODELS[1], 120, { until: 'cancelled', fallbacks: [`openai/${MODELS[0]}`] }),
]

interface PlayedAnswer {
  /** The vendor's bill, whatever its answer counts. */
  readonly usage: { readonly input: number; readonly output: number }
  readonly response: VendorResponse
}

const TEXT = 'Paid for in full, to the last token.'

function readAnswer(request: VendorRequest): PlayedAnswer {
  const usage = maxUsage(request)
  return { usage, response: { text: TEXT, usage, chunkMs: Math.random() * 40 } }
}

/** One in five answers has counts of zero, and one in ten breaks off; the vendor bills all of them. */
function mixedAnswer(request: VendorRequest): PlayedAnswer {
  const dice = Math.random()
  const usage = maxUsage(request)
  if (dice < 0.1) return { usage, response: { raw: breakOff } }
  if (dice > 0.3) return readAnswer(request)
  // The reasoning of the first model is not seen, so that its answers may have as many tokens as they were allowed.
  const output = request.body['model'] === MODELS[0] ? usage.output : Buffer.byteLength(TEXT)
  const response = { text: TEXT, usage: { input: 0, output: 0 }, chunkMs: Math.random() * 40 }
  return { usage: { ...usage, output }, response }
}

async function breakOff(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
  await delay(Math.random() * 100)
  response.destroy()
}

/** Signals in turn, each in the middle of three calls of a built server; resolves when its process has ended. */
async function signalServer(env: Readonly<Record<string, string>>, cwd: string, nth: number): Promise<void> {
  const client = await connect('2.x on 2025-11-25', { cwd, env })
  const calls = [120, 300, 470].map((max_output_tokens) =>
    client
      .call('generate_text', { prompt: 'Who pays? '.repeat(9), model: `openai/${MODELS[0]}`, max_output_tokens })
      .catch(() => undefined),
  )
  await delay(100 + Math.random() * 300)
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const
  process.kill(client.pid, signals[nth % signals.length])
  while (isAlive(client.pid)) await delay(20)
  await Promise.all(calls)
  await client.close().catch(() => {})
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function summarizeReports(
  reports: readonly CallReport[],
): Pick<BudgetRound, 'calls' | 'answered' | 'refusals' | 'ends'> {
  const failed = reports.flatMap((one) => ('failed' in one ? [one] : []))
  const ends: Record<string, number> = {}
  for (const one of reports) {
    const end = 'failed' in one ? one.failed : 'ok'
    ends[end] = (ends[end] ?? 0) + 1
  }
  const refusals = failed.filter((one) => one.failed === 'over_budget')
  return { calls: reports.length, answered: reports.length - failed.length, refusals, ends }
}

async function readLedger(path: string): Promise<Pick<BudgetRound, 'booked' | 'held' | 'inDoubt' | 'attempts'>> {
  const world = realWorld()
  const limitMicroUsd = BUDGET_MICRO_USD
  const ledger = await openLedger(path, { world, budgets: [{ name: 'all', match: '*', per: 'total', limitMicroUsd }] })
  const [state] = await ledger.budgets(world.now())
  const { attempts } = await ledger.report(0, world.now() + 86_400_000)
  ledger.close()
  return {
    booked: state?.spentMicroUsd ?? Number.NaN,
    held: state?.heldMicroUsd ?? Number.NaN,
    inDoubt: state?.inDoubtMicroUsd ?? Number.NaN,
    attempts,
  }
}

/** A text has at most a token a byte; a vendor wraps at most 80 tokens around it. */
function maxUsage({ body }: VendorRequest): { readonly input: number; readonly output: number } {
  return { input: Buffer.byteLength(textIn(body['input'])) + 80, output: Number(body['max_output_tokens']) }
}

function textIn(value: unknown): string {
  if (typeof value !== 'object' || value === null) return ''
  return Object.entries(value)
    .map(([key, inner]) => ((key === 'text' || key === 'content') && typeof inner === 'string' ? inner : textIn(inner)))
    .join('')
}

function priceOf(model: string, { input, output }: { readonly input: number; readonly output: number }): number {
  const price = calcPrice({ input_tokens: input, output_tokens: output }, model, { providerId: 'openai' })
  return Math.round(Number(price?.total_price) * 1e6)
}
