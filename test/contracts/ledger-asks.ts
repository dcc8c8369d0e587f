import { onTestFinished } from 'vitest'
import type { Usage } from '../../src/contract/generate.ts'
import type { Budget, BudgetState, Entry, Hold, HoldAsk, Ledger } from '../../src/contract/ledger.ts'
import type { World } from '../../src/contract/world.ts'
import { type TestWorld, testWorld } from '../support/world.ts'

/** Opens a ledger that is new and empty. */
export type OpenLedger = (deps: { readonly world: World; readonly budgets: readonly Budget[] }) => Promise<Ledger>

/** A new ledger in a world that stands at noon, for the length of a test. */
export async function begin(
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
export const ANSWERED = { model: 'openai/gpt', outcome: 'ok', latencyMs: 900, estimated: false }

export type Held = Extract<Hold, { readonly ok: true }>

export function ask(over: Partial<HoldAsk> = {}): HoldAsk {
  const who = { callId: 'call', tool: 'generate_text', provider: 'openai', model: 'gpt' }
  const at = over.at ?? NOON
  return { ...who, at, microUsd: 100, expiresAt: at + MINUTE, first: true, fallback: false, ...over }
}

export function entry(over: Partial<Entry> = {}): Entry {
  return { outcome: 'ok', latencyMs: 900, usage: USAGE, microUsd: 50, estimated: false, ...over }
}

export async function held(ledger: Ledger, what: HoldAsk): Promise<Held> {
  const hold = await ledger.hold(what)
  if (!hold.ok) throw new Error(`refused by ${hold.budget.name}`)
  return hold
}

export async function spend(ledger: Ledger, what: HoldAsk, entry: Entry): Promise<void> {
  await (await held(ledger, what)).settle(entry)
}

/** How a budget stands; `until` is the day on which it begins anew. */
export function state(budget: Budget, spentMicroUsd: number, heldMicroUsd: number, until?: string): BudgetState {
  const remainingMicroUsd = Math.max(0, budget.limitMicroUsd - spentMicroUsd - heldMicroUsd)
  return { ...budget, spentMicroUsd, heldMicroUsd, remainingMicroUsd, resetsAt: until ? Date.parse(until) : undefined }
}
