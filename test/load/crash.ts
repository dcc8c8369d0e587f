import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { openLedger } from '../../src/store/sqlite/ledger/ledger.ts'
import { startFakeVendor, type VendorResponse } from '../support/fake-vendor.ts'
import { testWorld } from '../support/test-world.ts'
import type { CallReport, CallTask } from './call-worker.ts'
import { type CallWorker, spawnWorker, withWorkers } from './workers.ts'

/** The state after the last kill. Amounts in micro-dollars. */
export interface CrashReport {
  readonly kills: number
  /** Calls with a complete answer at the caller, and their cost. */
  readonly answered: number
  readonly answeredMicroUsd: number
  /** Answered calls that the ledger lacks or records differently. */
  readonly missing: readonly string[]
  readonly integrity: unknown
  /** True if a writer without a wait gets the lock. */
  readonly unlocked: boolean
  /** Holds of the killed processes, and the number of them booked as lost after their expiry. */
  readonly holds: number
  readonly lostHolds: number
  readonly bookedMicroUsd: number
  readonly heldMicroUsd: number
  /** Answered calls of a process that starts after the kills. */
  readonly after: number
  readonly stderr: string
}

const PROMPTS: CallTask['asks'] = [
  { model: 'openai/gpt-5-mini', prompt: 'A word of comfort, please.', maxOutputTokens: 200 },
  { model: 'anthropic/claude-haiku-4-5', prompt: 'And another, from elsewhere. '.repeat(20), maxOutputTokens: 900 },
  { model: 'groq/llama-3.3-70b-versatile', prompt: 'Quickly now.', maxOutputTokens: 50 },
]

/**
 * Three wires, streams and failures mixed, and a few processes on one home. Each process is killed without warning at a
 * random moment of its work, and replaced.
 */
export async function runCrashTest({
  kills,
  atOnce,
}: {
  readonly kills: number
  readonly atOnce: number
}): Promise<CrashReport> {
  let over = false
  const vendor = await startFakeVendor(() => randomResponse(over ? 1 : Math.random()))
  try {
    return await withWorkers(1, async ([survivor], folder) => {
      const home = join(folder, 'home')
      mkdirSync(home)
      const config = { limits: [{ match: '*', concurrent: 10_000 }], routing: { cooldown_ms: 100 } }
      writeFileSync(join(folder, 'showrunner.json'), JSON.stringify(config))
      const env = {
        SHOWRUNNER_HOME: home,
        SHOWRUNNER_CONFIG: join(folder, 'showrunner.json'),
        SHOWRUNNER_DAILY_BUDGET_USD: '1000',
        ...{ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${vendor.origin}/v1` },
        ...{ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: vendor.origin },
        ...{ GROQ_API_KEY: 'k', GROQ_BASE_URL: `${vendor.origin}/openai/v1` },
      }
      const errand = { env, cwd: folder, calls: 1e9, atOnce: 6, asks: PROMPTS }
      const reports: CallReport[] = []
      let stderr = ''
      let left = kills
      async function lane(): Promise<void> {
        while (left-- > 0) {
          const victim = spawnWorker()
          victim.run({ ...errand, name: `k${left}` }).catch(() => {}) // it never ends well
          await waitForFirstReport(victim)
          await delay(Math.random() * 300)
          await killWorker(victim)
          reports.push(...victim.reports())
          stderr += victim.stderr()
        }
      }
      await Promise.all(Array.from({ length: atOnce }, lane))
      const crashReport = await inspectLedger(join(home, 'ledger.db'), reports)
      over = true
      const later = await survivor?.run({ ...errand, name: 'after', calls: 10 })
      return { kills, ...crashReport, after: later?.filter((one) => 'microUsd' in one).length ?? 0, stderr }
    })
  } finally {
    await vendor.close()
  }
}

function randomResponse(dice: number): VendorResponse {
  if (dice < 0.05) return { status: 503 }
  if (dice < 0.08) return { status: 429, headers: { 'retry-after-ms': '20' } }
  if (dice < 0.1) return { status: 400 }
  const usage = { input: 5 + Math.floor(Math.random() * 50), output: 1 + Math.floor(Math.random() * 40) }
  return { text: 'There, there. '.repeat(1 + Math.floor(Math.random() * 4)), usage, chunkMs: Math.random() * 6 }
}

/** Resolves after the first report of a call, so that the kill comes during work and not during start-up. */
async function waitForFirstReport(victim: CallWorker): Promise<void> {
  while (victim.reports().length === 0) {
    if (victim.child.exitCode !== null) throw new Error(`a victim died by itself: ${victim.stderr()}`)
    await delay(5)
  }
}

async function killWorker({ child }: CallWorker): Promise<void> {
  const closed = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGKILL')
  await closed
}

async function inspectLedger(
  path: string,
  reports: readonly CallReport[],
): Promise<Omit<CrashReport, 'kills' | 'after' | 'stderr'>> {
  const answers = reports.flatMap((one) => ('microUsd' in one ? [one] : []))
  const { integrity, unlocked, holds } = inspectDatabase(path)
  // Long after the deadline of every call.
  const world = testWorld({ now: Date.now() + 7_200_000 })
  const budgets = [{ name: 'all', match: '*', per: 'total', limitMicroUsd: 1e12 }] as const
  const ledger = await openLedger(path, { world, budgets })
  const missing: string[] = []
  for (const { callId, microUsd } of answers) {
    const call = await ledger.getCall(callId)
    if (call?.attempts.at(-1)?.outcome !== 'ok' || call.microUsd !== microUsd) missing.push(callId)
  }
  const report = await ledger.report(0, world.now() + 86_400_000)
  const [all] = await ledger.budgets(world.now())
  ledger.close()
  return {
    answered: answers.length,
    answeredMicroUsd: answers.reduce((sum, { microUsd }) => sum + (microUsd ?? Number.NaN), 0),
    ...{ missing, integrity, unlocked, holds },
    lostHolds: report.lostHolds,
    bookedMicroUsd: report.microUsd,
    heldMicroUsd: all?.heldMicroUsd ?? Number.NaN,
  }
}

function inspectDatabase(path: string): Pick<CrashReport, 'integrity' | 'unlocked' | 'holds'> {
  const file = new DatabaseSync(path, { timeout: 0 })
  let unlocked = true
  try {
    file.exec('BEGIN IMMEDIATE; ROLLBACK')
  } catch {
    unlocked = false
  }
  const integrity = file.prepare('PRAGMA integrity_check').get()?.['integrity_check']
  const holds = Number(file.prepare('SELECT count(*) AS n FROM holds').get()?.['n'])
  file.close()
  return { integrity, unlocked, holds }
}
