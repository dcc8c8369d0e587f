import { GenerateError } from '../contract/errors.ts'
import type { Finish, GenerateEvent, GenerateRequest } from '../contract/generate.ts'
import type { Entry, Hold, Ledger } from '../contract/ledger.ts'
import { costOf, mostOf } from '../contract/price.ts'
import type { Candidate } from '../contract/roster.ts'
import { later, watched } from '../contract/stream.ts'
import type { World } from '../contract/world.ts'
import { estimateInput } from './estimate.ts'
import { allSent, nearlySpent, overCallLimit, refusedByBudget } from './refusals.ts'
import { abortOf } from './signals.ts'
import { emptiness } from './sound.ts'
import { tally } from './tally.ts'
import type { Step, Turn } from './turn.ts'
import { nameOf } from './words.ts'

/** How long after its call's deadline a hold that nobody settled counts as lost. */
const HOLD_MARGIN_MS = 60_000

/**
 * Money: holds the most that the attempt can cost before it goes out, and settles it once, however it ends: with the
 * provider's counts, or with an estimate marked as such. Tells `call.onAttempt` of it before its reader sees the end.
 *
 * Throws `over_budget` where a budget, or `call.maxMicroUsd` over all attempts of the call, has no room; what cannot be
 * priced has none under either. An answer with nothing in it is paid for and then fails.
 */
export function book(
  world: World,
  ledger: () => Promise<Pick<Ledger, 'hold'>>,
  candidate: Candidate,
): (next: Step) => Step {
  const name = nameOf(candidate)
  return (next) => (request, turn) =>
    later(async () => {
      const input = estimateInput(request, name)
      const hold = await holdFor(request, turn, input.most)
      const at = world.now()
      const seen = tally(request, input)
      let settled = false
      return watched(next(request, turn), { see, over })

      function see(event: GenerateEvent): void | Promise<void> {
        seen.see(event, world.now())
        if (event.type === 'end') return ended(event.finish)
      }

      async function ended(finish: Finish): Promise<void> {
        const nothingLeft = turn.goesOn && finish === 'stop'
        const fault = seen.firstContentAt === undefined && !nothingLeft ? emptiness(name, finish) : undefined
        await settle(fault)
        if (fault) throw fault
      }

      async function over(cause?: unknown): Promise<void> {
        if (!settled) await settle(cause instanceof GenerateError ? cause : readerLeft())
      }

      async function settle(error: GenerateError | undefined): Promise<void> {
        settled = true
        const { usage, estimated, billed } = seen.used(error)
        const price = candidate.facts.price
        const microUsd = billed ? price && costOf(usage, price) : 0
        const outcome = error ? error.failure.kind : 'ok'
        const entry: Entry = { outcome, latencyMs: world.now() - at, usage, microUsd, estimated }
        turn.tab.heldMicroUsd -= hold.microUsd
        turn.tab.spentMicroUsd += microUsd ?? 0
        // The answer is paid for whether or not it can be written down; an unsettled hold is booked whole when it expires.
        const passed = await hold.settle(entry).catch((cause: unknown) => {
          world.log('settle_failed', { call: turn.id, error: String(cause) })
          return []
        })
        const firstTokenMs = seen.firstContentAt === undefined ? undefined : seen.firstContentAt - at
        turn.onAttempt?.({
          ...entry,
          model: name,
          at,
          firstTokenMs,
          ...(passed.length > 0 && { warnings: passed.map(nearlySpent) }),
        })
      }
    })

  /** One at a time in a call, so that those side by side see each other's money and are counted once. */
  function holdFor(request: GenerateRequest, turn: Turn, inputTokens: number): Promise<Open> {
    const mine = turn.tab.line.then(() => holdNow(request, turn, inputTokens))
    turn.tab.line = mine.catch(() => undefined)
    return mine
  }

  async function holdNow(request: GenerateRequest, turn: Turn, inputTokens: number): Promise<Open> {
    const { tab } = turn
    if (tab.sent >= tab.most) throw allSent(name, tab.most)
    const price = candidate.facts.price
    const microUsd = price && mostOf(inputTokens, request.maxOutputTokens ?? 0, price)
    const over = overCallLimit(name, request, turn, microUsd, price && { inputTokens, price })
    if (over) throw over
    const hold = await (await ledger()).hold({
      callId: turn.id,
      tool: turn.tool,
      provider: candidate.provider.id,
      model: candidate.facts.id,
      at: world.now(),
      microUsd,
      expiresAt: turn.deadline + HOLD_MARGIN_MS,
      first: tab.sent === 0,
      fallback: tab.last !== undefined && tab.last !== name,
    })
    if (!hold.ok) throw refusedByBudget(name, hold, microUsd)
    if (turn.signal.aborted) {
      await hold.release()
      throw abortOf(turn.signal)
    }
    tab.sent++
    tab.last = name
    tab.heldMicroUsd += microUsd ?? 0
    return { ...hold, microUsd: microUsd ?? 0 }
  }
}

type Open = Extract<Hold, { ok: true }> & { readonly microUsd: number }

function readerLeft(): GenerateError {
  return new GenerateError({ kind: 'cancelled' }, 'The reader left before the end.')
}
