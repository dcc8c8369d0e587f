import { GenerateError } from '../../contract/errors.ts'
import type { FinishReason, GenerateEvent, GenerateRequest } from '../../contract/generate.ts'
import type { Hold, Ledger, LedgerEntry } from '../../contract/ledger.ts'
import { costOf, maxCostOf } from '../../contract/price.ts'
import type { Candidate } from '../../contract/registry.ts'
import { lazyStream, tapStream } from '../../contract/stream.ts'
import type { World } from '../../contract/world.ts'
import { abortError } from '../abort.ts'
import type { CallContext, Handler } from '../context.ts'
import { candidateName } from '../format.ts'
import { attemptsExhaustedError, budgetError, budgetWarning, callBudgetError } from '../metering/budget-errors.ts'
import { estimateInputTokens } from '../metering/estimate-tokens.ts'
import { createUsageMeter } from '../metering/usage-meter.ts'
import { emptyAnswerError } from './stream-contract.ts'

/** How long after its call's deadline a hold that nobody settled counts as lost. */
const HOLD_MARGIN_MS = 60_000

/**
 * Money: holds the most that the attempt can cost before it goes out, and settles it once, however it ends: with the
 * provider's counts, or with an estimate marked as such. Tells `call.onAttempt` of it before its reader sees the end.
 *
 * Throws `over_budget` where a budget, or `call.maxMicroUsd` over all attempts of the call, has no room; what cannot be
 * priced has none under either. An answer with nothing in it is paid for and then fails.
 */
export function accounting(
  world: World,
  ledger: () => Promise<Pick<Ledger, 'hold'>>,
  candidate: Candidate,
): (next: Handler) => Handler {
  const name = candidateName(candidate)
  return (next) => (request, context) =>
    lazyStream(async () => {
      const estimate = estimateInputTokens(request, name)
      const hold = await queueHold(request, context, estimate.max)
      const startedAt = world.now()
      const meter = createUsageMeter(request, estimate)
      let isSettled = false
      return tapStream(next(request, context), { onEvent, onClose })

      function onEvent(event: GenerateEvent): void | Promise<void> {
        meter.observe(event, world.now())
        if (event.type === 'end') return onEnd(event.finish)
      }

      async function onEnd(finish: FinishReason): Promise<void> {
        const mayBeEmpty = context.isContinuation && finish === 'stop'
        const fault = meter.firstContentAt === undefined && !mayBeEmpty ? emptyAnswerError(name, finish) : undefined
        await settle(fault)
        if (fault) throw fault
      }

      async function onClose(cause?: unknown): Promise<void> {
        if (!isSettled) await settle(cause instanceof GenerateError ? cause : readerLeftError())
      }

      async function settle(error: GenerateError | undefined): Promise<void> {
        isSettled = true
        const { usage, estimated, billed } = meter.finalUsage(error)
        const price = candidate.facts.price
        const microUsd = billed ? price && costOf(usage, price) : 0
        const outcome = error ? error.failure.kind : 'ok'
        const entry: LedgerEntry = { outcome, latencyMs: world.now() - startedAt, usage, microUsd, estimated }
        context.totals.heldMicroUsd -= hold.microUsd
        context.totals.spentMicroUsd += microUsd ?? 0
        // The answer is paid for whether or not it can be written down; an unsettled hold is booked whole when it expires.
        const crossedBudgets = await hold.settle(entry).catch((cause: unknown) => {
          world.log('settle_failed', { call: context.id, error: String(cause) })
          return []
        })
        const firstTokenMs = meter.firstContentAt === undefined ? undefined : meter.firstContentAt - startedAt
        context.onAttempt?.({
          ...entry,
          model: name,
          at: startedAt,
          firstTokenMs,
          ...(crossedBudgets.length > 0 && { warnings: crossedBudgets.map(budgetWarning) }),
        })
      }
    })

  /** One at a time in a call, so that those side by side see each other's money and are counted once. */
  function queueHold(request: GenerateRequest, context: CallContext, inputTokens: number): Promise<OpenHold> {
    const pending = context.totals.holdQueue.then(() => placeHold(request, context, inputTokens))
    context.totals.holdQueue = pending.catch(() => undefined)
    return pending
  }

  async function placeHold(request: GenerateRequest, context: CallContext, inputTokens: number): Promise<OpenHold> {
    const { totals } = context
    if (totals.attempts >= totals.maxAttempts) throw attemptsExhaustedError(name, totals.maxAttempts)
    const price = candidate.facts.price
    const microUsd = price && maxCostOf(inputTokens, request.maxOutputTokens ?? 0, price)
    const refusal = callBudgetError(name, request, context, microUsd, price && { inputTokens, price })
    if (refusal) throw refusal
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
    if (!hold.ok) throw budgetError(name, hold, microUsd)
    if (context.signal.aborted) {
      await hold.release()
      throw abortError(context.signal)
    }
    totals.attempts++
    totals.lastModel = name
    totals.heldMicroUsd += microUsd ?? 0
    return { ...hold, microUsd: microUsd ?? 0 }
  }
}

type OpenHold = Extract<Hold, { ok: true }> & { readonly microUsd: number }

function readerLeftError(): GenerateError {
  return new GenerateError({ kind: 'cancelled' }, 'The reader left before the end.')
}
