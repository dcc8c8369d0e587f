import { BUDGET_MICRO_USD, runBudgetTest } from '../test/load/budget.ts'
import { runCrashTest } from '../test/load/crash.ts'
import { LIMITS, runRateTest } from '../test/load/rate-limits.ts'
import { runSoakTest } from '../test/load/soak.ts'
import { type LedgerFigures, ledgerTable, measureLedger } from './bench/ledger.ts'

/**
 * What holds under load, measured in full with real processes, files and sockets: prints a line a measure, and ends with
 * 1 when one of them does not hold. With names it runs only those. `npm test` runs a short form of each.
 */
const MEASURES: Readonly<Record<string, () => Promise<LoadResult>>> = {
  wall: measureBudget,
  crash: measureCrash,
  rates: measureRates,
  day: measureSoak,
  ledger: measureLedgerSpeed,
}

interface LoadResult {
  readonly passed: boolean
  readonly summary: string
}

async function measureBudget(): Promise<LoadResult> {
  const { rounds, stderr } = await runBudgetTest({ processes: 20, rounds: 20 })
  const share = rounds.map(({ billed }) => billed / BUDGET_MICRO_USD)
  const refusals = rounds.flatMap((round) => round.refusals)
  const unclear = refusals.filter(
    ({ failed, by, freeAt, message }) =>
      failed !== 'over_budget' || by !== 'daily' || freeAt === undefined || !message.includes('It begins anew at'),
  )
  const calls = rounds.reduce((sum, round) => sum + round.calls, 0)
  const astray = rounds.filter(({ billed, booked, held }) => billed !== booked || held !== 0).length
  return {
    passed:
      Math.max(...share) <= 1 && Math.min(...share) >= 0.6 && unclear.length === 0 && astray === 0 && stderr === '',
    summary:
      `${rounds.length} rounds of 20 processes, ${calls} calls: ${formatPercent(Math.min(...share))} to ` +
      `${formatPercent(Math.max(...share))} of the budget billed; ${refusals.length} refusals, ${unclear.length} of them ` +
      `not a clear word of the budget; in ${astray} rounds the ledger says something else than the vendor` +
      `${stderr && `; stderr: ${stderr.slice(0, 500)}`}`,
  }
}

async function measureCrash(): Promise<LoadResult> {
  const wreck = await runCrashTest({ kills: 200, atOnce: 4 })
  const {
    answered,
    missing,
    integrity,
    unlocked,
    holds,
    lostHolds: lost,
    bookedMicroUsd,
    answeredMicroUsd,
    after,
  } = wreck
  return {
    passed:
      missing.length === 0 &&
      integrity === 'ok' &&
      unlocked &&
      lost === holds &&
      wreck.heldMicroUsd === 0 &&
      bookedMicroUsd >= answeredMicroUsd &&
      after === 10 &&
      wreck.stderr === '',
    summary:
      `${wreck.kills} kills: of ${answered} answered calls ${missing.length} are missing from the ledger; integrity ` +
      `${integrity}; ${unlocked ? 'no lock left' : 'a lock left'}; of ${holds} holds that were left ${lost} are booked as ` +
      `lost; booked ${formatUsd(bookedMicroUsd)}, answered ${formatUsd(answeredMicroUsd)}; ${after} of 10 calls after it answered` +
      `${wreck.stderr && `; stderr: ${wreck.stderr.slice(0, 500)}`}`,
  }
}

async function measureRates(): Promise<LoadResult> {
  const {
    peak: most,
    utilization: used,
    refusals,
    withoutTime,
    otherFailures,
    stderr,
  } = await runRateTest({
    processes: 8,
    minutes: 3.2,
    speed: 1,
  })
  return {
    passed:
      most.requests <= LIMITS.requests_per_minute &&
      most.tokens <= LIMITS.tokens_per_minute &&
      most.atOnce <= LIMITS.concurrent &&
      withoutTime === 0 &&
      otherFailures.length === 0 &&
      stderr === '',
    summary:
      `8 processes, in the fullest of all minutes ${most.requests} of ${LIMITS.requests_per_minute} requests, ` +
      `${most.tokens} of ${LIMITS.tokens_per_minute} tokens, ${most.atOnce} of ${LIMITS.concurrent} at once; ` +
      `${formatPercent(used)} of what four windows allow was used; ${refusals} refusals, ${withoutTime} without a time; ` +
      `${otherFailures.length} other failures${stderr && `; stderr: ${stderr.slice(0, 500)}`}`,
  }
}

async function measureSoak(): Promise<LoadResult> {
  const { hours, ends, requests, heapMb, left, recorded: booked } = await runSoakTest({ calls: 100_000, hours: 24 })
  const calls = Object.values(ends).reduce((sum, count) => sum + count, 0)
  const [first = Number.NaN] = heapMb
  const last = heapMb.at(-1) ?? Number.NaN
  return {
    passed: last <= first * 1.1 && left.length === 0 && booked.attempts === requests,
    summary:
      `${hours.toFixed(1)} hours, ${calls} calls, ${requests} requests, ${booked.attempts} of them booked, ` +
      `${booked.fallbacks} fallbacks; ends ${JSON.stringify(ends)}; heap after collection ` +
      `${heapMb.map((mb) => mb.toFixed(1)).join(', ')} MB; left open: ${left.join(', ') || 'nothing'}`,
  }
}

async function measureLedgerSpeed(): Promise<LoadResult> {
  const figures: LedgerFigures = await measureLedger()
  return {
    passed: figures.megabytes < 400 && figures.reportMs < 50 && figures.holdAndSettleMs < 1,
    summary: `\n${ledgerTable(figures)}`,
  }
}

function formatUsd(microUsd: number): string {
  return `$${(microUsd / 1e6).toFixed(6)}`
}

function formatPercent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

const asked = process.argv.slice(2)
for (const [name, measure] of Object.entries(MEASURES)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const began = performance.now()
  const { passed: holds, summary: says } = await measure()
  const took = ((performance.now() - began) / 1_000).toFixed(0)
  process.stdout.write(`${holds ? 'holds' : 'DOES NOT HOLD'}  ${name}: ${says} (${took} s)\n`)
  if (!holds) process.exitCode = 1
}
