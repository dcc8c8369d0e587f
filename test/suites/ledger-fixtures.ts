import { onTestFinished } from 'vitest'
import type { Usage } from '../../src/contract/generate.ts'
import type { Budget, BudgetState, Hold, HoldRequest, Ledger, LedgerEntry } from '../../src/contract/ledger.ts'
import type { World } from '../../src/contract/world.ts'
import { type TestWorld, testWorld } from '../support/test-world.ts'

/** Opens a ledger that is new and empty. */
export type OpenLedger = (deps: { readonly world: World; readonly budgets: readonly Budget[] }) => Promise<Ledger>

/** A new ledger in a world at noon, for the length of a test. */
export async function openTestLedger(
  open: OpenLedger,
  budgets: readonly Budget[] = [],
  now = NOON,
): Promise<{ readonly ledger: Ledger; readonly world: TestWorld }> {
  const world = testWorld({ now })
  const ledger = await open({ world, budgets })
  onTestFinished(() => ledger.close())
  return { ledger, world }
}

export const MINUTE = 60_000
export const DAY = 86_400_000
export const TODAY = Date.UTC(2026, 2, 10)
export const NOON = TODAY + DAY / 2
export const DAILY: Budget = { name: 'daily', match: '*', per: 'day', limitMicroUsd: 1000 }

export const USAGE = {
  inputTokens: 10,
  cachedInputTokens: 4,
  outputTokens: 5,
  reasoningTokens: 2,
} as const satisfies Usage
export const ANSWERED_ATTEMPT = {
  model: 'openai/gpt',
  outcome: 'ok',
  latencyMs: 900,
  estimated: false,
  inDoubtMicroUsd: 0,
}

export type GrantedHold = Extract<Hold, { readonly ok: true }>

export function holdRequest(over: Partial<HoldRequest> = {}): HoldRequest {
  const base = { callId: 'call', tool: 'generate_text', provider: 'openai', model: 'gpt' }
  const at = over.at ?? NOON
  return { ...base, at, maxMicroUsd: 100, expiresAt: at + MINUTE, isFirstAttempt: true, isFallback: false, ...over }
}

export function ledgerEntry(over: Partial<LedgerEntry> = {}): LedgerEntry {
  return { outcome: 'ok', latencyMs: 900, usage: USAGE, microUsd: 50, estimated: false, ...over }
}

export async function holdOrFail(ledger: Ledger, what: HoldRequest): Promise<GrantedHold> {
  const hold = await ledger.hold(what)
  if (!hold.ok) throw new Error(`refused by ${hold.budget.name}`)
  return hold
}

export async function holdAndSettle(ledger: Ledger, what: HoldRequest, entry: LedgerEntry): Promise<void> {
  await (await holdOrFail(ledger, what)).settle(entry)
}

/** A budget's state; `until` is the day on which its next period begins. */
export function budgetState(
  budget: Budget,
  spentMicroUsd: number,
  heldMicroUsd: number,
  until?: string,
  inDoubtMicroUsd = 0,
): BudgetState {
  const remainingMicroUsd = Math.max(0, budget.limitMicroUsd - spentMicroUsd - heldMicroUsd - inDoubtMicroUsd)
  const resetsAt = until ? Date.parse(until) : undefined
  return { ...budget, spentMicroUsd, heldMicroUsd, inDoubtMicroUsd, remainingMicroUsd, resetsAt }
}
