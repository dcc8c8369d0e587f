import { GenerateError } from '../contract/errors.ts'
import type { Grant, Limit, Need, Outcome, Place } from '../contract/limit.ts'
import { later, watched } from '../contract/stream.ts'
import type { World } from '../contract/world.ts'
import { estimateInput } from './estimate.ts'
import { type Tally, tally } from './tally.ts'
import type { Step } from './turn.ts'
import { moment } from './words.ts'

/**
 * Passes an attempt through every limit on the way in, all or none, and tells each what it took on the way out: when
 * the stream has ended, not when it began. Refuses with `refused_by_limit`; to wait or to go elsewhere is for others,
 * who have a place in line for as long as `patienceMs` when they come back with the same call. What a limit cannot write
 * down at the end is no reason to lose an answer: it frees by itself.
 */
export function guard(world: World, limits: readonly Limit[], name: string, patienceMs: number): (next: Step) => Step {
  return (next) => (request, turn) =>
    later(async () => {
      const input = estimateInput(request, name)
      const guess = { requests: 1, tokens: input.likely + (request.maxOutputTokens ?? 0) }
      const now = world.now()
      const place = { id: `${turn.id} ${name}`, until: Math.min(now + patienceMs, turn.openBy) }
      const grants = await reserveAll(limits, guess, now, place, name)
      const seen = tally(request, input)
      let arrivedBy: number | undefined
      return watched(next(request, turn), {
        see(event) {
          const at = world.now()
          arrivedBy ??= at
          seen.see(event, at)
        },
        async over(cause) {
          const error = cause instanceof GenerateError ? cause : undefined
          // Refused by the ledger, or by the call's own bound: it never went out.
          const wentOut = error?.failure.kind !== 'over_budget' && error?.failure.kind !== 'refused_by_limit'
          const outcome = { ...outcomeOf(seen, error), ...(arrivedBy !== undefined && { arrivedBy }) }
          const end = (one: Granted) => (wentOut ? one.settle(outcome, world.now()) : one.release(world.now()))
          // Whoever asks next is behind this in line: nobody need wait for it.
          for (const one of grants) {
            Promise.resolve(end(one)).catch((cause: unknown) =>
              world.log('limit_not_settled', { model: name, error: String(cause) }),
            )
          }
        },
      })
    })
}

type Granted = Extract<Grant, { ok: true }>

/** All or nothing, in the order of the list: one refusal gives back everything granted before it. */
async function reserveAll(
  limits: readonly Limit[],
  need: Need,
  now: number,
  place: Place,
  name: string,
): Promise<readonly Granted[]> {
  const granted: Granted[] = []
  for (const limit of limits) {
    const answer = await limit.reserve(need, now, place)
    if (!answer.ok) {
      for (const earlier of granted) await earlier.release(now)
      throw refusal(answer.by, answer.freeAt, need, name)
    }
    granted.push(answer)
  }
  return granted
}

function refusal(limit: string, freeAt: number | undefined, need: Need, name: string): GenerateError {
  const way =
    freeAt === undefined
      ? `this call alone may take ${need.tokens.toLocaleString('en-US')} tokens. Lower max_output_tokens, shorten the prompt, or raise the limit.`
      : `it lets the next call through at ${moment(freeAt)}. Try again then, or name another model.`
  return new GenerateError(
    { kind: 'refused_by_limit', limit, freeAt },
    `${name} is held back by the limit "${limit}": ${way}`,
  )
}

/** A reader that left before any content came says nothing about the model; one that left later saw it answer. */
function outcomeOf(seen: Tally, error: GenerateError | undefined): Outcome {
  const left = !seen.ended && seen.firstContentAt === undefined
  const fault = error ?? (left ? new GenerateError({ kind: 'cancelled' }, 'The reader left.') : undefined)
  const { usage } = seen.used(fault)
  const used = { requests: 1, tokens: (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0) }
  return { used, ...(fault && { error: fault }) }
}
