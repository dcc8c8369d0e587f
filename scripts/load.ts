import { BUDGET_MICRO_USD, type BudgetRound, runBudgetTest } from '../test/load/budget.ts'
import { runCrashTest } from '../test/load/crash.ts'
import { LIMITS, runRateTest } from '../test/load/rate-limits.ts'
import { runSoakTest } from '../test/load/soak.ts'
import { type LedgerFigures, ledgerTable, measureLedger } from './bench/ledger.ts'

/**
 * Measures promises under load with real processes, files and sockets: prints a line a measure, and ends with 1 when one
 * of them is not kept. With names it runs only those. `npm test` runs a short form of each.
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

/** All answers are read to the end: the ledger says what the vendor bills, and little of the budget is left. */
async function measureReadAnswers(): Promise<LoadResult> {
  const { rounds, stderr } = await runBudgetTest({ processes: 20, signalled: 0, rounds: 20, calls: 'read' })
  const share = rounds.map(({ billed }) => billed / BUDGET_MICRO_USD)
  const refusals = rounds.flatMap((round) => round.refusals)
  const unclear = refusals.filter(({ by, freeAt }) => by !== 'daily' || freeAt === undefined).length
  const others = countOtherEnds(rounds, ['ok', 'over_budget'])
  const calls = rounds.reduce((sum, round) => sum + round.calls, 0)
  const differing = rounds.filter(({ billed, booked, held }) => billed !== booked || held !== 0).length
  return {
    passed: Math.max(...share) <= 1 && Math.min(...share) >= 0.6 && unclear + others + differing === 0 && stderr === '',
    summary:
      `${rounds.length} rounds of 20 processes, ${calls} calls read to the end: ${formatPercent(Math.min(...share))} to ` +
      `${formatPercent(Math.max(...share))} of the budget billed; ${refusals.length} refusals, ${unclear} of them without ` +
      `the budget and its time; ${others} other failures; in ${differing} rounds the ledger and the vendor differ` +
      formatStderr(stderr),
  }
}

/** Callers leave, hedges lose, answers have no counts, servers are signalled; the vendor bills every request. */
async function measureMixedCalls(): Promise<LoadResult> {
  const { rounds, stderr } = await runBudgetTest({ processes: 16, signalled: 4, rounds: 20, calls: 'mixed' })
  const most = (amountOf: (round: BudgetRound) => number): number => Math.max(...rounds.map(amountOf))
  const sum = (amountOf: (round: BudgetRound) => number): number => rounds.map(amountOf).reduce((a, b) => a + b, 0)
  const billedShare = most(({ billed }) => billed / BUDGET_MICRO_USD)
  const usedShare = most(({ booked, inDoubt }) => (booked + inDoubt) / BUDGET_MICRO_USD)
  const uncovered = rounds.filter(({ billed, booked, inDoubt }) => billed > booked + inDoubt).length
  const held = sum((round) => round.held)
  const missing = sum(({ requests, attempts }) => Math.max(0, requests - attempts))
  const ends = rounds.reduce<Record<string, number>>((all, round) => {
    for (const [end, count] of Object.entries(round.ends)) all[end] = (all[end] ?? 0) + count
    return all
  }, {})
  return {
    passed: billedShare <= 1 && usedShare <= 1 && uncovered + held + missing === 0 && stderr === '',
    summary:
      `${rounds.length} rounds of 16 processes and 4 signalled servers, ${sum((round) => round.requests)} requests, ends ` +
      `${JSON.stringify(ends)}: at most ${formatPercent(billedShare)} of the budget billed, and at most ` +
      `${formatPercent(usedShare)} booked or in doubt; in all ${formatUsd(sum((round) => round.billed))} billed, ` +
      `${formatUsd(sum((round) => round.booked))} booked, ${formatUsd(sum((round) => round.inDoubt))} in doubt, ` +
      `${formatUsd(held)} held afterwards; ${uncovered} rounds billed more than was booked and in doubt; ` +
      `${missing} requests without an entry${formatStderr(stderr)}`,
  }
}

async function measureBudget(): Promise<LoadResult> {
  const read = await measureReadAnswers()
  const mixed = await measureMixedCalls()
  return { passed: read.passed && mixed.passed, summary: `${read.summary}\n       ${mixed.summary}` }
}

function countOtherEnds(rounds: readonly BudgetRound[], expected: readonly string[]): number {
  return rounds
    .flatMap(({ ends }) => Object.entries(ends))
    .reduce((sum, [end, count]) => (expected.includes(end) ? sum : sum + count), 0)
}

function formatStderr(stderr: string): string {
  return stderr && `; stderr: ${stderr.slice(0, 500)}`
}

async function measureCrash(): Promise<LoadResult> {
  const report = await runCrashTest({ kills: 200, atOnce: 4 })
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
  } = report
  return {
    passed:
      missing.length === 0 &&
      integrity === 'ok' &&
      unlocked &&
      lost === holds &&
      report.heldMicroUsd === 0 &&
      bookedMicroUsd >= answeredMicroUsd &&
      after === 10 &&
      report.stderr === '',
    summary:
      `${report.kills} kills: of ${answered} answered calls ${missing.length} are missing from the ledger; integrity ` +
      `${integrity}; ${unlocked ? 'no lock left' : 'a lock left'}; of ${holds} holds that were left ${lost} are booked as ` +
      `lost; booked ${formatUsd(bookedMicroUsd)}, answered ${formatUsd(answeredMicroUsd)}; ${after} of 10 calls after it answered` +
      `${report.stderr && `; stderr: ${report.stderr.slice(0, 500)}`}`,
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
