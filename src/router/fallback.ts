import { GenerateError, RESPONSE_TO } from '../contract/errors.ts'
import type { GenerateEvent, GenerateRequest } from '../contract/generate.ts'
import type { Candidate, RoutingPolicy } from '../contract/roster.ts'
import type { World } from '../contract/world.ts'
import { opening } from './opening.ts'
import { abortOf } from './signals.ts'
import type { Step, Turn } from './turn.ts'
import { type Failed, nameOf, reasonOf } from './words.ts'

/** A candidate with everything below it: its tries, its limits, its money, its wire. */
export interface Choice {
  readonly candidate: Candidate
  readonly step: Step
  /** When its rest after failures is over: ms since the epoch, `now` if it has none. */
  restsUntil(now: number): Promise<number>
}

/**
 * Tries each choice in turn; the first to open is the answer. Resting ones come last, the one that frees first before
 * the others. Each gets an equal share of the time that is left, so that one that hangs is given up in time for the
 * rest. A prompt that was too long for one goes on to larger windows only.
 *
 * Throws the error of the only one there was, or `exhausted` with all of them; `before` are those of names that led to
 * nobody. From the first content event on, an error goes up as it is, saying who broke off and after how much.
 */
export function fallback(
  world: World,
  policy: RoutingPolicy,
  choices: readonly Choice[],
  before: readonly Failed[] = [],
): Step {
  return async function* (request, turn) {
    const failed = [...before]
    const left = [...(await restingLast(choices, world.now()))]
    let tooSmall = 0
    for (let choice = left.shift(); choice; choice = left.shift()) {
      if (world.now() >= turn.deadline || turn.tab.sent >= policy.attemptsInAll) break
      const window = choice.candidate.facts.contextTokens
      if (window !== undefined && window <= tooSmall) continue
      const opened = await open(choice, left, request, turn)
      // Hedging belongs here: a second choice opened beside a slow first one, the loser closed through its own reader.
      if (!(opened instanceof GenerateError)) return yield* answer(opened, choice.candidate)
      failed.push({ name: nameOf(choice.candidate), error: opened })
      if (opened.failure.kind === 'context_too_long') {
        tooSmall = Math.max(tooSmall, opened.failure.limitTokens ?? window ?? 0)
      }
    }
    throw turn.signal.aborted ? abortOf(turn.signal) : (outcome(failed) ?? nobodyAsked(world.now() >= turn.deadline))
  }

  async function open(choice: Choice, left: readonly Choice[], request: GenerateRequest, turn: Turn) {
    const now = world.now()
    const others = Math.min(await awake(left, now), policy.attemptsInAll - turn.tab.sent - 1)
    const openBy = now + (turn.deadline - now) / (1 + Math.max(0, others))
    return opening(choice.step(request, { ...turn, openBy })).catch((cause: unknown) => {
      if (cause instanceof GenerateError && RESPONSE_TO[cause.failure.kind].fallback) return cause
      throw cause
    })
  }

  /** How many of them could be asked before the patience ends: only they need time kept for them. */
  async function awake(some: readonly Choice[], now: number): Promise<number> {
    const moments = await Promise.all(some.map((choice) => choice.restsUntil(now)))
    return moments.filter((at) => at <= now + policy.patienceMs).length
  }
}

async function restingLast(choices: readonly Choice[], now: number): Promise<readonly Choice[]> {
  const timed = await Promise.all(choices.map(async (choice) => ({ choice, at: await choice.restsUntil(now) })))
  return timed.sort((a, b) => a.at - b.at).map(({ choice }) => choice)
}

/**
 * The answer's own stream. Nothing may be tried elsewhere unseen any more: the reader has seen its beginning. (To go on
 * with another model from the text already sent belongs here.)
 */
async function* answer(stream: AsyncIterable<GenerateEvent>, candidate: Candidate): AsyncGenerator<GenerateEvent> {
  let characters = 0
  try {
    for await (const event of stream) {
      if (event.type === 'text') characters += event.text.length
      yield event
    }
  } catch (cause) {
    if (!(cause instanceof GenerateError) || !RESPONSE_TO[cause.failure.kind].fallback) throw cause
    throw new GenerateError(
      cause.failure,
      `${nameOf(candidate)} broke off after ${characters.toLocaleString('en-US')} characters (${reasonOf(cause)}), so the answer is not whole. Try again, or name another model.`,
      { cause },
    )
  }
}

/** What goes up when nobody opened. */
function outcome(failed: readonly Failed[]): GenerateError | undefined {
  const errors = failed.map(({ error }) => error)
  const [first] = errors
  if (!first || errors.length === 1) return first
  // A wall that stands before all of them is best told by the error that names it.
  if (errors.every(({ failure }) => failure.kind === 'over_budget')) return first
  if (errors.every(({ failure }) => failure.kind === 'refused_by_limit')) return soonestFree(errors) ?? first
  const list = failed.map(({ name, error }) => `${name}: ${reasonOf(error)}`)
  return new GenerateError(
    { kind: 'exhausted', errors },
    `No model could answer. ${list.join('; ')}. Name another model (list_models shows which are ready), or try again later.`,
  )
}

function nobodyAsked(late: boolean): GenerateError {
  return late
    ? new GenerateError(
        { kind: 'timeout', phase: 'total', afterMs: 0 },
        'The time of the call was over before a model could be asked. Give it a longer timeout_ms.',
      )
    : new GenerateError(
        { kind: 'exhausted', errors: [] },
        'The call has made all the requests that it may (`attempts_in_all` in `routing`). Try again, or name another model.',
      )
}

function soonestFree(errors: readonly GenerateError[]): GenerateError | undefined {
  const at = ({ failure }: GenerateError): number =>
    (failure.kind === 'refused_by_limit' ? failure.freeAt : undefined) ?? Number.POSITIVE_INFINITY
  return errors.toSorted((a, b) => at(a) - at(b))[0]
}
