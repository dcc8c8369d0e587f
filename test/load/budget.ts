import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { calcPrice } from '@pydantic/genai-prices'
import { openLedger } from '../../src/store/sqlite/ledger/ledger.ts'
import { realWorld } from '../../src/world.ts'
import { startFakeVendor, type VendorRequest } from '../support/fake-vendor.ts'
import type { CallReport } from './call-worker.ts'
import { withWorkers } from './workers.ts'

/** What came of one round: amounts in micro-dollars. */
export interface BudgetRound {
  readonly calls: number
  readonly answered: number
  /** What the upstream asks for all that it answered. */
  readonly billed: number
  /** What the ledger says was spent, and what is still held. */
  readonly booked: number
  readonly held: number
  readonly refusals: readonly Extract<CallReport, { readonly failed: string }>[]
}

export const BUDGET_MICRO_USD = 50_000
const MODEL = 'gpt-5-mini'

/**
 * A budget of $0.05, so many processes with one home, and 20 calls in each at once, against an upstream that takes its
 * random time and bills the most that each call may cost. A new home every round.
 */
export async function runBudgetTest({ processes, rounds }: { readonly processes: number; readonly rounds: number }) {
  let billed = 0
  const vendor = await startFakeVendor((asked) => {
    const usage = maxUsage(asked)
    billed += priceOf(usage)
    return { text: 'Paid for in full, to the last token.', usage, chunkMs: Math.random() * 40 }
  })
  try {
    return await withWorkers(processes, async (workers, folder) => {
      const results: BudgetRound[] = []
      for (let round = 0; round < rounds; round++) {
        billed = 0
        const home = join(folder, `round${round}`)
        mkdirSync(home)
        const env = {
          OPENAI_API_KEY: 'k',
          OPENAI_BASE_URL: `${vendor.origin}/v1`,
          SHOWRUNNER_HOME: home,
          SHOWRUNNER_DAILY_BUDGET_USD: String(BUDGET_MICRO_USD / 1e6),
        }
        const asks = [120, 300, 470].map((maxOutputTokens) => {
          return { model: `openai/${MODEL}`, prompt: 'Who pays? '.repeat(maxOutputTokens / 10), maxOutputTokens }
        })
        const errand = { env, cwd: home, calls: 20, atOnce: 20, asks }
        const lines = await Promise.all(workers.map((one, n) => one.run({ ...errand, name: `r${round}p${n}` })))
        results.push({ billed, ...summarizeReports(lines.flat()), ...(await readLedger(join(home, 'ledger.db'))) })
      }
      return { rounds: results, stderr: workers.map((one) => one.stderr()).join('') }
    })
  } finally {
    await vendor.close()
  }
}

function summarizeReports(lines: readonly CallReport[]): Pick<BudgetRound, 'calls' | 'answered' | 'refusals'> {
  const refusals = lines.flatMap((one) => ('failed' in one ? [one] : []))
  return { calls: lines.length, answered: lines.length - refusals.length, refusals }
}

async function readLedger(path: string): Promise<Pick<BudgetRound, 'booked' | 'held'>> {
  const world = realWorld()
  const limitMicroUsd = BUDGET_MICRO_USD
  const ledger = await openLedger(path, { world, budgets: [{ name: 'all', match: '*', per: 'total', limitMicroUsd }] })
  const [state] = await ledger.budgets(world.now())
  ledger.close()
  return { booked: state?.spentMicroUsd ?? Number.NaN, held: state?.heldMicroUsd ?? Number.NaN }
}

/** The most tokens that a text can be is a token a byte; what a vendor wraps around it is 80 tokens at most. */
function maxUsage({ body }: VendorRequest): { readonly input: number; readonly output: number } {
  return { input: Buffer.byteLength(textIn(body['input'])) + 80, output: Number(body['max_output_tokens']) }
}

function textIn(value: unknown): string {
  if (typeof value !== 'object' || value === null) return ''
  return Object.entries(value)
    .map(([key, inner]) => ((key === 'text' || key === 'content') && typeof inner === 'string' ? inner : textIn(inner)))
    .join('')
}

function priceOf({ input, output }: { readonly input: number; readonly output: number }): number {
  const price = calcPrice({ input_tokens: input, output_tokens: output }, MODEL, { providerId: 'openai' })
  return Math.round(Number(price?.total_price) * 1e6)
}
