import { GenerateError, RESPONSE_TO } from '../contract/errors.ts'
import type { GenerateEvent, GenerateRequest } from '../contract/generate.ts'
import type { Candidate, RoutingPolicy } from '../contract/roster.ts'
import { later } from '../contract/stream.ts'
import type { World } from '../contract/world.ts'
import { type GoOn, whole } from './continue.ts'
import { firstToOpen, type Opened, run } from './hedge.ts'
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
 * rest. A prompt that was too long for one goes on to larger windows only. A slow one may get a second beside it
 * (`policy.hedgeAfterMs`), and a stream that breaks is gone on with by those that are left, at the very last and once by
 * the one that broke off itself (`policy.onBreak`).
 *
 * Throws the error of the only one there was, or `exhausted` with all of them; `before` are those of names that led to
 * nobody. Where nobody goes on, a break goes up as it is, saying who broke off and after how much.
 */
export function fallback(
  world: World,
  policy: RoutingPolicy,
  choices: readonly Choice[],
  before: readonly Failed[] = [],
): Step {
  return (request, turn) => later(() => answer(request, turn))

  async function answer(request: GenerateRequest, turn: Turn): Promise<AsyncIterable<GenerateEvent>> {
    const failed = [...before]
    const left = [...(await restingLast(choices, world.now()))]
    let tooSmall = 0
    let again = false

    function nextChoice(): Choice | undefined {
      if (world.now() >= turn.deadline || turn.tab.sent >= turn.tab.most) return undefined
      const at = left.findIndex(({ candidate: { facts } }) => (facts.contextTokens ?? tooSmall + 1) > tooSmall)
      return at < 0 ? undefined : left.splice(0, at + 1)[at]
    }

    function fell({ candidate }: Choice, error: unknown): void {
      if (!(error instanceof GenerateError) || !RESPONSE_TO[error.failure.kind].fallback) throw error
      failed.push({ name: nameOf(candidate), error })
      const { failure } = error
      if (failure.kind !== 'context_too_long') return
      tooSmall = Math.max(tooSmall, failure.limitTokens ?? candidate.facts.contextTokens ?? 0)
    }

    const open = (asked: (choice: Choice) => GenerateRequest, goesOn: boolean): Promise<Opened | undefined> =>
      firstToOpen(
        world,
        policy.hedgeAfterMs,
        async () => {
          const choice = nextChoice()
          if (!choice) return undefined
          const openBy = await shareOf(left, turn)
          return run(choice, asked(choice), { ...turn, openBy, goesOn }, policy.hedgeAfterMs !== undefined)
        },
        fell,
      )

    const goOn: GoOn = (broken, asked) => {
      if (!again) left.push(broken)
      again = true
      return open(asked, true)
    }

    const opened = await open(() => request, false)
    if (opened) return whole(opened, request, policy.onBreak === 'continue' ? goOn : undefined)
    throw turn.signal.aborted ? abortOf(turn.signal) : (outcome(failed) ?? nobodyAsked(world.now() >= turn.deadline))
  }

  /** Until when a choice may take, so that there is time for those of the others that could be asked. */
  async function shareOf(left: readonly Choice[], { tab, deadline }: Turn): Promise<number> {
    const now = world.now()
    const others = Math.min(await awake(left, now), tab.most - tab.sent - 1)
    return now + (deadline - now) / (1 + Math.max(0, others))
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
