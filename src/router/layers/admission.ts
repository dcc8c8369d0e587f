import { FAILURES, GenerateError } from '../../contract/errors.ts'
import type { CooldownCause, Limit, Outcome, QueueTicket, QuotaCost, ReservationResult } from '../../contract/limit.ts'
import { lazyStream, tapStream } from '../../contract/stream.ts'
import type { World } from '../../contract/world.ts'
import { formatCount } from '../../lib/text.ts'
import type { AttemptContext, Handler } from '../context.ts'
import { formatTime } from '../format.ts'
import { estimateInputTokens } from '../metering/estimate-tokens.ts'
import { createUsageMeter, type UsageMeter } from '../metering/usage-meter.ts'

/**
 * Reserves every limit for an attempt, all or none, and settles each with the attempt's use when its stream has ended.
 * Makes the attempt's usage meter, which the layers below share.
 *
 * Throws `refused_by_limit`; waiting and asking elsewhere are the outer layers' work, and their position in the queue is
 * kept for `maxWaitMs`. A limit that cannot record the outcome does not fail the answer, because it frees by itself.
 */
export function admission(
  world: World,
  limits: readonly Limit[],
  name: string,
  maxWaitMs: number,
): (next: Handler<AttemptContext>) => Handler {
  return (next) => (request, context) =>
    lazyStream(async () => {
      const estimate = estimateInputTokens(context.promptSize, name)
      const estimatedCost = { requests: 1, tokens: estimate.expected + (request.maxOutputTokens ?? 0) }
      const now = world.now()
      const ticket = { id: `${context.id} ${name}`, waitUntil: Math.min(now + maxWaitMs, context.firstTokenDeadline) }
      const reservations = await reserveAll(limits, estimatedCost, now, ticket, name)
      const meter = createUsageMeter(request, estimate)
      return tapStream(next(request, { ...context, meter }), {
        onEvent: () => undefined,
        async onClose(cause) {
          const error = cause instanceof GenerateError ? cause : undefined
          // An attempt that the ledger or the call's own budget refused was never sent.
          const wasSent = error?.failure.kind !== 'over_budget' && error?.failure.kind !== 'refused_by_limit'
          const outcome = attemptOutcome(meter, error)
          const finish = (one: Reservation) => (wasSent ? one.settle(outcome, world.now()) : one.release(world.now()))
          // Not awaited, because later reservations queue behind these changes anyway.
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

/** All or none, in the order of the list: one refusal releases every reservation before it. */
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
      throw limitError(result, cost, name)
    }
    granted.push(result)
  }
  return granted
}

function limitError(
  { limitName: limit, freeAt, cause }: Extract<ReservationResult, { ok: false }>,
  cost: QuotaCost,
  name: string,
): GenerateError {
  return new GenerateError({ kind: 'refused_by_limit', limit, freeAt }, limitMessage())

  function limitMessage(): string {
    if (freeAt === undefined) {
      return (
        `${name} is held back by the limit "${limit}": this call alone may take ${formatCount(cost.tokens)} tokens. ` +
        'Lower max_output_tokens, shorten the prompt, or raise the limit.'
      )
    }
    const again = `The next call passes at ${formatTime(freeAt)}. Try again then, or name another model.`
    if (!cause) return `${name} is held back by the limit "${limit}". ${again}`
    return `${name} is cooling down ("${limit}") after a failure at ${formatTime(cause.since)}: ${FAILURES[cause.kind].reason}. ${again}${cureOf(cause)}`
  }
}

function cureOf({ kind }: CooldownCause): string {
  return FAILURES[kind].cooldown === 'provider' && !FAILURES[kind].retry
    ? ' A corrected key is tried at once, and list_models with `verify` ends the cooldown when the key works.'
    : ''
}

/**
 * A reader that left before any content shows nothing about the model, so its attempt counts as cancelled; after content
 * it counts as answered.
 */
function attemptOutcome(meter: UsageMeter, error: GenerateError | undefined): Outcome {
  const { arrivedBy } = meter
  const readerLeft = !meter.finish && meter.firstContentAt === undefined
  const fault = error ?? (readerLeft ? new GenerateError({ kind: 'cancelled' }, 'The reader left.') : undefined)
  const { usage } = meter.measure(fault)
  const used = { requests: 1, tokens: (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0) }
  return { used, ...(fault && { error: fault }), ...(arrivedBy !== undefined && { arrivedBy }) }
}
