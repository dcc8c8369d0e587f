import { GenerateError } from '../../contract/errors.ts'
import type { FinishReason, GenerateEvent, GenerateRequest } from '../../contract/generate.ts'
import type { Hold, Ledger, LedgerEntry } from '../../contract/ledger.ts'
import { matchesModel } from '../../contract/match.ts'
import { maxCostOf } from '../../contract/price.ts'
import type { Candidate } from '../../contract/registry.ts'
import { lazyStream, tapStream } from '../../contract/stream.ts'
import type { World } from '../../contract/world.ts'
import { abortableSleep, abortError } from '../abort.ts'
import type { AttemptContext, Handler } from '../context.ts'
import { candidateName } from '../format.ts'
import { type AttemptCost, type AttemptFacts, attemptCost, boundUsage } from '../metering/attempt-cost.ts'
import {
  attemptsExhaustedError,
  budgetError,
  budgetWarning,
  callBudgetError,
  excessWarning,
} from '../metering/budget-errors.ts'
import { estimateInputTokens, type InputEstimate } from '../metering/estimate-tokens.ts'
import { emptyAnswerError } from './stream-contract.ts'

/** How long after its call's deadline an unsettled hold counts as lost. */
const HOLD_MARGIN_MS = 60_000
/** How often a hold is tried again while only other calls' holds are in its way. */
const HOLD_POLL_MS = 250

/** The part of the ledger that calls write to. */
export type SpendingLedger = Pick<Ledger, 'hold' | 'budgets'>

/**
 * Holds the most that the attempt can cost before it is sent, and settles it once, however it ends: with the provider's
 * counts, or with an estimate marked as such and the rest in doubt. Calls `onAttempt` before the reader sees the end.
 *
 * Throws `over_budget` where a budget, or `call.maxMicroUsd` over all attempts of the call, has no room, and for an
 * unknown price under either. An answer with nothing in it is paid for and then fails.
 */
