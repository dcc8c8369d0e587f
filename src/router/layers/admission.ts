import { GenerateError } from '../../contract/errors.ts'
import type { Limit, Outcome, QueueTicket, QuotaCost, ReservationResult } from '../../contract/limit.ts'
import { lazyStream, tapStream } from '../../contract/stream.ts'
import type { World } from '../../contract/world.ts'
import type { Handler } from '../context.ts'
import { formatTime } from '../format.ts'
import { estimateInputTokens } from '../metering/estimate-tokens.ts'
import { createUsageMeter, type UsageMeter } from '../metering/usage-meter.ts'

/**
 * Passes an attempt through every limit on the way in, all or none, and tells each what it took on the way out: when
 * the stream has ended, not when it began. Refuses with `refused_by_limit`; to wait or to go elsewhere is for others,
 * who have a place in line for as long as `patienceMs` when they come back with the same call. What a limit cannot write
 * down at the end is no reason to lose an answer: it frees by itself.
 */
export function admission(
  world: World,
  limits: readonly Limit[],
  name: string,
  maxWaitMs: number,
): (next: Handler) => Handler {
  return (next) => (request, context) =>
    lazyStream(async () => {
      const estimate = estimateInputTokens(request, name)
      const estimatedCost = { requests: 1, tokens: estimate.expected + (request.maxOutputTokens ?? 0) }
      const now = world.now()
      const ticket = { id: `${context.id} ${name}`, waitUntil: Math.min(now + maxWaitMs, context.firstTokenDeadline) }
      const reservations = await reserveAll(limits, estimatedCost, now, ticket, name)
      const meter = createUsageMeter(request, estimate)
      let arrivedBy: number | undefined
      return tapStream(next(request, context), {
        onEvent(event) {
          const at = world.now()
          arrivedBy ??= at
          meter.observe(event, at)
        },
        async onClose(cause) {
          const error = cause instanceof GenerateError ? cause : undefined
          // Refused by the ledger, or by the call's own bound: it never went out.
          const wasSent = error?.failure.kind !== 'over_budget' && error?.failure.kind !== 'refused_by_limit'
          const outcome = { ...attemptOutcome(meter, error), ...(arrivedBy !== undefined && { arrivedBy }) }
          const finish = (one: Reservation) => (wasSent ? one.settle(outcome, world.now()) : one.release(world.now()))
          // Whoever asks next is behind this in line: nobody need wait for it.
          for (const one of reservations) {
            Promise.resolve(finish(one)).catch((cause: unknown) =>
              world.log('limit_not_settled', { model: name, error: String(cause) }),
            )
          }
        },
      })
    })
}

type Reservation = Extract<ReservationResult, { ok: true }>

/** All or nothing, in the order of the list: one refusal gives back everything granted before it. */
async function reserveAll(
  limits: readonly Limit[],
  cost: QuotaCost,
  now: number,
  ticket: QueueTicket,
  name: string,
): Promise<readonly Reservation[]> {
  const granted: Reservation[] = []
  for (const limit of limits) {
    const result = await limit.reserve(cost, now, ticket)
    if (!result.ok) {
      for (const earlier of granted) await earlier.release(now)
      throw limitError(result.limitName, result.freeAt, cost, name)
    }
    granted.push(result)
  }
  return granted
}

function limitError(limit: string, freeAt: number | undefined, cost: QuotaCost, name: string): GenerateError {
  const advice =
    freeAt === undefined
      ? `this call alone may take ${cost.tokens.toLocaleString('en-US')} tokens. Lower max_output_tokens, shorten the prompt, or raise the limit.`
      : `it lets the next call through at ${formatTime(freeAt)}. Try again then, or name another model.`
  return new GenerateError(
    { kind: 'refused_by_limit', limit, freeAt },
    `${name} is held back by the limit "${limit}": ${advice}`,
  )
}

/** A reader that left before any content came says nothing about the model; one that left later saw it answer. */
function attemptOutcome(meter: UsageMeter, error: GenerateError | undefined): Outcome {
  const readerLeft = !meter.ended && meter.firstContentAt === undefined
  const fault = error ?? (readerLeft ? new GenerateError({ kind: 'cancelled' }, 'The reader left.') : undefined)
  const { usage } = meter.finalUsage(fault)
  const used = { requests: 1, tokens: (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0) }
  return { used, ...(fault && { error: fault }) }
}
