import { crash } from '../test/load/crash.ts'
import { day } from '../test/load/day.ts'
import { LIMITS, rates } from '../test/load/rates.ts'
import { BUDGET_MICRO_USD, wall } from '../test/load/wall.ts'
import { type LedgerFigures, ledgerFigures, ledgerRows } from './bench/ledger.ts'

/**
 * What holds under load, measured in full with real processes, files and sockets: prints a line a measure, and ends with
 * 1 when one of them does not hold. With names it runs only those. `npm test` runs a short form of each.
 */
const MEASURES: Readonly<Record<string, () => Promise<Verdict>>> = {
  wall: wallOf,
  crash: crashOf,
  rates: ratesOf,
  day: dayOf,
  ledger: ledgerOf,
}

interface Verdict {
  readonly holds: boolean
  readonly says: string
}

async function wallOf(): Promise<Verdict> {
  const { rounds, stderr } = await wall({ processes: 20, rounds: 20 })
  const share = rounds.map(({ billed }) => billed / BUDGET_MICRO_USD)
  const refusals = rounds.flatMap((round) => round.refusals)
  const unclear = refusals.filter(
    ({ failed, by, freeAt, message }) =>
      failed !== 'over_budget' || by !== 'daily' || freeAt === undefined || !message.includes('It begins anew at'),
  )
  const calls = rounds.reduce((sum, round) => sum + round.calls, 0)
  const astray = rounds.filter(({ billed, booked, held }) => billed !== booked || held !== 0).length
  return {
    holds:
      Math.max(...share) <= 1 && Math.min(...share) >= 0.6 && unclear.length === 0 && astray === 0 && stderr === '',
    says:
      `${rounds.length} rounds of 20 processes, ${calls} calls: ${percent(Math.min(...share))} to ` +
      `${percent(Math.max(...share))} of the budget billed; ${refusals.length} refusals, ${unclear.length} of them ` +
      `not a clear word of the budget; in ${astray} rounds the ledger says something else than the vendor` +
      `${stderr && `; stderr: ${stderr.slice(0, 500)}`}`,
  }
}

async function crashOf(): Promise<Verdict> {
  const wreck = await crash({ kills: 200, atOnce: 4 })
  const { answered, missing, integrity, unlocked, holds, lost, bookedMicroUsd, answeredMicroUsd, after } = wreck
  return {
    holds:
      missing.length === 0 &&
      integrity === 'ok' &&
      unlocked &&
      lost === holds &&
      wreck.heldMicroUsd === 0 &&
      bookedMicroUsd >= answeredMicroUsd &&
      after === 10 &&
      wreck.stderr === '',
    says:
      `${wreck.kills} kills: of ${answered} answered calls ${missing.length} are missing from the ledger; integrity ` +
      `${integrity}; ${unlocked ? 'no lock left' : 'a lock left'}; of ${holds} holds that were left ${lost} are booked as ` +
      `lost; booked ${usd(bookedMicroUsd)}, answered ${usd(answeredMicroUsd)}; ${after} of 10 calls after it answered` +
      `${wreck.stderr && `; stderr: ${wreck.stderr.slice(0, 500)}`}`,
  }
}

async function ratesOf(): Promise<Verdict> {
  const { most, used, refusals, withoutTime, otherFailures, stderr } = await rates({
    processes: 8,
    minutes: 3.2,
    speed: 1,
  })
  return {
    holds:
      most.requests <= LIMITS.requests_per_minute &&
      most.tokens <= LIMITS.tokens_per_minute &&
      most.atOnce <= LIMITS.concurrent &&
      withoutTime === 0 &&
      otherFailures.length === 0 &&
      stderr === '',
    says:
      `8 processes, in the fullest of all minutes ${most.requests} of ${LIMITS.requests_per_minute} requests, ` +
      `${most.tokens} of ${LIMITS.tokens_per_minute} tokens, ${most.atOnce} of ${LIMITS.concurrent} at once; ` +
      `${percent(used)} of what four windows allow was used; ${refusals} refusals, ${withoutTime} without a time; ` +
      `${otherFailures.length} other failures${stderr && `; stderr: ${stderr.slice(0, 500)}`}`,
  }
}

async function dayOf(): Promise<Verdict> {
  const { hours, ends, requests, heapMb, left, booked } = await day({ calls: 100_000, hours: 24 })
  const calls = Object.values(ends).reduce((sum, count) => sum + count, 0)
  const [first = Number.NaN] = heapMb
  const last = heapMb.at(-1) ?? Number.NaN
  return {
    holds: last <= first * 1.1 && left.length === 0 && booked.attempts === requests,
    says:
      `${hours.toFixed(1)} hours, ${calls} calls, ${requests} requests, ${booked.attempts} of them booked, ` +
      `${booked.fallbacks} fallbacks; ends ${JSON.stringify(ends)}; heap after collection ` +
      `${heapMb.map((mb) => mb.toFixed(1)).join(', ')} MB; left open: ${left.join(', ') || 'nothing'}`,
  }
}

async function ledgerOf(): Promise<Verdict> {
  const figures: LedgerFigures = await ledgerFigures()
  return {
    holds: figures.megabytes < 400 && figures.reportMs < 50 && figures.holdAndSettleMs < 1,
    says: `\n${ledgerRows(figures)}`,
  }
}

function usd(microUsd: number): string {
  return `$${(microUsd / 1e6).toFixed(6)}`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

const asked = process.argv.slice(2)
for (const [name, measure] of Object.entries(MEASURES)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const began = performance.now()
  const { holds, says } = await measure()
  const took = ((performance.now() - began) / 1_000).toFixed(0)
  process.stdout.write(`${holds ? 'holds' : 'DOES NOT HOLD'}  ${name}: ${says} (${took} s)\n`)
  if (!holds) process.exitCode = 1
}