export function accounting(
  world: World,
  ledger: () => Promise<SpendingLedger>,
  candidate: Candidate,
  maxWaitMs: number,
): (next: Handler) => Handler<AttemptContext> {
  const name = candidateName(candidate)
  return (next) => (request, context) =>
    lazyStream(async () => {
      const { meter, totals } = context
      const estimate = estimateInputTokens(context.promptSize, name)
      const hold = await queueHold(request, context, estimate)
      const startedAt = world.now()
      let isSettled = false
      return tapStream(next(request, context), { onEvent, onClose })

      function onEvent(event: GenerateEvent): void | Promise<void> {
        meter.observe(event, world.now())
        if (event.type === 'end') return onEnd(event.finish)
      }

      async function onEnd(finish: FinishReason): Promise<void> {
        const mayBeEmpty = context.isContinuation && finish !== 'content_filter'
        const fault = meter.firstContentAt === undefined && !mayBeEmpty ? emptyAnswerError(name, finish) : undefined
        await settle(fault)
        if (fault) throw fault
      }

      async function onClose(cause?: unknown): Promise<void> {
        if (!isSettled) await settle(cause instanceof GenerateError ? cause : readerLeftError())
      }

      async function settle(error: GenerateError | undefined): Promise<void> {
        isSettled = true
        const elapsedMs = world.now() - startedAt
        const maxOutputTokens = request.maxOutputTokens ?? 0
        const cost = await believedCost(
          { candidate, meter, error, estimate, maxOutputTokens, elapsedMs, holdMicroUsd: hold.microUsd },
          context,
        )
        totals.heldMicroUsd -= hold.microUsd ?? 0
        totals.spentMicroUsd += (cost.microUsd ?? 0) + cost.inDoubtMicroUsd
        const entry: LedgerEntry = {
          outcome: error ? error.failure.kind : 'ok',
          latencyMs: elapsedMs,
          usage: cost.usage,
          microUsd: cost.microUsd,
          estimated: cost.estimated,
          ...(cost.inDoubtMicroUsd > 0 && { inDoubtMicroUsd: cost.inDoubtMicroUsd }),
        }
        // A ledger that cannot write does not fail an answer that is paid for; its hold is booked whole when it expires.
        const crossedBudgets = await hold.settle(entry).catch((cause: unknown) => {
          world.log('settle_failed', { call: context.id, error: String(cause) })
          return []
        })
        const warnings = [...totals.warnings.splice(0), ...crossedBudgets.map(budgetWarning)]
        if (cost.excess) warnings.push(excessWarning(name, cost.excess, cost.microUsd ?? 0))
        context.onAttempt?.({
          ...entry,
          model: name,
          at: startedAt,
          firstTokenMs: meter.firstContentAt === undefined ? undefined : meter.firstContentAt - startedAt,
          ...(warnings.length > 0 && { warnings }),
        })
      }
    })

  /** A claim beyond the hold is booked as the hold where a budget must be kept or the claim is absurd. */
  async function believedCost(facts: AttemptFacts, context: AttemptContext): Promise<AttemptCost> {
    const cost = attemptCost(facts)
    if (!cost.excess || (cost.excess.isPlausible && !(await isBudgeted(context)))) return cost
    return { ...cost, usage: boundUsage(facts), microUsd: cost.excess.holdMicroUsd }
  }

  async function isBudgeted({ maxMicroUsd }: AttemptContext): Promise<boolean> {
    if (maxMicroUsd !== undefined) return true
    const budgets = await (await ledger()).budgets(world.now())
    return budgets.some(({ match }) => matchesModel(match, candidate.provider.id, candidate.facts.id))
  }

  /** One at a time in a call, so that concurrent attempts see each other's money and are counted once. */
  function queueHold(request: GenerateRequest, context: AttemptContext, estimate: InputEstimate): Promise<OpenHold> {
    const pending = context.totals.holdQueue.then(() => placeHold(request, context, estimate.max))
    context.totals.holdQueue = pending.catch(() => undefined)
    return pending
  }

  async function placeHold(request: GenerateRequest, context: AttemptContext, inputTokens: number): Promise<OpenHold> {
    const { totals } = context
    if (totals.attempts >= totals.maxAttempts) throw attemptsExhaustedError(name, totals.maxAttempts)
    const price = candidate.facts.price
    const microUsd = price && maxCostOf(inputTokens, request.maxOutputTokens ?? 0, price)
    const refusal = callBudgetError(name, request, context, microUsd, price && { inputTokens, price })
    if (refusal) throw refusal
    const hold = await waitForHold(context, microUsd)
    if (context.signal.aborted) {
      await hold.release()
      throw abortError(context.signal)
    }
    totals.attempts++
    totals.lastModel = name
    totals.heldMicroUsd += microUsd ?? 0
    return { ...hold, microUsd }
  }

  /** Money that is short only because calls in flight hold it is waited for, because most of it comes back. */
  async function waitForHold(context: AttemptContext, microUsd: number | undefined): Promise<GrantedHold> {
    const { totals } = context
    const waitUntil = Math.min(world.now() + maxWaitMs, context.firstTokenDeadline)
    for (;;) {
      const hold = await (await ledger()).hold({
        callId: context.id,
        tool: context.tool,
        provider: candidate.provider.id,
        model: candidate.facts.id,
        at: world.now(),
        maxMicroUsd: microUsd,
        expiresAt: context.deadline + HOLD_MARGIN_MS,
        isFirstAttempt: totals.attempts === 0,
        isFallback: totals.lastModel !== undefined && totals.lastModel !== name,
      })
      if (hold.ok) return hold
      if (hold.reason !== 'held' || world.now() + HOLD_POLL_MS >= waitUntil) throw budgetError(name, hold, microUsd)
      await abortableSleep(world, HOLD_POLL_MS, context.signal)
    }
  }
}

type GrantedHold = Extract<Hold, { ok: true }>
type OpenHold = GrantedHold & { readonly microUsd: number | undefined }

function readerLeftError(): GenerateError {
  return new GenerateError({ kind: 'cancelled' }, 'The reader left before the end.')
}
