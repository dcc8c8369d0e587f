import { writeSync } from 'node:fs'
import type { Budget } from '../../../src/contract/ledger.ts'
import { openLedger } from '../../../src/store/sqlite/ledger/ledger.ts'
import { realWorld } from '../../../src/world.ts'

/** The task of a spending process, as JSON on its command line. */
export interface SpendTask {
  readonly path: string
  readonly budgets: readonly Budget[]
  /** Prefix of the ids of this process's calls. */
  readonly name: string
  /** Calls in all, and how many of them are under way at once. */
  readonly calls: number
  readonly atOnce: number
  /** The most that a call may cost, which is what the upstream bills. */
  readonly microUsd: number
}

/** The report on a call, one line of JSON each, once the ledger has confirmed it. */
export type SpendReport =
  | { readonly callId: string; readonly billed: number }
  | { readonly refusedBy: string; readonly reason: string; readonly freeAt: number | undefined }

/** Pretends to call an upstream that takes a random time, with the task's ledger. */
async function spend({ path, budgets, name, calls, atOnce, microUsd }: SpendTask): Promise<void> {
  const world = realWorld()
  const ledger = await openLedger(path, { world, budgets })
  const fields = { tool: 'test', provider: 'openai', model: 'gpt', isFirstAttempt: true, isFallback: false }
  let left = calls
  async function lane(): Promise<void> {
    while (left-- > 0) {
      const callId = `${name}-${left}`
      const at = world.now()
      const hold = await ledger.hold({ ...fields, callId, at, maxMicroUsd: microUsd, expiresAt: at + 60_000 })
      if (!hold.ok) {
        report({ refusedBy: hold.budget.name, reason: hold.reason, freeAt: hold.freeAt })
        continue
      }
      await world.sleep(world.random() * 6)
      await hold.settle({ outcome: 'ok', latencyMs: 1, usage: { inputTokens: 1 }, microUsd, estimated: false })
      report({ callId, billed: microUsd })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  ledger.close()
}

function report(what: SpendReport): void {
  writeSync(1, `${JSON.stringify(what)}\n`)
}

await spend(JSON.parse(process.argv[2] ?? ''))
